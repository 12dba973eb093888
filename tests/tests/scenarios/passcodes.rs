//! Passcodes: who gets one, who tries one, and that wrong ones teach nothing.

use serde_json::json;
use sharepact_tests::{Api, Person, scenario, skipped, unique};

/// Contract managers of a consumer with a name and of a provider; none where no tokens can be made.
async fn sides(api: &Api) -> Option<(Person, Person)> {
    let id = unique("consumer");
    let claims = |org: &str, role: &str| json!({ "org": org, "roles": [role] });
    let administrator = api.mint(claims(&id, "administrator"))?;
    let path = format!("/organizations/{id}");
    let named = administrator.patch(path, &json!({ "name": "Lab" })).await;
    named.must(201, "an administrator names its organisation");
    let consumer = api.mint(claims(&id, "contract-manager"))?;
    Some((
        consumer,
        api.mint(claims(&unique("provider"), "contract-manager"))?,
    ))
}

#[test]
fn a_provider_learns_whom_a_passcode_stands_for() {
    scenario(async |api| {
        let Some((consumer, provider)) = sides(&api).await else {
            return skipped("no tokens can be made here");
        };
        let issue = || consumer.post("/passcodes", &json!({})).key("one");
        let issued = issue()
            .await
            .must(201, "a contract manager gets a passcode");
        let code = issued.text("passcode");
        assert_eq!(code.len(), 9, "two groups of four: {code}");
        let again = issue()
            .await
            .must(201, "the same request has the same answer");
        assert_eq!(again.body, issued.body);
        let other = consumer.post("/passcodes", &json!({})).await;
        assert_ne!(other.text("passcode"), code, "each is another one");
        // It is not used up by looking.
        for typed in [code.clone(), code.to_lowercase(), code.replace('-', " ")] {
            let found = provider.post("/passcodes/resolve", &json!({ "passcode": typed }));
            let found = found.await.must(200, "a provider learns the consumer");
            let expected = json!({ "organizationId": consumer.organization, "name": "Lab" });
            assert_eq!(found.body, expected);
        }
    });
}

#[test]
fn wrong_passcodes_teach_nothing_and_are_few() {
    scenario(async |api| {
        let Some((consumer, provider)) = sides(&api).await else {
            return skipped("no tokens can be made here");
        };
        let issued = consumer.post("/passcodes", &json!({})).await;
        let guess = |code: &str| provider.post("/passcodes/resolve", &json!({ "passcode": code }));
        // What no code looks like is no guess.
        for bad in ["", "1234-5678", "ABCD-EFG", "ABCD-EFGHH"] {
            let refused = guess(bad).await;
            let refused = refused.must_refuse(400, "malformed-passcode", "it is none by its form");
            assert_eq!(refused.places(), ["/passcode"]);
        }
        let mut answers = Vec::new();
        for _ in 0..10 {
            let refused = guess("3333-3333").await;
            let refused = refused.must_refuse(404, "passcode-invalid", "nobody was told this one");
            answers.push(refused.body);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "one same answer: {answers:?}");
        for code in ["3333-3333", &issued.text("passcode")] {
            let refused = guess(code).await;
            let refused = refused.must_refuse(429, "too-many-guesses", "nothing is told any more");
            let wait = refused.header("retry-after").expect("when to try again");
            assert!(wait.parse::<u64>().is_ok_and(|wait| wait > 0), "{wait}");
        }
    });
}

#[test]
fn passcodes_are_for_contract_managers() {
    scenario(async |api| {
        let Some((consumer, provider)) = sides(&api).await else {
            return skipped("no tokens can be made here");
        };
        let issued = consumer.post("/passcodes", &json!({})).await;
        let code = json!({ "passcode": issued.text("passcode") });
        let with = |org: &Person, roles: &[&str]| {
            let claims = json!({ "org": org.organization, "roles": roles });
            api.mint(claims).expect("tokens can be made")
        };
        let others = ["administrator", "session-manager"];
        for person in [
            with(&consumer, &others),
            with(&consumer, &[]),
            api.stranger(),
            api.operator(),
        ] {
            let refused = person.post("/passcodes", &json!({})).await;
            refused.must_refuse(
                403,
                "role-required",
                "only a contract manager lets it be found",
            );
        }
        for person in [
            with(&provider, &others),
            with(&provider, &[]),
            api.stranger(),
            api.operator(),
        ] {
            let refused = person.post("/passcodes/resolve", &code).await;
            refused.must_refuse(403, "role-required", "only a contract manager looks for it");
        }
        let unnamed = provider.post("/passcodes", &json!({})).await;
        let unnamed =
            unnamed.must_refuse(409, "unnamed-organization", "a name is what is looked up");
        assert!(
            unnamed.text("detail").contains("PATCH /organizations/"),
            "{unnamed}"
        );
    });
}
