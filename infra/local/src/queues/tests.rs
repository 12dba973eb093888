use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use std::time::Instant;

use super::*;
use crate::clients::{Clients, LinkFaults, Maker};
use crate::home::{Home, Secrets};
use crate::rpc::{self, Server};
use crate::scratch::Scratch;
use crate::stop::{self, Stopper};

/// A server, a client, and the queues behind both.
struct Bench {
    queues: Queues,
    client: aws_sdk_sqs::Client,
    url: String,
    _stopper: Stopper,
    scratch: Scratch,
}

fn redriven() -> Vec<Queue> {
    vec![
        Queue::named("dead"),
        Queue {
            redrive: Some(Redrive {
                target: "dead".to_owned(),
                after: 2,
            }),
            ..Queue::named("q")
        },
    ]
}

async fn bench() -> Bench {
    let scratch = Scratch::new();
    let home = Home::open(scratch.path()).unwrap();
    let queues = Queues::open(&home.path("queues.sqlite"), &redriven()).unwrap();
    let (stopper, stop) = stop::channel();
    let (listener, endpoint) = rpc::port().await.unwrap();
    let wire = Arc::new(Wire::new(queues.clone(), endpoint.clone()));
    let server = Server::start(listener, endpoint, wire, stop);
    let secrets: Secrets = home.secrets().unwrap();
    let faults = LinkFaults::default();
    let maker = Maker::new(
        &secrets,
        &faults,
        "http://localhost:1",
        &server.endpoint,
        "http://localhost:1",
    );
    let Clients { queues: client, .. } = maker.clients(|| None);
    Bench {
        queues,
        client,
        url: url(&server.endpoint, "q"),
        _stopper: stopper,
        scratch,
    }
}

impl Bench {
    async fn send(&self, body: &str) {
        let send = self.client.send_message().queue_url(&self.url);
        send.message_body(body).send().await.unwrap();
    }

    async fn receive(&self, wait: i32) -> Vec<aws_sdk_sqs::types::Message> {
        self.client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10)
            .wait_time_seconds(wait)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await
            .unwrap()
            .messages
            .unwrap_or_default()
    }

    async fn counts(&self) -> [String; 3] {
        let found = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(QueueAttributeName::All)
            .send()
            .await
            .unwrap()
            .attributes
            .unwrap();
        [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ]
        .map(|name| found[&name].clone())
    }
}

#[tokio::test]
async fn a_message_is_sent_received_and_deleted() {
    let bench = bench().await;
    let attribute = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("b")
        .build()
        .unwrap();
    let sent = bench
        .client
        .send_message()
        .queue_url(&bench.url)
        .message_body("hello")
        .message_attributes("a", attribute.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(
        sent.md5_of_message_body(),
        Some("5d41402abc4b2a76b9719d911017c592")
    );
    let [message] = bench.receive(0).await.try_into().unwrap();
    assert_eq!(message.body(), Some("hello"));
    assert_eq!(message.message_id(), sent.message_id());
    assert_eq!(message.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(
        message.md5_of_message_attributes(),
        sent.md5_of_message_attributes()
    );
    assert_eq!(message.message_attributes().unwrap()["a"], attribute);
    let system = message.attributes().unwrap();
    assert_eq!(
        system[&MessageSystemAttributeName::ApproximateReceiveCount],
        "1"
    );
    assert!(system.contains_key(&MessageSystemAttributeName::SentTimestamp));
    assert_eq!(bench.counts().await, ["0", "1", "0"]);
    assert!(bench.receive(0).await.is_empty());
    let delete = bench.client.delete_message().queue_url(&bench.url);
    delete
        .set_receipt_handle(message.receipt_handle)
        .send()
        .await
        .unwrap();
    assert_eq!(bench.counts().await, ["0", "0", "0"]);
}

#[tokio::test]
async fn who_waits_gets_a_message_at_once() {
    let bench = bench().await;
    let started = Instant::now();
    let (received, ()) = tokio::join!(bench.receive(10), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        bench.send("late").await;
    });
    assert_eq!(received.len(), 1);
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    // A message that is shown again wakes too, and so does the end of a delay.
    let hide = bench
        .client
        .change_message_visibility()
        .queue_url(&bench.url);
    let handle = received[0].receipt_handle.clone();
    let (again, ()) = tokio::join!(bench.receive(10), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        hide.set_receipt_handle(handle)
            .visibility_timeout(0)
            .send()
            .await
            .unwrap();
    });
    assert_eq!(again.len(), 1);
    let send = bench.client.send_message().queue_url(&bench.url);
    send.message_body("delayed")
        .delay_seconds(1)
        .send()
        .await
        .unwrap();
    assert_eq!(bench.counts().await, ["0", "1", "1"]);
    assert_eq!(bench.receive(10).await[0].body(), Some("delayed"));
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn what_is_received_too_often_becomes_a_dead_letter() {
    let bench = bench().await;
    bench.send("poison").await;
    for _ in 0..2 {
        let received = bench
            .queues
            .receive("q", 10, Some(Duration::ZERO), None)
            .await;
        assert_eq!(received.unwrap().len(), 1);
    }
    assert!(bench.receive(0).await.is_empty());
    let [dead] = bench.queues.look("dead", 10).unwrap().try_into().unwrap();
    assert_eq!((dead.body.as_str(), dead.received), ("poison", 0));
}

#[tokio::test]
async fn an_older_handle_has_no_effect() {
    let bench = bench().await;
    bench.send("x").await;
    let first = bench
        .queues
        .receive("q", 1, Some(Duration::ZERO), None)
        .await
        .unwrap();
    let second = bench.queues.receive("q", 1, None, None).await.unwrap();
    bench.queues.delete("q", &[first[0].handle()]).unwrap();
    assert_eq!(bench.queues.counts("q").unwrap().in_flight, 1);
    assert!(matches!(
        bench.queues.hide("q", &first[0].handle(), Duration::ZERO),
        Err(QueueError::NotInFlight)
    ));
    bench.queues.delete("q", &[second[0].handle()]).unwrap();
    assert_eq!(bench.queues.counts("q").unwrap().total(), 0);
}

#[tokio::test]
async fn batches_say_what_failed() {
    let bench = bench().await;
    let entry = |id: &str, body: &str| {
        SendMessageBatchRequestEntry::builder()
            .id(id)
            .message_body(body)
            .build()
            .unwrap()
    };
    let batch = || bench.client.send_message_batch().queue_url(&bench.url);
    let sent = batch()
        .entries(entry("a", "1"))
        .entries(entry("b", ""))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.successful()[0].id(), "a");
    assert_eq!(
        (sent.failed()[0].id(), sent.failed()[0].sender_fault()),
        ("b", true)
    );

    let codes = [
        batch().send().await,
        batch()
            .set_entries(Some(
                (0..11).map(|id| entry(&id.to_string(), "x")).collect(),
            ))
            .send()
            .await,
        batch()
            .entries(entry("a", "1"))
            .entries(entry("a", "2"))
            .send()
            .await,
        batch()
            .entries(entry("a", &"x".repeat(600_000)))
            .entries(entry("b", &"x".repeat(600_000)))
            .send()
            .await,
    ]
    .map(|outcome| outcome.unwrap_err().into_service_error());
    assert!(codes[0].is_empty_batch_request(), "{:?}", codes[0]);
    assert!(
        codes[1].is_too_many_entries_in_batch_request(),
        "{:?}",
        codes[1]
    );
    assert!(codes[2].is_batch_entry_ids_not_distinct(), "{:?}", codes[2]);
    assert!(codes[3].is_batch_request_too_long(), "{:?}", codes[3]);
    assert_eq!(bench.counts().await, ["1", "0", "0"]);

    let received = bench.receive(0).await;
    let handle = received[0].receipt_handle().unwrap();
    let hidden = bench
        .client
        .change_message_visibility_batch()
        .queue_url(&bench.url)
        .entries(
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id("a")
                .receipt_handle(handle)
                .visibility_timeout(60)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    assert_eq!(hidden.successful().len(), 1);
    let delete = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder()
            .id(id)
            .receipt_handle(handle)
            .build()
            .unwrap()
    };
    let deleted = bench
        .client
        .delete_message_batch()
        .queue_url(&bench.url)
        .entries(delete("a", handle))
        .entries(delete("b", "nonsense"))
        .send()
        .await
        .unwrap();
    assert_eq!(deleted.successful()[0].id(), "a");
    assert_eq!(deleted.failed()[0].code(), "ReceiptHandleIsInvalid");
}

#[tokio::test]
async fn queues_are_found_made_and_emptied() {
    let bench = bench().await;
    let made = bench
        .client
        .create_queue()
        .queue_name("new")
        .attributes(QueueAttributeName::VisibilityTimeout, "7")
        .send()
        .await
        .unwrap();
    let found = bench
        .client
        .get_queue_url()
        .queue_name("new")
        .send()
        .await
        .unwrap();
    assert_eq!(made.queue_url, found.queue_url);
    let missing = bench
        .client
        .get_queue_url()
        .queue_name("missing")
        .send()
        .await;
    assert!(
        missing
            .unwrap_err()
            .into_service_error()
            .is_queue_does_not_exist()
    );
    bench.send("x").await;
    bench
        .client
        .purge_queue()
        .queue_url(&bench.url)
        .send()
        .await
        .unwrap();
    assert_eq!(bench.counts().await, ["0", "0", "0"]);
    // What was made outlives the stack.
    let again = Queues::open(&bench.scratch.path().join("queues.sqlite"), &redriven()).unwrap();
    assert_eq!(
        again.queue("new").unwrap().visibility,
        Duration::from_secs(7)
    );
}

#[tokio::test]
async fn nothing_is_lost_by_a_kill() {
    let bench = bench().await;
    bench.send("waiting").await;
    bench.send("in flight").await;
    let received = bench.queues.receive("q", 1, None, None).await.unwrap();
    // What a killed process leaves is its files as they are at that moment, the journal included.
    let killed = Scratch::new();
    std::fs::create_dir(killed.path()).unwrap();
    for name in ["queues.sqlite", "queues.sqlite-wal"] {
        std::fs::copy(bench.scratch.path().join(name), killed.path().join(name)).unwrap();
    }
    let queues = Queues::open(&killed.path().join("queues.sqlite"), &redriven()).unwrap();
    let mut found = queues.receive("q", 10, None, None).await.unwrap();
    found.sort_by_key(|message| message.received);
    assert_eq!(found.len(), 2);
    assert_eq!((&found[1].id, found[1].received), (&received[0].id, 2));
}
