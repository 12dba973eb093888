//! What no worker can make anything of: it ends in the queue for it, and holds up nobody.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;
use sharepact_tests::unique;

use crate::deployed;
use crate::services::{Services, eventually};

/// Five attempts, a moment apart.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sets how long a message that was not worked off stays out of sight.
async fn hide_for(services: &Services, queue: &str, seconds: u32) {
    let set = services.sqs.set_queue_attributes().queue_url(queue);
    let set = set.attributes(QueueAttributeName::VisibilityTimeout, seconds.to_string());
    set.send().await.expect("a queue's attributes can be set");
}

#[test]
fn a_poison_message_ends_in_its_dead_letter_queue() {
    deployed(async |_, deployment, services| {
        for (queue, dead) in [
            ("Renderings", "RenderingsDead"),
            ("Expiries", "ExpiriesDead"),
        ] {
            let (queue, dead) = (deployment.resource(queue), deployment.resource(dead));
            let mark = unique("poison");
            // Six times the function's timeout is right for a deployment, and a quarter of an hour for a test.
            hide_for(&services, queue, 1).await;
            let body = json!({ "detail": { "version": 1 }, "mark": mark }).to_string();
            let sent = services.sqs.send_message().queue_url(queue);
            sent.message_body(&body)
                .send()
                .await
                .expect("a queue takes a message");
            let letter = eventually("a dead letter", PATIENCE, async || {
                let received = services.sqs.receive_message().queue_url(dead);
                let received = received.max_number_of_messages(10).visibility_timeout(1);
                let received = received.send().await.expect("a queue answers");
                let mut messages = received.messages.unwrap_or_default().into_iter();
                messages.find(|letter| letter.body().is_some_and(|body| body.contains(&mark)))
            })
            .await;
            let handle = letter.receipt_handle().expect("a receipt");
            let deleted = services.sqs.delete_message().queue_url(dead);
            deleted
                .receipt_handle(handle)
                .send()
                .await
                .expect("it can go");
            hide_for(&services, queue, 180).await;
        }
    });
}
