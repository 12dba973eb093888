//! Deliveries to webhooks over the whole chain: commit, stream, bus, queues, a receiver on loopback.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use sharepact_domain::contract::ContractFact;
use sharepact_domain::event::Event;
use sharepact_domain::webhook::FAILING_HOURS;

use crate::receiver::{Manner, Receiver};
use crate::world::{World, command, delete, get, post};

/// A webhook that the test has registered.
pub struct Hook {
    pub id: String,
    pub secret: String,
}

impl World {
    /// A world in which nothing follows a commit but deliveries.
    pub async fn hooked() -> Self {
        Self::with(|options| {
            let wanted = ["event-relay", "webhook-plan", "webhook-deliver"];
            options
                .workers
                .retain(|worker| wanted.contains(&worker.name));
        })
        .await
    }

    /// Registers a webhook of `who` at a receiver, for these events.
    pub async fn hook(&self, who: &'static str, at: &Receiver, types: &[&str]) -> Hook {
        let body = json!({ "url": at.url, "eventTypes": types });
        let made = self.expect(201, &post(who, "/webhooks", body)).await.json();
        let text = |name: &str| made[name].as_str().expect(name).to_owned();
        Hook {
            id: text("id"),
            secret: text("secret"),
        }
    }

    /// A webhook as its owner sees it.
    pub async fn seen(&self, who: &'static str, hook: &Hook) -> Value {
        let path = format!("/webhooks/{}", hook.id);
        self.expect(200, &get(who, path)).await.json()
    }

    /// Waits until a webhook is as it should be.
    pub async fn until(
        &self,
        who: &'static str,
        hook: &Hook,
        so: impl Fn(&Value) -> bool,
    ) -> Value {
        let began = Instant::now();
        loop {
            let seen = self.seen(who, hook).await;
            if so(&seen) {
                return seen;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{seen:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until nothing is left to do.
    pub async fn rests(&self) {
        let settled = self.stack.links().settled(Duration::from_secs(30)).await;
        assert!(settled, "there is still work");
    }
}

/// Since when deliveries fail; null when they do not.
fn failing(seen: &Value) -> &Value {
    &seen["deliveries"]["failingSince"]
}

const ALL: &[&str] = &["*"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_hear_of_their_contract_signed_and_to_the_byte_and_nobody_else_does() {
    let world = World::hooked().await;
    let (seller, buyer, stranger) = (
        Receiver::willing().await,
        Receiver::willing().await,
        Receiver::willing().await,
    );
    let hook = world.hook("provider", &seller, ALL).await;
    let drafts = world.hook("consumer", &buyer, &["contract.drafted"]).await;
    world.hook("stranger", &stranger, ALL).await;
    let id = world.contract("Draft").await;
    world.rests().await;

    assert_eq!(seller.kinds(), ["contract.drafted", "contract.requested"]);
    assert_eq!(buyer.kinds(), ["contract.drafted"]);
    assert!(stranger.arrivals().is_empty(), "it is not their contract");
    let history = get("consumer", format!("/contracts/{id}/history"));
    let history = world.expect(200, &history).await.json();
    for arrival in seller.arrivals() {
        assert!(arrival.is_signed_with(&hook.secret), "{arrival:?}");
        assert!(!arrival.is_signed_with(&drafts.secret), "{arrival:?}");
        assert_eq!(arrival.header("content-type"), "application/json");
        let event: Event<ContractFact> = serde_json::from_str(&arrival.body).unwrap();
        assert_eq!(arrival.header("webhook-id"), event.id.to_string());
        assert_eq!(event.digest().unwrap(), event.hash, "as it was recorded");
        let shown = &history["items"][usize::try_from(event.sequence).unwrap() - 1];
        assert_eq!(&arrival.json(), shown, "what the history shows, no more");
        let sent: i64 = arrival.header("webhook-timestamp").parse().unwrap();
        assert_eq!(sent, world.now().epoch_seconds());
    }
    let seen = world.seen("provider", &hook).await;
    let last = &seen["deliveries"]["lastAttempt"];
    assert_eq!(
        (&last["outcome"], &last["status"]),
        (&json!("answered"), &json!(204))
    );
    assert_eq!(failing(&seen), &Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_was_down_gets_the_event_later_under_the_same_id() {
    let world = World::hooked().await;
    let receiver = Receiver::start([Manner::Status(503), Manner::Status(200)]).await;
    let hook = world.hook("provider", &receiver, ALL).await;
    world.contract("Request").await;
    let seen = world
        .until("provider", &hook, |seen| !failing(seen).is_null())
        .await;
    assert_eq!(seen["deliveries"]["lastAttempt"]["status"], 503);
    // The next attempt is due after five seconds, by this clock and by the queue's.
    world.pass(TimeDelta::seconds(6));
    let rotate = post(
        "provider",
        format!("/webhooks/{}/rotate", hook.id),
        json!({}),
    );
    let next = world.expect(200, &rotate).await.json()["secret"].clone();
    let arrivals = receiver.has(2).await;
    let [first, second] = arrivals.as_slice() else {
        panic!("{arrivals:?}")
    };
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_eq!(first.body, second.body);
    let times = [first, second].map(|arrival| arrival.header("webhook-timestamp"));
    assert_ne!(times[0], times[1], "the time is the attempt's");
    assert!(first.is_signed_with(&hook.secret));
    // Both secrets are live for a day after a rotation.
    assert!(second.is_signed_with(&hook.secret));
    assert!(second.is_signed_with(next.as_str().unwrap()));
    let seen = world
        .until("provider", &hook, |seen| failing(seen).is_null())
        .await;
    assert_eq!(seen["deliveries"]["lastAttempt"]["status"], 200);
    world.rests().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_secret_before_a_rotation_is_dead_after_a_day() {
    let world = World::hooked().await;
    let receiver = Receiver::willing().await;
    let hook = world
        .hook("provider", &receiver, &["contract.requested"])
        .await;
    let rotate = post(
        "provider",
        format!("/webhooks/{}/rotate", hook.id),
        json!({}),
    );
    let next = world.expect(200, &rotate).await.json()["secret"].clone();
    let next = next.as_str().unwrap();
    for (hours, live) in [(0, true), (23, true), (2, false)] {
        world.pass(TimeDelta::hours(hours));
        let before = receiver.arrivals().len();
        world.contract("Request").await;
        let arrivals = receiver.has(before + 1).await;
        let last = arrivals.last().unwrap();
        assert!(last.is_signed_with(next));
        assert_eq!(last.is_signed_with(&hook.secret), live);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_is_a_failure_and_nobody_follows_it() {
    let world = World::hooked().await;
    let target = Receiver::willing().await;
    let receiver = Receiver::start([Manner::Redirect(target.url.clone())]).await;
    let hook = world.hook("provider", &receiver, ALL).await;
    world.contract("Request").await;
    let seen = world
        .until("provider", &hook, |seen| !failing(seen).is_null())
        .await;
    assert_eq!(seen["deliveries"]["lastAttempt"]["status"], 307);
    assert!(target.arrivals().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_endpoint_is_not_waited_for_and_delays_nobody() {
    let world = World::hooked().await;
    let slow = Receiver::start([Manner::Hang]).await;
    let quick = Receiver::willing().await;
    let hook = world.hook("provider", &slow, ALL).await;
    world.hook("provider", &quick, ALL).await;
    world.hook("consumer", &quick, ALL).await;
    let began = Instant::now();
    world.contract("Request").await;
    slow.has(1).await;
    quick.has(2).await;
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "the others waited"
    );
    let seen = world
        .until("provider", &hook, |seen| !failing(seen).is_null())
        .await;
    assert_eq!(seen["deliveries"]["lastAttempt"]["outcome"], "timed-out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_keeps_failing_is_disabled_and_its_owner_hears_of_it() {
    let world = World::hooked().await;
    let (down, other) = (
        Receiver::start([Manner::Status(500)]).await,
        Receiver::willing().await,
    );
    let hook = world.hook("provider", &down, &["contract.requested"]).await;
    world.hook("provider", &other, &["webhook.disabled"]).await;
    world.contract("Request").await;
    let seen = world
        .until("provider", &hook, |seen| !failing(seen).is_null())
        .await;
    assert_eq!(seen["status"], "enabled", "once is not enough");
    let since = failing(&seen).clone();

    world.pass(TimeDelta::hours(FAILING_HOURS));
    world.contract("Request").await;
    let seen = world
        .until("provider", &hook, |seen| seen["status"] == "disabled")
        .await;
    assert_eq!(seen["reason"], "failing");
    let told = other.has(1).await.remove(0);
    assert_eq!(told.json()["aggregate"]["id"], hook.id.as_str());
    assert_eq!(
        told.json()["data"],
        json!({ "reason": "failing", "failingSince": since })
    );
    assert!(!told.body.contains("s3cret"), "no address is told");

    // What waited for its next attempt is dropped, and what happens now goes nowhere.
    let before = down.arrivals().len();
    world.contract("Request").await;
    world.rests().await;
    assert_eq!(down.arrivals().len(), before);

    down.answer(Manner::Status(200));
    let enable = post(
        "provider",
        format!("/webhooks/{}/enable", hook.id),
        json!({}),
    );
    let enabled = world.expect(200, &enable).await.json();
    assert_eq!(
        (&enabled["status"], failing(&enabled)),
        (&json!("enabled"), &enabled["since"])
    );
    world.contract("Request").await;
    down.has(before + 1).await;
    world
        .until("provider", &hook, |seen| failing(seen).is_null())
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_is_gone_is_disabled_at_once_and_a_removed_one_gets_nothing() {
    let world = World::hooked().await;
    let (gone, removed) = (
        Receiver::start([Manner::Status(410)]).await,
        Receiver::willing().await,
    );
    let hook = world.hook("provider", &gone, ALL).await;
    let other = world.hook("provider", &removed, ALL).await;
    let remove = delete("provider", format!("/webhooks/{}", other.id));
    world.expect(200, &remove).await;
    world.contract("Draft").await;
    let seen = world
        .until("provider", &hook, |seen| seen["status"] == "disabled")
        .await;
    assert_eq!(seen["reason"], "gone");
    world.rests().await;
    assert!(removed.arrivals().is_empty());
    let id = world.contract("Request").await;
    world.expect(200, &command("decline", &id)).await;
    world.rests().await;
    assert!(gone.arrivals().len() <= 2, "nothing after it was disabled");
    crate::audit::table(
        &world.store(),
        &world.stack.client,
        &world.stack.table,
        world.now(),
    )
    .await;
}
