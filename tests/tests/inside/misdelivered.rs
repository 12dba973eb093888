//! Bad luck on the way to a webhook: twice, late, poison, a crash, an address that has turned bad.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sharepact_domain::event::{Event, Link};
use sharepact_domain::id::{EventId, UserId, WebhookId};
use sharepact_domain::party::{Author, Principal};
use sharepact_domain::webhook::{Endpoint, Registration, Secret, Secrets, Subscription, Webhook};
use sharepact_store::{Change, Outcome};
use uuid::Uuid;

use crate::receiver::{Manner, Receiver};
use crate::world::{World, get};

impl World {
    /// An event of a contract, as the bus hands it over.
    async fn notice(&self, contract: &str, sequence: usize) -> Value {
        let history = get("provider", format!("/contracts/{contract}/history"));
        let history = self.expect(200, &history).await.json();
        json!({ "source": "sharepact", "detail": history["items"][sequence - 1] })
    }

    /// Puts a message into a queue of the template.
    async fn post_into(&self, queue: &str, body: &Value) {
        let links = self.stack.links();
        let url = links.queue_url(queue).expect("there is such a queue");
        let clients = links.clients();
        let send = clients.queues.send_message().queue_url(url);
        let sent = send.message_body(body.to_string()).send().await;
        sent.expect("it is sent");
    }

    /// The messages in a queue of dead letters, once there are so many, with their reasons.
    async fn dead(&self, queue: &str, count: usize) -> Vec<(String, Value)> {
        let links = self.stack.links();
        let name = links.queue_url(queue).expect("there is such a queue");
        let name = name.rsplit('/').next().expect("a name");
        let began = Instant::now();
        loop {
            let letters = links
                .queues()
                .look(name, 100)
                .expect("it can be looked into");
            if letters.len() >= count {
                let letters = letters.into_iter();
                return letters
                    .map(|letter| {
                        (
                            letter.body,
                            letter.attributes["Reason"]["StringValue"].clone(),
                        )
                    })
                    .collect();
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{letters:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_comes_twice_or_late_is_delivered_once() {
    let world = World::hooked().await;
    let receiver = Receiver::willing().await;
    world.hook("provider", &receiver, &["*"]).await;
    let contract = world.contract("Negotiate").await;
    world.rests().await;
    receiver.has(3).await;
    // Again, in the wrong order, and to the second worker too.
    for sequence in [3, 1, 2, 1] {
        let again = world.notice(&contract, sequence).await;
        world.post_into("Notices", &again).await;
    }
    world.rests().await;
    receiver.has(3).await;

    // What nobody has delivered yet is delivered, however late.
    let late = Receiver::willing().await;
    world.hook("consumer", &late, &["*"]).await;
    let first = world.notice(&contract, 1).await;
    world.post_into("Notices", &first).await;
    let arrived = late.has(1).await.remove(0);
    assert_eq!(arrived.json(), first["detail"]);
    assert_eq!(
        arrived.json()["sequence"],
        1,
        "its place tells a receiver that it is late"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_among_good_messages_is_set_aside_with_its_reason() {
    let world = World::hooked().await;
    let receiver = Receiver::willing().await;
    world
        .hook("provider", &receiver, &["contract.requested"])
        .await;
    let contract = world.contract("Request").await;
    receiver.has(1).await;
    let good = world.notice(&contract, 1).await;
    let (mut unknown, mut nowhere, mut nobody) = (good.clone(), good.clone(), good.clone());
    unknown["detail"]["version"] = json!(2);
    nowhere["detail"]["sequence"] = json!(77);
    nobody["detail"]["aggregate"] = json!({ "kind": "asset", "id": "asset-0" });
    nobody["detail"]["sequence"] = json!(1);
    for poison in [&unknown, &json!("no event"), &nowhere, &nobody] {
        world.post_into("Notices", poison).await;
    }
    for _ in 0..9 {
        world.contract("Request").await;
    }
    receiver.has(10).await;
    let mut reasons: Vec<_> = world
        .dead("NoticesDead", 4)
        .await
        .into_iter()
        .map(|(_, reason)| reason.as_str().unwrap_or_default().to_owned())
        .collect();
    reasons.sort();
    for (reason, expected) in reasons.iter().zip([
        "events of version 2",
        "the events of a asset concern nobody",
        "the message cannot be read",
        "there is no event 77",
    ]) {
        assert!(reason.contains(expected), "{reason} is not {expected}");
    }

    let order = json!({
        "webhook": Uuid::from_u128(7).to_string(), "event": Uuid::from_u128(8).to_string(),
        "aggregate": { "kind": "contract", "id": contract }, "sequence": 1, "attempt": "first",
    });
    world.post_into("Deliveries", &order).await;
    let letters = world.dead("DeliveriesDead", 1).await;
    assert_eq!(letters[0].0, order.to_string(), "the message is as it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_after_the_request_sends_it_again_under_the_same_id() {
    let world = World::hooked().await;
    let receiver = Receiver::start([Manner::Hang, Manner::Status(200)]).await;
    world.hook("provider", &receiver, &["*"]).await;
    world.contract("Request").await;
    receiver.has(1).await;
    assert_eq!(world.stack.links().crash("webhook-deliver"), 1);
    let arrivals = receiver.has(2).await;
    let ids: Vec<_> = arrivals
        .iter()
        .map(|arrival| arrival.header("webhook-id"))
        .collect();
    assert_eq!(ids[0], ids[1]);
    world.rests().await;
    receiver.has(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_has_turned_bad_is_not_called() {
    let world = World::hooked().await;
    // As if it had been public when it was registered.
    let principal = Principal {
        user: UserId::parse(&world.user("provider")).unwrap(),
        organization: None,
        roles: [].into(),
    };
    let registration = Registration {
        url: Endpoint::parse("https://10.0.0.1/events").unwrap(),
        events: Subscription::All,
        description: None,
    };
    let id = WebhookId::new(Uuid::from_u128(1));
    let fact = Webhook::register(&principal, &registration, &[], 0).unwrap();
    let event = Event::seal(
        fact,
        EventId::new(Uuid::from_u128(2)),
        id.to_string(),
        Link::FIRST,
        Author::System,
        world.now(),
    )
    .unwrap();
    let webhook = Webhook::begun(id, registration, &event).unwrap();
    let change = Change::Webhook {
        after: &webhook,
        event: &event,
        secrets: Some(&Secrets::first(Secret::new([7; 32]))),
    };
    let written: Outcome<Webhook> = world
        .store()
        .commit(change, None, world.now())
        .await
        .unwrap();
    assert!(matches!(written, Outcome::Written));
    world.contract("Request").await;
    let hook = crate::deliveries::Hook {
        id: id.to_string(),
        secret: String::new(),
    };
    let seen = world
        .until("provider", &hook, |seen| {
            seen["deliveries"]["lastAttempt"].is_object()
        })
        .await;
    assert_eq!(seen["deliveries"]["lastAttempt"]["outcome"], "not-allowed");
}
