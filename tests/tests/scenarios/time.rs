//! What time alone ends. A deployed API's clock cannot be moved, so that these scenarios start a
//! stack of their own, on a clock that they move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use sharepact_domain::time::Timestamp;
use sharepact_local::{Options, Stack};
use sharepact_runtime::Clock;
use sharepact_tests::{Answer, Api, Deal, Person, fresh_key, scenario, scratch, skipped, unique};

/// When the movable clock begins, in seconds.
const START: i64 = 1_767_261_600;
/// The duration that the scenarios ask for, in seconds.
const MONTH: i64 = 30 * 86_400;

/// A clock that a scenario moves.
#[derive(Clone)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock::from_fn(move || {
            let millis = hands.0.load(Ordering::SeqCst);
            Timestamp::new(DateTime::from_timestamp_millis(millis).expect("an instant"))
        })
    }

    fn forward(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

/// Runs a scenario on a stack of its own, which stops with it.
fn on_a_clock(body: impl AsyncFnOnce(Api, Hands)) {
    scenario(async |shared| {
        if shared.stack().is_none() {
            skipped("the clock of a deployed API cannot be moved");
            return;
        }
        let hands = Hands(Arc::new(AtomicI64::new(START * 1000)));
        let (home, clock) = (scratch(), hands.clock());
        let options = Options {
            clock,
            // Time alone is looked at: nobody records here what it has ended.
            workers: Vec::new(),
            ..Options::on(&home)
        };
        let api = Api::on(Stack::start(options).await.expect("the stack starts")).await;
        for name in ["provider", "consumer", "manager"] {
            api.person(name).has_wallet().await;
        }
        body(api.clone(), hands).await;
        if let Some(stack) = api.into_stack() {
            stack.shutdown().await;
            std::fs::remove_dir_all(home).expect("the state is removed");
        }
    });
}

async fn active(api: &Api) -> Deal {
    Deal::at("Active", &api.provider(), &api.consumer()).await
}

#[test]
fn a_contract_is_expired_from_its_last_instant_on() {
    on_a_clock(async |api, hands| {
        let deal = active(&api).await;
        let before = deal.seen().await;
        let end = DateTime::parse_from_rfc3339(&before.text("expiresAt")).expect("an instant");
        assert_eq!(
            end.timestamp(),
            START + MONTH,
            "it ends its duration after it became effective"
        );
        hands.forward(MONTH * 1000 - 1);
        let last = deal.seen().await;
        assert_eq!(last.etag(), before.etag(), "until its end nothing changes");
        assert_eq!(
            last["status"], "Active",
            "a millisecond before its end it is Active"
        );
        assert_eq!(last["allowed"], json!(["stop"]));
        hands.forward(1);
        let over = deal.seen().await;
        assert_eq!(
            over["status"], "Expired",
            "at its end it is Expired, recorded or not"
        );
        assert_eq!(over["allowed"], json!([]), "and nobody may do anything");
        assert_eq!(over["version"], before["version"], "nothing was written");
        assert_ne!(
            over.etag(),
            before.etag(),
            "but the representation is another, and so is its tag"
        );
        let stale = deal
            .consumer
            .get(deal.path(""))
            .header("if-none-match", before.etag())
            .await;
        stale.must(200, "who has the representation before gets the new one");
        let fresh = deal
            .consumer
            .get(deal.path(""))
            .header("if-none-match", over.etag())
            .await;
        fresh.must(304, "who has the new one is told so");
        let events = deal.consumer.walks(&deal.path("history"), &[], 100).await;
        assert_eq!(
            events.items.len(),
            4,
            "time is no event until it is recorded"
        );
    });
}

#[test]
fn a_late_command_grants_nothing() {
    on_a_clock(async |api, hands| {
        let deal = active(&api).await;
        let tag = deal.seen().await.etag();
        hands.forward(MONTH * 1000);
        let before = deal.seen().await;
        for (side, person) in [("provider", &deal.provider), ("consumer", &deal.consumer)] {
            for command in sharepact_tests::COMMANDS {
                let refused = deal.does(person, command).await;
                let (status, slug) = match (side, command) {
                    ("consumer", "decline" | "draft" | "activate") => (403, "wrong-side"),
                    (_, _) => (409, "illegal-status"),
                };
                let refused =
                    refused.must_refuse(status, slug, "what time has ended takes no command");
                assert_eq!(refused["allowed"], json!([]), "{refused}");
            }
        }
        let stop = deal.consumer.post(deal.path("stop"), &Deal::body("stop"));
        let refused = stop.header("if-match", tag).await;
        refused.must_refuse(
            412,
            "stale-version",
            "the tag before its end no longer holds",
        );
        assert_eq!(
            deal.seen().await.body,
            before.body,
            "what is refused changes nothing"
        );
    });
}

async fn lists(deal: &Deal, person: &Person, live: bool) {
    let end = if live { "is live" } else { "has ended" };
    let rule = |what: &str| format!("{what}, of a contract that {end}, for {}", person.name);
    let user = ("userId", deal.consumer.user.as_str());
    for query in [vec![user], vec![user, ("role", "consumer")]] {
        let with = |status| [&query[..], &[("status", status)]].concat();
        person
            .finds(
                "/contracts",
                &query,
                &deal.id,
                true,
                &rule("the whole list"),
            )
            .await;
        person
            .finds(
                "/contracts",
                &with("Active"),
                &deal.id,
                live,
                &rule("the Active list"),
            )
            .await;
        person
            .finds(
                "/contracts",
                &with("Expired"),
                &deal.id,
                !live,
                &rule("the Expired list"),
            )
            .await;
    }
    person
        .finds(
            "/assets/pending",
            &[user],
            &deal.asset,
            live,
            &rule("pending assets"),
        )
        .await;
    person
        .finds(
            "/assets/acquired",
            &[user],
            &deal.asset,
            live,
            &rule("assets to use"),
        )
        .await;
    let contracts = format!("/assets/{}/contracts", deal.asset);
    person
        .finds(
            &contracts,
            &[],
            &deal.id,
            live,
            &rule("an asset's live contracts"),
        )
        .await;
    let found: Answer = person
        .get(format!("/assets/{}/active-contract", deal.asset))
        .query(user.0, user.1)
        .await;
    assert_eq!(
        found.body == Value::Null,
        !live,
        "{}\n{found}",
        rule("the active contract")
    );
}

#[test]
fn lists_know_the_time() {
    on_a_clock(async |api, hands| {
        let deal = active(&api).await;
        let people = [deal.provider.clone(), deal.consumer.clone(), api.operator()];
        for person in &people {
            lists(&deal, person, true).await;
        }
        hands.forward(MONTH * 1000);
        for person in &people {
            lists(&deal, person, false).await;
        }
    });
}

#[test]
fn what_time_has_ended_stands_in_nobodys_way() {
    on_a_clock(async |api, hands| {
        let deal = active(&api).await;
        hands.forward(MONTH * 1000 - 1);
        let refused = deal.consumer.requests(&deal.asset).await;
        refused.must_refuse(409, "live-contract", "until its end it holds the place");
        hands.forward(1);
        let second = Deal::on(&deal.asset, &deal.provider, &deal.consumer).await;
        let refused = deal.consumer.requests(&deal.asset).await;
        let refused = refused.must_refuse(409, "live-contract", "the new one holds the place now");
        assert!(refused.text("detail").contains(&second.id), "{refused}");
        assert_eq!(
            deal.seen().await["status"],
            "Expired",
            "the old one stays what it is"
        );
        second.reach("Active").await;
        let path = format!("/assets/{}/active-contract", deal.asset);
        let found = deal.consumer.get(&path).await;
        assert_eq!(
            found["id"],
            second.id.as_str(),
            "the new one is the active one"
        );
        let live = deal
            .provider
            .lists(&format!("/assets/{}/contracts", deal.asset), &[])
            .await;
        assert_eq!(
            live,
            std::slice::from_ref(&second.id),
            "and the only live one"
        );
        hands.forward(MONTH * 1000);
        Deal::on(&deal.asset, &deal.provider, &deal.consumer)
            .await
            .seen()
            .await;
    });
}

#[test]
fn time_ends_nothing_but_active_contracts_with_an_end() {
    on_a_clock(async |api, hands| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let mut deals = Vec::new();
        for stage in [
            "Request",
            "Draft",
            "Negotiate",
            "Signed",
            "Acquired",
            "Stopped",
            "Rejected",
        ] {
            deals.push(Deal::at(stage, &provider, &consumer).await);
        }
        let mut before = Vec::new();
        for deal in &deals {
            before.push(deal.seen().await.body);
        }
        hands.forward(50 * 365 * 86_400 * 1000);
        for (deal, before) in deals.iter().zip(before) {
            assert_eq!(deal.seen().await.body, before, "years change nothing of it");
        }
        let signed = &deals[3];
        let after = signed
            .does(&provider, "activate")
            .await
            .must(200, "the duration begins now");
        let (from, to) = (after.text("effectiveAt"), after.text("expiresAt"));
        let instant = |text: &str| DateTime::parse_from_rfc3339(text).expect("an instant");
        assert_eq!(instant(&to) - instant(&from), TimeDelta::seconds(MONTH));
    });
}

#[test]
fn an_idempotency_key_is_kept_for_a_day() {
    on_a_clock(async |api, hands| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let key = unique("key");
        let decline = || {
            deal.provider
                .post(deal.path("decline"), &Deal::body("decline"))
                .key(&key)
        };
        decline().await.must(200, "declined");
        hands.forward((86_400 - 1) * 1000);
        let again = decline()
            .await
            .must(200, "within 24 hours the answer is given again");
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        hands.forward(2_000);
        let late = decline().await;
        late.must_refuse(409, "illegal-status", "after 24 hours the key is forgotten");
        let second = Deal::begin(&api.provider(), &api.consumer()).await;
        let other = second
            .provider
            .post(second.path("decline"), &Deal::body("decline"))
            .key(&key);
        other.await.must(200, "and may be used for another request");
    });
}

#[test]
fn a_challenge_can_be_answered_for_five_minutes() {
    on_a_clock(async |api, hands| {
        let consumer = api.consumer();
        let path = consumer.wallet();
        let (first, second) = (fresh_key(), fresh_key());
        let (early, late) = (
            consumer.proves(&first).await,
            consumer.proves(&second).await,
        );
        hands.forward(5 * 60 * 1000 - 1);
        let before = consumer.put(&path, &early).await;
        before.must(200, "a millisecond before its end it is good");
        let before = consumer.get(&path).await;
        hands.forward(1);
        let refused = consumer.put(&path, &late).await;
        refused.must_refuse(409, "challenge-expired", "at its end it is not");
        let refused = consumer.put(&path, &early).await;
        refused.must_refuse(409, "challenge-expired", "nor is one that was used");
        // Long after nobody remembers any more that it was used, too.
        hands.forward(MONTH * 1000);
        let refused = consumer.put(&path, &early).await;
        refused.must_refuse(409, "challenge-expired", "an old challenge is never good");
        let after = consumer.get(&path).await;
        assert_eq!(
            after.etag(),
            before.etag(),
            "what is refused changes nothing"
        );
    });
}
