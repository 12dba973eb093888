//! Profiles: who keeps them, who chooses among them, and that nobody else learns of them.

use serde_json::{Value, json};
use sharepact_tests::{Person, scenario, skipped, unique};

fn profile(name: &str) -> Value {
    json!({
        "name": name,
        "settings": { "timeZone": "Europe/Berlin", "language": "de", "domain": "fleet.example.org", "impersonation": true },
    })
}

#[test]
fn an_administrator_keeps_profiles_and_a_contract_manager_chooses() {
    scenario(async |api| {
        let id = unique("fleet");
        let person = |roles: &[&str]| api.mint(json!({ "org": id, "roles": roles }));
        let Some(administrator) = person(&["administrator"]) else {
            return skipped("no tokens can be made here");
        };
        let path = format!("/organizations/{id}/profiles");
        let mut made = Vec::new();
        for number in 0..3 {
            let name = format!("Partners {number}");
            let one = administrator.post(&path, &profile(&name)).await;
            made.push(one.must(201, "an administrator makes a profile"));
        }
        let own = made[0].header("location").expect("a place").to_owned();
        assert_eq!(own, format!("{path}/{}", made[0].text("id")));
        let chooser = person(&["contract-manager"]).expect("tokens can be made");
        let ids: Vec<_> = made.iter().map(|one| one.text("id")).collect();
        for limit in api.page_sizes(3) {
            api.until(async || {
                let listed = chooser.walks(&path, &[], limit).await;
                match listed.ids() == ids {
                    true => Ok(()),
                    false => Err(format!("oldest first: {listed:?}")),
                }
            })
            .await;
        }
        let listed = chooser.get(&path).await;
        let first = json!({ "id": ids[0], "name": "Partners 0" });
        assert_eq!(listed["items"][0], first, "id and name, and no settings");
        let seen = chooser.get(&own).await;
        let seen = seen.must(200, "a contract manager looks at one");
        assert_eq!(seen.body, made[0].body);
        assert_eq!(seen["settings"]["logo"], Value::Null);

        let changed = administrator.put(&own, &profile("Others"));
        let changed = changed.header("if-match", seen.etag()).await;
        let changed = changed.must(200, "an administrator changes it");
        assert_eq!(
            (&changed["name"], &changed["version"]),
            (&json!("Others"), &json!(2))
        );
        let late = administrator.put(&own, &profile("Late"));
        let late = late.header("if-match", seen.etag()).await;
        late.must_refuse(412, "stale-version", "it has moved on");
        let same = administrator.put(&own, &profile("Others")).await;
        assert_eq!(same.must(200, "the same again").etag(), changed.etag());
        api.operator().get(&own).await.must(200, "operators look");
    });
}

#[test]
fn a_profile_is_its_organisations_own_business() {
    scenario(async |api| {
        let (id, other) = (unique("fleet"), unique("other"));
        let person = |org: &str, roles: &[&str]| api.mint(json!({ "org": org, "roles": roles }));
        let Some(manager) = person(&id, &["manager"]) else {
            return skipped("no tokens can be made here");
        };
        let path = format!("/organizations/{id}/profiles");
        let made = manager.post(&path, &profile("Partners")).await;
        let made = made.must(201, "its manager manages it as a whole");
        let own = format!("{path}/{}", made.text("id"));
        let foreign = person(&other, &["manager", "administrator"]).expect("tokens can be made");
        let hidden = async |who: &Person| {
            for answer in [
                who.get(&path).await,
                who.get(&own).await,
                who.post(&path, &profile("Mine")).await,
                who.put(&own, &profile("Mine")).await,
            ] {
                answer.must_refuse(404, "not-found", "another's profiles are not there");
            }
        };
        hidden(&foreign).await;
        hidden(&api.stranger()).await;
        // Not under one's own organisation either.
        let moved = format!("/organizations/{other}/profiles/{}", made.text("id"));
        foreign
            .get(&moved)
            .await
            .must_refuse(404, "not-found", "it is another's");
        let moved = foreign.put(&moved, &profile("Mine")).await;
        moved.must_refuse(404, "not-found", "and stays another's");
        let member = person(&id, &["session-manager"]).expect("tokens can be made");
        for answer in [
            member.get(&path).await,
            member.get(&own).await,
            member.post(&path, &profile("Mine")).await,
            member.put(&own, &profile("Mine")).await,
        ] {
            answer.must_refuse(403, "role-required", "a member needs a role for it");
        }
        let chooser = person(&id, &["contract-manager"]).expect("tokens can be made");
        let refused = chooser.put(&own, &profile("Mine")).await;
        refused.must_refuse(403, "role-required", "who chooses does not change");
        let seen = manager.get(&own).await;
        assert_eq!(seen.etag(), made.etag(), "what is refused changes nothing");
        for (body, slug, place) in [
            (json!({ "name": "x" }), "missing-member", "/settings"),
            (
                json!({ "name": "x", "settings": { "timeZone": "UTC" } }),
                "missing-member",
                "/settings/language",
            ),
            (
                json!({ "name": "", "settings": { "timeZone": "UTC", "language": "de" } }),
                "invalid-text",
                "/name",
            ),
            (
                json!({ "name": "x", "settings": { "timeZone": "UTC", "language": "?" } }),
                "invalid-settings",
                "/settings/language",
            ),
        ] {
            let refused = manager.post(&path, &body).await;
            let refused = refused.must_refuse(400, slug, "it is no profile");
            assert_eq!(refused.places(), [place], "{refused}");
        }
    });
}
