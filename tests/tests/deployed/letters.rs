//! What a worker cannot work off: it ends in the queue for it, with the reason, and holds up nobody.

use std::time::Duration;

use aws_sdk_sqs::types::{Message, QueueAttributeName};
use serde_json::{Value, json};
use sharepact_tests::{Deal, Deployment, unique};

use crate::deployed;
use crate::services::{Services, eventually};

/// Five attempts, a moment apart.
const PATIENCE: Duration = Duration::from_mins(1);

async fn send(services: &Services, queue: &str, body: &Value) {
    let sent = services.sqs.send_message().queue_url(queue);
    let sent = sent.message_body(body.to_string()).send().await;
    sent.expect("a queue takes a message");
}

/// Waits for the letter with this mark, takes it away and gives its reason.
async fn reason(services: &Services, queue: &str, mark: &str) -> String {
    let letter = eventually("a dead letter", PATIENCE, async || {
        let received = services.sqs.receive_message().queue_url(queue);
        let received = received.max_number_of_messages(10).visibility_timeout(1);
        let received = received.message_attribute_names("All").send().await;
        let found = received
            .expect("a queue answers")
            .messages
            .unwrap_or_default();
        let marked = |letter: &Message| letter.body().is_some_and(|body| body.contains(mark));
        found.into_iter().find(marked)
    })
    .await;
    let handle = letter.receipt_handle().expect("a receipt");
    let deleted = services.sqs.delete_message().queue_url(queue);
    deleted
        .receipt_handle(handle)
        .send()
        .await
        .expect("it can go");
    let attributes = letter
        .message_attributes()
        .expect("a letter says why it is here");
    let reason = attributes
        .get("Reason")
        .and_then(|reason| reason.string_value());
    reason.expect("a letter says why it is here").to_owned()
}

/// Sets how long a message that was not worked off stays out of sight.
async fn hide_for(services: &Services, deployment: &Deployment, queue: &str, seconds: u32) {
    let set = services.sqs.set_queue_attributes();
    let set = set.queue_url(deployment.resource(queue));
    let set = set.attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string());
    set.send().await.expect("a queue's attributes can be set");
}

#[test]
fn poison_is_set_aside_at_once_and_says_why() {
    deployed(async |_, deployment, services| {
        for (queue, dead) in [
            ("Renderings", "RenderingsDead"),
            ("Expiries", "ExpiriesDead"),
        ] {
            let mark = unique("poison");
            let body = json!({ "detail": "nothing that was agreed on", "mark": mark });
            send(&services, deployment.resource(queue), &body).await;
            let reason = reason(&services, deployment.resource(dead), &mark).await;
            assert!(reason.contains("cannot be read"), "{queue}: {reason}");
        }
    });
}

#[test]
fn what_fails_again_and_again_is_set_aside_in_the_end() {
    deployed(async |api, deployment, services| {
        let deal = Deal::at("Draft", &api.provider(), &api.consumer()).await;
        // An event that the table does not know of yet: a worker waits for it.
        let mark = unique("ahead");
        let body = json!({
            "mark": mark,
            "detail": { "version": 1, "sequence": 99, "aggregate": { "kind": "contract", "id": deal.id } },
        });
        // Six times the function's timeout is right for a deployment, and a quarter of an hour for a test.
        hide_for(&services, &deployment, "Renderings", 1).await;
        send(&services, deployment.resource("Renderings"), &body).await;
        let reason = reason(&services, deployment.resource("RenderingsDead"), &mark).await;
        hide_for(&services, &deployment, "Renderings", 180).await;
        assert!(reason.contains("ahead of the contract"), "{reason}");
    });
}
