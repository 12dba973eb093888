//! Organisations that say something of themselves: who names them, who changes what, who sees it.

use serde_json::{Value, json};
use sharepact_tests::{Api, Person, scenario, skipped, unique};

/// Somebody of an organisation with these roles; none where no tokens can be made.
fn member(api: &Api, organization: &str, roles: &[&str]) -> Option<Person> {
    api.mint(json!({ "org": organization, "roles": roles }))
}

#[test]
fn an_administrator_names_its_organisation_and_changes_it() {
    scenario(async |api| {
        let id = unique("fleet");
        let Some(administrator) = member(&api, &id, &["administrator"]) else {
            return skipped("no tokens can be made here");
        };
        let path = format!("/organizations/{id}");
        let unnamed = administrator.get(&path).await;
        let unnamed = unnamed.must_refuse(404, "not-found", "it has no record yet");
        assert!(unnamed.text("detail").contains("PATCH"), "{unnamed}");
        let nameless = json!({ "settings": { "language": "de" } });
        let nameless = administrator.patch(&path, &nameless).await;
        let nameless = nameless.must_refuse(400, "missing-member", "the first time needs a name");
        assert_eq!(nameless.places(), ["/name"]);

        let name =
            json!({ "name": " Fleet of Foxes ", "settings": { "domain": "Fleet.Example.org" } });
        let named = administrator.patch(&path, &name).await;
        let named = named.must(201, "the first change makes the record");
        assert_eq!(named.header("location"), Some(path.as_str()));
        let expected = json!({
            "timeZone": "Etc/UTC", "language": "en", "domain": "fleet.example.org", "impersonation": false, "logo": null,
        });
        assert_eq!(
            (&named["name"], &named["settings"]),
            (&json!("Fleet of Foxes"), &expected)
        );

        // What is given replaces, null removes, the rest stays.
        let logo = json!({ "url": "https://example.org/fox.svg", "visible": true });
        let patch =
            json!({ "settings": { "timeZone": "Asia/Tokyo", "domain": null, "logo": logo } });
        let changed = administrator.patch(&path, &patch);
        let changed = changed.header("if-match", named.etag()).await;
        let changed = changed.must(200, "an administrator changes it");
        let expected = json!({
            "timeZone": "Asia/Tokyo", "language": "en", "domain": null, "impersonation": false, "logo": logo,
        });
        assert_eq!(
            (&changed["name"], &changed["settings"]),
            (&named["name"], &expected)
        );
        let late = administrator.patch(&path, &name);
        let late = late.header("if-match", named.etag()).await;
        late.must_refuse(412, "stale-version", "it has moved on");
        let same = administrator.patch(&path, &patch).await;
        let same = same.must(200, "the same again changes nothing");
        assert_eq!(same.etag(), changed.etag());

        let anyone = member(&api, &id, &[]).expect("tokens can be made");
        let seen = anyone.get(&path).await.must(200, "its members see it");
        assert_eq!(seen.body, changed.body);
        let known = anyone.get(&path).header("if-none-match", seen.etag());
        known.await.must(304, "who has it already is told so");
        api.operator()
            .get(&path)
            .await
            .must(200, "operators see it");
    });
}

#[test]
fn nobody_else_sees_or_changes_it() {
    scenario(async |api| {
        let id = unique("fleet");
        let path = format!("/organizations/{id}");
        let Some(manager) = member(&api, &id, &["manager"]) else {
            return skipped("no tokens can be made here");
        };
        let name = json!({ "name": "Fleet" });
        let named = manager.patch(&path, &name).await;
        let named = named.must(201, "its manager manages it as a whole");
        for roles in [&["contract-manager", "session-manager"][..], &[]] {
            let member = member(&api, &id, roles).expect("tokens can be made");
            let refused = member.patch(&path, &json!({ "name": "Mine" })).await;
            refused.must_refuse(403, "role-required", "it takes an administrator");
        }
        let other = member(&api, &unique("other"), &["administrator", "manager"]);
        let other = other.expect("tokens can be made");
        for person in [other, api.stranger()] {
            let hidden = person.get(&path).await;
            hidden.must_refuse(404, "not-found", "it is its members' business");
            let hidden = person.patch(&path, &json!({ "name": "Mine" })).await;
            hidden.must_refuse(404, "not-found", "and theirs to change");
            let invite = person.post(format!("{path}/invitations"), &json!({})).await;
            invite.must_refuse(404, "not-found", "nobody else invites");
        }
        let operator = api.operator().patch(&path, &name).await;
        operator.must_refuse(404, "not-found", "operators look and change nothing");
        let seen = manager.get(&path).await;
        assert_eq!(seen.etag(), named.etag(), "what is refused changes nothing");
        let own = manager
            .post(format!("{path}/invitations"), &json!({}))
            .await;
        own.must_refuse(409, "already-joined", "nobody has onboarded it");
    });
}

#[test]
fn settings_are_refused_with_their_place() {
    scenario(async |api| {
        let id = unique("fleet");
        let Some(administrator) = member(&api, &id, &["administrator"]) else {
            return skipped("no tokens can be made here");
        };
        let path = format!("/organizations/{id}");
        for (settings, slug, place) in [
            (
                json!({ "timeZone": "Mars/Olympus" }),
                "invalid-settings",
                "/settings/timeZone",
            ),
            (
                json!({ "language": "not a tag" }),
                "invalid-settings",
                "/settings/language",
            ),
            (
                json!({ "domain": "127.0.0.1" }),
                "invalid-settings",
                "/settings/domain",
            ),
            (
                json!({ "logo": { "url": "http://a.org/x", "visible": true } }),
                "invalid-settings",
                "/settings/logo/url",
            ),
            (
                json!({ "logo": { "url": "https://a.org/x" } }),
                "missing-member",
                "/settings/logo/visible",
            ),
            (
                json!({ "timeZone": null }),
                "wrong-type",
                "/settings/timeZone",
            ),
            (
                json!({ "impersonation": "yes" }),
                "wrong-type",
                "/settings/impersonation",
            ),
            (
                json!({ "colour": "red" }),
                "unknown-member",
                "/settings/colour",
            ),
        ] {
            let body = json!({ "name": "Fleet", "settings": settings });
            let refused = administrator.patch(&path, &body).await;
            let refused = refused.must_refuse(400, slug, &format!("{settings} is none"));
            assert_eq!(refused.places(), [place], "{refused}");
        }
        for name in [json!(""), json!("a\nb"), json!("x".repeat(201))] {
            let refused = administrator.patch(&path, &json!({ "name": name })).await;
            refused.must_refuse(400, "invalid-text", "a name is one line");
        }
        let unnamed = administrator.get(&path).await;
        unnamed.must_refuse(404, "not-found", "what is refused makes no record");
    });
}

#[test]
fn a_wrong_token_opens_no_invitation() {
    scenario(async |api| {
        let id = unique("fleet");
        let Some(member) = member(&api, &id, &["manager"]) else {
            return skipped("no tokens can be made here");
        };
        let token = |token: Value| json!({ "token": token });
        for wrong in ["", "x", &"A".repeat(43)] {
            let refused = member
                .post("/invitations/redeem", &token(json!(wrong)))
                .await;
            refused.must_refuse(404, "invitation-invalid", "it is no token");
        }
        let alone = api
            .stranger()
            .post("/invitations/redeem", &token(json!("x")))
            .await;
        alone.must_refuse(403, "organization-required", "nobody joins alone");
        for _ in 0..7 {
            let refused = member.post("/invitations/redeem", &token(json!("x"))).await;
            refused.must_refuse(404, "invitation-invalid", "ten are told");
        }
        let many = member.post("/invitations/redeem", &token(json!("x"))).await;
        many.must_refuse(429, "too-many-guesses", "and no eleventh");
    });
}
