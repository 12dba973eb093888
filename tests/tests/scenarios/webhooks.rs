//! Webhooks: who registers them, what is refused, what is shown of a secret, and what becomes of
//! them. Deliveries need a receiver: they are looked at from inside the local stack.

use serde_json::{Value, json};
use sharepact_tests::{Answer, Api, Person, scenario, skipped, unique, webhook};

/// Somebody with room for webhooks.
async fn owner(api: &Api) -> Person {
    let owner = api.someone_like("consumer").await;
    for item in owner.get("/webhooks").await["items"]
        .as_array()
        .unwrap_or(&Vec::new())
    {
        let path = format!("/webhooks/{}", item["id"].as_str().expect("an id"));
        owner
            .delete(path)
            .await
            .must(200, "an owner removes its own");
    }
    owner
}

fn path(webhook: &Answer) -> String {
    format!("/webhooks/{}", webhook.text("id"))
}

/// The member without which two representations can be compared.
fn without_secret(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    let members = body.as_object_mut().expect("an object");
    members.remove("secret");
    members.remove("formerSecretUntil");
    body
}

#[test]
fn a_webhook_is_registered_shown_and_removed() {
    scenario(async |api| {
        let owner = owner(&api).await;
        let made = owner.registers().await;
        let secret = made.text("secret");
        assert!(
            secret.starts_with("whsec_") && secret.len() == 50,
            "{secret}"
        );
        assert_eq!(made.header("location"), Some(path(&made).as_str()));
        assert_eq!(made["status"], "enabled");
        assert_eq!(made["eventTypes"], json!(["webhook.disabled"]));
        let untried = json!({
            "lastAttempt": null, "deliveredAt": null, "failingSince": null, "givenUp": 0,
        });
        assert_eq!(made["deliveries"], untried);

        let seen = owner.get(path(&made)).await.must(200, "an owner looks");
        assert_eq!(seen.body, without_secret(&made), "a secret is shown once");
        assert_eq!(seen.etag(), made.etag());
        let known = owner.get(path(&made)).header("if-none-match", seen.etag());
        known.await.must(304, "who has it already is told so");
        let listed = owner.walks("/webhooks", &[], 1).await;
        assert!(listed.has(&made.text("id")), "{listed:?}");
        assert!(
            !format!("{listed:?}").contains("whsec_"),
            "no list shows one"
        );
        let looked = api.operator().get(path(&made)).await;
        looked.must(200, "an operator looks");
        let refused = api.operator().delete(path(&made)).await;
        refused.must_refuse(403, "wrong-side", "an operator changes nothing");

        let gone = owner.delete(path(&made)).await;
        assert_eq!(gone.must(200, "an owner removes it")["status"], "removed");
        for call in [
            owner.get(path(&made)),
            owner.delete(path(&made)),
            owner.post(format!("{}/rotate", path(&made)), &json!({})),
            owner.post(format!("{}/enable", path(&made)), &json!({})),
        ] {
            let refused = call.await;
            refused.must_refuse(404, "not-found", "what was removed is not there");
        }
        assert!(
            !owner
                .walks("/webhooks", &[], 100)
                .await
                .has(&made.text("id"))
        );
    });
}

#[test]
fn a_registration_that_cannot_be_taken_is_refused_with_its_place() {
    scenario(async |api| {
        let owner = owner(&api).await;
        for url in [
            "http://8.8.8.8/events",
            "https://10.0.0.1/events",
            "https://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://3232235777/",
            "https://0xa9fea9fe/",
            "https://user:secret@8.8.8.8/",
            "https://8.8.8.8/#here",
            "https://8.8.8.8:25/",
            "https://internal/",
            "https://nobody.invalid/",
            "ftp://8.8.8.8/",
            "/events",
            "",
        ] {
            let mut body = webhook();
            body["url"] = json!(url);
            let refused = owner.post("/webhooks", &body).await;
            let rule = format!("{url} may not be called");
            let refused = refused.must_refuse(400, "invalid-url", &rule);
            assert_eq!(refused.places(), ["/url"], "{refused}");
        }
        for (types, place) in [
            (json!([]), "/eventTypes"),
            (json!(["contract.unknown"]), "/eventTypes/0"),
            (
                json!(["contract.signed", "wallet.registered"]),
                "/eventTypes/1",
            ),
            (
                json!(["contract.signed", "contract.signed"]),
                "/eventTypes/1",
            ),
            (json!(["*", "contract.signed"]), "/eventTypes/0"),
        ] {
            let mut body = webhook();
            body["eventTypes"] = types;
            let refused = owner.post("/webhooks", &body).await;
            let refused = refused.must_refuse(400, "invalid-event-type", "a name that is none");
            assert_eq!(refused.places(), [place], "{refused}");
        }
        let all_wrong = json!({ "url": "x", "eventTypes": ["x"], "description": "" });
        let refused = owner.post("/webhooks", &all_wrong).await;
        let refused = refused.must_refuse(400, "validation-failed", "all faults at once");
        assert_eq!(refused.places(), ["/url", "/eventTypes/0", "/description"]);
        let unknown = json!({ "url": "https://8.8.8.8/", "secret": "whsec_mine" });
        let refused = owner.post("/webhooks", &unknown).await;
        refused.must_refuse(400, "unknown-member", "secrets are made, not taken");
        assert!(owner.walks("/webhooks", &[], 100).await.items.is_empty() || api.stack().is_none());
    });
}

#[test]
fn a_rotation_shows_the_new_secret_once_and_says_how_long_the_old_one_lives() {
    scenario(async |api| {
        let owner = owner(&api).await;
        let made = owner.registers().await;
        let rotate = || owner.post(format!("{}/rotate", path(&made)), &json!({}));
        let stale = rotate().header("if-match", "\"9.9\"").await;
        stale.must_refuse(412, "stale-version", "a tag that does not hold");

        let key = unique("key");
        let tag = made.etag();
        let rotated = rotate().key(&key).header("if-match", &tag).await;
        let rotated = rotated.must(200, "its owner rotates the secret");
        assert_ne!(rotated.text("secret"), made.text("secret"));
        assert!(rotated["formerSecretUntil"].is_string());
        assert_eq!(rotated["version"], 2);
        let again = rotate().key(&key).header("if-match", &tag).await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.body, rotated.body, "the same key, the same secret");
        let seen = owner.get(path(&made)).await.must(200, "an owner looks");
        assert_eq!(seen.body, without_secret(&rotated));
        owner.delete(path(&made)).await.must(200, "and is gone");
    });
}

#[test]
fn a_registration_under_a_key_is_one() {
    scenario(async |api| {
        let owner = owner(&api).await;
        let key = unique("key");
        let register = || owner.post("/webhooks", &webhook()).key(&key);
        let made = register().await.must(201, "the first of its key");
        let again = register().await.must(201, "the same answer");
        assert_eq!(
            again.body, made.body,
            "a lost answer can be had again, with its secret"
        );
        let mut other = webhook();
        other["description"] = json!("Another");
        let reused = owner.post("/webhooks", &other).key(&key).await;
        reused.must_refuse(422, "idempotency-key-reused", "the key was for another");
        let enable = owner.post(format!("{}/enable", path(&made)), &json!({}));
        let same = enable.await.must(200, "it is enabled already");
        assert_eq!(same["version"], 1, "nothing changes");
        owner.delete(path(&made)).await.must(200, "and is gone");
    });
}

#[test]
fn a_party_has_twenty_webhooks_whoever_asks_at_once() {
    scenario(async |api| {
        let Some(owner) = api.mint(json!({})) else {
            return skipped("only a stack of this process makes newcomers");
        };
        let calls = (0..24).map(|_| async { owner.post("/webhooks", &webhook()).await });
        let answers = api.at_once(calls).await;
        let made: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 201)
            .collect();
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            let known = ["too-many-webhooks", "conflict"].contains(&refused.slug());
            assert!(refused.status == 409 && known, "{refused}");
        }
        for _ in made.len()..20 {
            owner.registers().await;
        }
        let refused = owner.post("/webhooks", &webhook()).await;
        refused.must_refuse(409, "too-many-webhooks", "twenty are enough");
        let listed = owner.walks("/webhooks", &[], 7).await;
        assert_eq!(listed.pages, [7, 7, 6]);
        let mut ids = listed.ids();
        let in_order = ids.clone();
        ids.sort();
        ids.dedup();
        assert_eq!(ids, in_order, "oldest first, each once");
        owner
            .delete(format!("/webhooks/{}", ids[4]))
            .await
            .must(200, "one goes");
        owner.registers().await;
    });
}

#[test]
fn an_organisations_members_look_and_its_manager_decides() {
    scenario(async |api| {
        let (office, clerk) = (
            api.person("provider-manager"),
            api.person("provider-member"),
        );
        let made = office.registers().await;
        assert_eq!(made["owner"], office.owner());
        assert_eq!(made["ownerKind"], "organization");
        let seen = clerk.get(path(&made)).await.must(200, "a member looks");
        assert_eq!(seen.body, without_secret(&made));
        let refused = clerk.post("/webhooks", &webhook()).await;
        refused.must_refuse(403, "manager-required", "a member registers nothing");
        office
            .delete(path(&made))
            .await
            .must(200, "its manager removes it");
    });
}
