//! What no framework agreement is made of: each fault is a problem of its own, and nothing is made.

use serde_json::{Value, json};
use sharepact_tests::{
    Framework, NO_STAFF, Person, Staff, frame, onboarding, proposal, scenario, skipped,
};

const AGREEMENTS: &str = "/framework-agreements";

async fn refused(by: &Person, body: &Value, expected: (u16, &str, &[&str]), rule: &str) {
    let (status, slug, places) = expected;
    let answer = by.post(AGREEMENTS, body).await;
    let answer = answer.must_refuse(status, slug, rule);
    assert_eq!(answer.places(), places, "{rule}\n{answer}");
}

#[test]
fn a_faulty_frame_is_refused_before_any_passcode_is_looked_at() {
    scenario(async |api| {
        let Some(provider) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let by = &provider.contracts;
        let many: Vec<_> = (0..101).map(|number| format!("name-{number}")).collect();
        for (changes, slug, places, rule) in [
            (
                json!({ "valuePropositions": [] }),
                "invalid-keyword",
                &["/valuePropositions"][..],
                "one value proposition at least",
            ),
            (
                json!({ "valuePropositions": many }),
                "invalid-keyword",
                &["/valuePropositions"],
                "a hundred at most",
            ),
            (
                json!({ "valuePropositions": ["location", "not a name", "location"] }),
                "invalid-keyword",
                &["/valuePropositions/1", "/valuePropositions/2"],
                "names, each once",
            ),
            (
                json!({ "messages": ["#"] }),
                "invalid-keyword",
                &["/messages/0"],
                "names of messages too",
            ),
            (
                json!({ "sharing": { "extent": "partial" } }),
                "empty-selection",
                &["/sharing/fields"],
                "partial names its fields",
            ),
            (
                json!({ "sharing": { "extent": "full", "fields": ["position"] } }),
                "empty-selection",
                &["/sharing/fields"],
                "nothing else names fields",
            ),
            (
                json!({ "sharing": { "extent": "partial", "fields": ["a", "a"] } }),
                "duplicate-field",
                &["/sharing/fields/1"],
                "each field once",
            ),
            (
                json!({ "sharing": { "extent": "most" } }),
                "wrong-type",
                &["/sharing/extent"],
                "one of three extents",
            ),
            (
                json!({ "sharing": { "onward": "twice" } }),
                "wrong-type",
                &["/sharing/onward"],
                "one of three grants",
            ),
            (
                json!({ "sharing": { "onward": null } }),
                "missing-member",
                &["/sharing/onward"],
                "what is shared on is said",
            ),
            (
                json!({ "payer": "nobody" }),
                "wrong-type",
                &["/payer"],
                "one of two payers",
            ),
            (
                json!({ "entity": "vehicle" }),
                "wrong-type",
                &["/entity"],
                "one of two kinds",
            ),
        ] {
            let body = proposal("4444-4444", &changes);
            refused(by, &body, (400, slug, places), rule).await;
        }
        assert_eq!(by.lists(AGREEMENTS, &[]).await, Vec::<String>::new());
    });
}

#[test]
fn a_faulty_time_and_whom_nobody_named_are_refused_before_any_passcode_is_looked_at() {
    scenario(async |api| {
        let Some(provider) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let by = &provider.contracts;
        for (changes, slug, places, rule) in [
            (
                json!({ "validTo": "tomorrow" }),
                "invalid-term",
                &["/validTo"][..],
                "an instant",
            ),
            (
                json!({ "validTo": "2020-01-01T00:00:00Z" }),
                "invalid-term",
                &["/validTo"],
                "an end to come",
            ),
            (
                json!({ "validFrom": "2040-01-01T00:00:00Z", "validTo": "2039-01-01T00:00:00Z" }),
                "invalid-term",
                &["/validTo"],
                "an end after the beginning",
            ),
            (
                json!({ "validTo": "2940-01-01T00:00:00Z" }),
                "invalid-term",
                &["/validTo"],
                "a hundred years at most",
            ),
            (
                json!({ "passcode": "short" }),
                "malformed-passcode",
                &["/passcode"],
                "what no passcode looks like is no guess",
            ),
            (
                json!({ "consumer": { "organizationName": "B", "contact": { "firstName": "a", "lastName": "b", "email": "a@b.org" }, "profileId": "x" } }),
                "unknown-member",
                &["/consumer"],
                "passcode or consumer, not both",
            ),
            (
                json!({ "passcode": null }),
                "missing-member",
                &["/passcode"],
                "passcode or consumer, one of them",
            ),
            (
                json!({ "price": "1" }),
                "unknown-member",
                &["/price"],
                "nothing is ignored",
            ),
        ] {
            // More than ten: none of them counts as a guess.
            let body = proposal("4444-4444", &changes);
            refused(by, &body, (400, slug, places), rule).await;
        }
        assert_eq!(by.lists(AGREEMENTS, &[]).await, Vec::<String>::new());
    });
}

#[test]
fn a_faulty_consumer_is_refused_with_its_place() {
    scenario(async |api| {
        let Some(provider) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let profile = provider.profile().await;
        let foreign = Staff::named(&api).await.expect("tokens are made");
        let foreign = foreign.profile().await;
        let by = &provider.contracts;
        let contact = |change: Value| json!({ "consumer": { "contact": change } });
        for (changes, expected, rule) in [
            (
                contact(json!({ "email": "nora" })),
                (400, "invalid-email", &["/consumer/contact/email"][..]),
                "an e-mail address",
            ),
            (
                contact(json!({ "email": "Nora <nora@example.org>" })),
                (400, "invalid-email", &["/consumer/contact/email"]),
                "nothing but the address",
            ),
            (
                contact(json!({ "firstName": " ", "lastName": "a\nb" })),
                (
                    400,
                    "invalid-text",
                    &["/consumer/contact/firstName", "/consumer/contact/lastName"],
                ),
                "names of one line",
            ),
            (
                contact(json!({ "firstName": "a".repeat(150), "lastName": "b".repeat(150) })),
                (400, "invalid-text", &["/consumer/contact"]),
                "200 characters in all",
            ),
            (
                json!({ "consumer": { "organizationName": "" } }),
                (400, "invalid-text", &["/consumer/organizationName"]),
                "an organisation has a name",
            ),
            (
                json!({ "consumer": { "profileId": "partners" } }),
                (400, "invalid-id", &["/consumer/profileId"]),
                "the id of a profile",
            ),
            (
                json!({ "consumer": { "profileId": null } }),
                (400, "missing-member", &["/consumer/profileId"]),
                "a profile is chosen",
            ),
            (
                json!({ "consumer": { "profileId": foreign } }),
                (404, "not-found", &["/consumer/profileId"]),
                "another's profile does not exist here",
            ),
            (
                json!({ "consumer": { "profileId": "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d" } }),
                (404, "not-found", &["/consumer/profileId"]),
                "no more than one that nobody has",
            ),
            (
                json!({ "payer": "consumer" }),
                (409, "payer-not-allowed", &["/payer"]),
                "who brings a consumer pays",
            ),
        ] {
            let body = onboarding(&profile, &changes);
            refused(by, &body, expected, rule).await;
        }
        assert_eq!(by.lists(AGREEMENTS, &[]).await, Vec::<String>::new());
    });
}

#[test]
fn who_may_not_conclude_is_told_so_first() {
    scenario(async |api| {
        let Some(provider) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let profile = provider.profile().await;
        for body in [
            proposal("4444-4444", &json!({})),
            onboarding(&profile, &json!({})),
            frame(&json!({ "passcode": 7 })),
        ] {
            for person in [
                &provider.member,
                &provider.sessions,
                &provider.administrator,
            ] {
                let rule = format!("{} concludes nothing", person.name);
                refused(person, &body, (403, "role-required", &[]), &rule).await;
            }
            let rule = "agreements are between organisations";
            let expected = (403, "organization-required", &[][..]);
            refused(&api.stranger(), &body, expected, rule).await;
        }
        let unnamed = Staff::unnamed(&api).expect("tokens are made");
        let body = proposal("4444-4444", &json!({}));
        for person in [&unnamed.contracts, &unnamed.manager] {
            let expected = (409, "unnamed-organization", &[][..]);
            refused(person, &body, expected, "the other side reads a name").await;
        }
    });
}

#[test]
fn a_passcode_is_good_once_and_never_for_its_own_organisation() {
    scenario(async |api| {
        let Some(provider) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let consumer = Staff::named(&api).await.expect("tokens are made");
        let own = proposal(&provider.passcode().await, &json!({}));
        let expected = (409, "self-sharing", &[][..]);
        refused(
            &provider.contracts,
            &own,
            expected,
            "nobody shares with itself",
        )
        .await;

        let code = consumer.passcode().await;
        let spoken = code.to_lowercase().replace('-', " ");
        let made = proposal(&spoken, &json!({}));
        let made = provider.contracts.post(AGREEMENTS, &made).await;
        let made = made.must(201, "however it is typed in");
        let gone = (404, "passcode-invalid", &[][..]);
        let used = proposal(&code, &json!({ "entity": "unit" }));
        refused(&provider.contracts, &used, gone, "a passcode is good once").await;
        let other = Staff::named(&api).await.expect("tokens are made");
        refused(&other.contracts, &used, gone, "for anybody").await;
        let wrong = proposal("4444-4444", &json!({}));
        let one = provider.contracts.post(AGREEMENTS, &wrong).await;
        let two = provider.contracts.post(AGREEMENTS, &used).await;
        assert_eq!(
            one.body, two.body,
            "a wrong one and a used one are told alike"
        );
        let all = consumer.member.lists(AGREEMENTS, &[]).await;
        assert_eq!(all, [made.text("id")]);
    });
}

#[test]
fn two_organisations_have_one_live_agreement_on_a_kind_of_thing() {
    scenario(async |api| {
        let Some(first) = Framework::pending(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let Framework {
            provider, consumer, ..
        } = &first;
        let again = provider.proposes(consumer, &json!({})).await;
        let rule = "one live agreement, proposed or in force";
        let again = again.must_refuse(409, "duplicate-agreement", rule);
        assert!(again.text("detail").contains(&first.id), "{again}");
        let units = json!({ "entity": "unit" });
        let other = provider.proposes(consumer, &units).await;
        other.must(201, "on another kind of thing");
        let back = consumer.proposes(provider, &json!({})).await;
        back.must(201, "in the other direction");

        first.approved().await;
        let again = provider.proposes(consumer, &json!({})).await;
        again.must_refuse(409, "duplicate-agreement", rule);
        let stopped = first.does(&provider.contracts, "stop").await;
        stopped.must(200, "either side stops");
        let next = Framework::between(provider, consumer, &json!({})).await;
        let rejected = next.does(&consumer.contracts, "reject").await;
        rejected.must(200, "the consumer rejects");
        Framework::between(provider, consumer, &json!({})).await;
    });
}

#[test]
fn ten_wrong_passcodes_in_an_hour_are_the_most() {
    scenario(async |api| {
        let Some(provider) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let consumer = Staff::named(&api).await.expect("tokens are made");
        let right = proposal(&consumer.passcode().await, &json!({}));
        let wrong = proposal("4444-4444", &json!({}));
        // Five here and five where passcodes are looked up: they are counted together.
        for _ in 0..5 {
            let told = provider.contracts.post(AGREEMENTS, &wrong).await;
            told.must_refuse(404, "passcode-invalid", "a wrong one");
            let code = json!({ "passcode": "3333-3333" });
            let told = provider.manager.post("/passcodes/resolve", &code).await;
            told.must_refuse(404, "passcode-invalid", "a wrong one");
        }
        for body in [&wrong, &right] {
            let told = provider.contracts.post(AGREEMENTS, body).await;
            let rule = "from then on nothing is told, not even of a right one";
            let told = told.must_refuse(429, "too-many-guesses", rule);
            let wait: u64 = told
                .header("retry-after")
                .expect("when")
                .parse()
                .expect("seconds");
            assert!((3_000..=3_601).contains(&wait), "{wait}");
        }
        assert_eq!(
            consumer.member.lists(AGREEMENTS, &[]).await,
            Vec::<String>::new()
        );
        let onboards = onboarding(&provider.profile().await, &json!({}));
        let onboards = provider.contracts.post(AGREEMENTS, &onboards).await;
        onboards.must(201, "what takes no passcode goes on");
    });
}
