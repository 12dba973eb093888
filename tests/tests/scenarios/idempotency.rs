//! `Idempotency-Key`: the same request again is answered again, and done once.

use serde_json::json;
use sharepact_tests::{Answer, Deal, draft, request, scenario, unique};

fn replayed(first: &Answer, again: &Answer) {
    assert_eq!(
        again.header("idempotent-replayed"),
        Some("true"),
        "a replay says so\n{again}"
    );
    assert_eq!(
        first.header("idempotent-replayed"),
        None,
        "the first answer is no replay\n{first}"
    );
    let parts = |answer: &Answer| {
        let header = |name: &str| answer.header(name).map(str::to_owned);
        (
            answer.status,
            answer.body.clone(),
            header("etag"),
            header("location"),
            header("content-type"),
        )
    };
    assert_eq!(
        parts(again),
        parts(first),
        "the same key and request get the same answer"
    );
}

#[test]
fn a_repeated_request_makes_one_contract() {
    scenario(async |api| {
        let (provider, consumer, key) = (api.provider(), api.consumer(), unique("key"));
        let asset = provider.offers("Private").await;
        let ask = || consumer.post("/contracts", &request(&asset)).key(&key);
        let first = ask().await.must(201, "the first request is carried out");
        let again = ask().await;
        replayed(&first, &again);
        let quoted = consumer
            .post("/contracts", &request(&asset))
            .key(&format!("\"{key}\""))
            .await;
        replayed(&first, &quoted);
        let spaced = format!(" {:#} ", request(&asset));
        let spaced = consumer
            .post("/contracts", &json!({}))
            .raw(spaced)
            .key(&key)
            .await;
        replayed(&first, &spaced);
        let contracts = provider
            .lists(&format!("/assets/{asset}/contracts"), &[])
            .await;
        assert_eq!(contracts.len(), 1, "it is done once");
        let other = consumer
            .post("/contracts", &request(&asset))
            .key(&unique("key"))
            .await;
        other.must_refuse(409, "live-contract", "another key is another request");
    });
}

#[test]
fn every_command_replays_whatever_happened_since() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let mut answers = Vec::new();
        let steps = [
            (&deal.provider, "draft"),
            (&deal.consumer, "negotiate"),
            (&deal.provider, "accept"),
            (&deal.provider, "activate"),
            (&deal.consumer, "stop"),
        ];
        for (by, command) in steps {
            let key = unique("key");
            let first = by
                .post(deal.path(command), &Deal::body(command))
                .key(&key)
                .await;
            answers.push((by, command, key, first.must(200, "the pipeline goes on")));
        }
        for (by, command, key, first) in answers {
            let again = by.post(deal.path(command), &Deal::body(command)).key(&key);
            replayed(&first, &again.header("if-match", "\"1\"").await);
        }
        assert_eq!(deal.seen().await["version"], 6, "each was done once");
    });
}

#[test]
fn acquisitions_endings_and_patches_replay_too() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let path = format!("/assets/{}/acquisitions", provider.offers("Public").await);
        let key = unique("key");
        let first = consumer
            .post(&path, &json!({}))
            .key(&key)
            .await
            .must(201, "acquired");
        replayed(&first, &consumer.post(&path, &json!({})).key(&key).await);
        for (stage, by, command) in [
            ("Request", &provider, "decline"),
            ("Draft", &consumer, "reject"),
            ("Negotiate", &provider, "accept"),
        ] {
            let deal = Deal::at(stage, &provider, &consumer).await;
            let key = unique("key");
            let patch = || by.patch(deal.path(""), &Deal::patch(command)).key(&key);
            let first = patch().await.must(200, "a merge-patch is carried out");
            replayed(&first, &patch().await);
        }
    });
}

#[test]
fn a_key_is_for_one_request() {
    scenario(async |api| {
        let (provider, consumer, key) = (api.provider(), api.consumer(), unique("key"));
        let asset = provider.offers("Private").await;
        let first = consumer
            .post("/contracts", &request(&asset))
            .key(&key)
            .await;
        first.must(201, "the first request is carried out");
        let mut other = request(&asset);
        other["duration"] = json!(31);
        let refused = consumer.post("/contracts", &other).key(&key).await;
        let rule = "the same key with another body is a mistake";
        refused.must_refuse(422, "idempotency-key-reused", rule);

        let (one, two) = (
            Deal::begin(&provider, &consumer).await,
            Deal::begin(&provider, &consumer).await,
        );
        let key = unique("key");
        provider
            .post(one.path("draft"), &draft())
            .key(&key)
            .await
            .must(200, "drafted");
        let refused = provider.post(two.path("draft"), &draft()).key(&key).await;
        refused.must_refuse(
            422,
            "idempotency-key-reused",
            "another contract is another request",
        );
        assert_eq!(
            two.seen().await["version"],
            1,
            "what was refused changed nothing"
        );
    });
}

#[test]
fn a_key_belongs_to_its_caller() {
    scenario(async |api| {
        let (provider, key) = (api.provider(), unique("key"));
        let asset = provider.offers("Private").await;
        let mut ids = Vec::new();
        for person in [api.consumer(), api.person("manager")] {
            let made = person.post("/contracts", &request(&asset)).key(&key).await;
            let made = made.must(201, "another caller's same key is another key");
            assert_eq!(made.header("idempotent-replayed"), None);
            ids.push(made.text("id"));
        }
        assert_ne!(ids[0], ids[1], "each caller has a contract of its own");
        let stranger = api
            .stranger()
            .post("/contracts", &request(&asset))
            .key(&key)
            .await;
        stranger.must_refuse(
            409,
            "wallet-required",
            "a key shows nobody another's answer",
        );
    });
}

#[test]
fn a_refusal_is_not_remembered() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let key = unique("key");
        let accept = || {
            deal.consumer
                .post(deal.path("accept"), &json!({}))
                .key(&key)
        };
        accept()
            .await
            .must_refuse(409, "illegal-status", "a request cannot be accepted");
        deal.does(&deal.provider, "draft")
            .await
            .must(200, "drafted");
        let done = accept()
            .await
            .must(200, "what was refused may be asked for again");
        assert_eq!(
            done.header("idempotent-replayed"),
            None,
            "it is done now, not replayed"
        );
    });
}

#[test]
fn the_same_key_at_the_same_time_makes_one_contract() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        for _ in 0..3 {
            let (asset, key) = (provider.offers("Private").await, unique("key"));
            let posts = (0..8).map(|_| {
                let call = consumer.post("/contracts", &request(&asset)).key(&key);
                async move {
                    call.await
                        .must(201, "every one of the same requests gets the answer")
                }
            });
            let answers = api.at_once(posts).await;
            let ids: Vec<_> = answers.iter().map(|answer| answer.text("id")).collect();
            assert!(
                ids.iter().all(|id| *id == ids[0]),
                "all speak of one contract: {ids:?}"
            );
            let fresh = answers
                .iter()
                .filter(|answer| answer.header("idempotent-replayed").is_none());
            assert_eq!(fresh.count(), 1, "one was carried out, the others replayed");
            let contracts = provider
                .lists(&format!("/assets/{asset}/contracts"), &[])
                .await;
            assert_eq!(contracts, [ids[0].clone()], "and there is one contract");
        }
    });
}

#[test]
fn keys_have_a_form() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let asset = provider.offers("Private").await;
        for key in ["", "\"\"", "   ", "täg", &"k".repeat(256)] {
            let refused = consumer.post("/contracts", &request(&asset)).key(key).await;
            let rule = "a key has 1 to 255 printable characters";
            let refused = refused.must_refuse(400, "invalid-idempotency-key", rule);
            assert_eq!(refused.places(), ["Idempotency-Key"], "{refused}");
        }
        let longest = format!("{}{}", "k".repeat(213), unique("key"));
        let longest: String = longest.chars().take(255).collect();
        consumer
            .post("/contracts", &request(&asset))
            .key(&longest)
            .await
            .must(201, "255 are not too many");
    });
}
