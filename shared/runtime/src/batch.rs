//! Batches of queue messages: each message is an outcome of its own.
//!
//! The one rule: every message is accounted for. What fails is named, what succeeds is deleted by
//! the source, and a panic fails its own message only.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::telemetry::note;
use crate::worker::{WorkError, again};

/// What the source hands over.
#[derive(Debug, Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Message>,
}

/// One message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    body: String,
}

/// Works off a batch, one message after the other. The messages that failed are named to the source,
/// which shows them again and in the end sets them aside.
///
/// # Errors
/// When the batch itself cannot be read: then all of it is tried again.
pub async fn messages<T, F>(
    worker: &'static str,
    event: Value,
    work: impl Fn(T) -> F,
) -> Result<Value, WorkError>
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), WorkError>>,
{
    let batch: Batch =
        serde_json::from_value(event).map_err(|error| WorkError::Poison(error.to_string()))?;
    note(|notes| notes.records(batch.records.len()));
    let mut failed = Vec::new();
    for message in batch.records {
        let outcome = match serde_json::from_str::<T>(&message.body) {
            Ok(order) => AssertUnwindSafe(work(order))
                .catch_unwind()
                .await
                .unwrap_or_else(|_| Err(WorkError::Poison("the handler panicked".to_owned()))),
            Err(error) => Err(WorkError::Poison(format!(
                "the message cannot be read: {error}"
            ))),
        };
        if let Err(error) = outcome {
            // Said at once: should the environment die before the batch ends, there is no line.
            tracing::error!(worker, message.id = message.message_id, %error, "a message failed");
            note(|notes| notes.failed(&message.message_id, &error));
            failed.push(message.message_id);
        }
    }
    Ok(again(failed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn poison_and_panic_fail_alone() {
        let record = |id: &str, body: &str| json!({ "messageId": id, "body": body });
        let event = json!({ "Records": [
            record("1", "{\"n\":1}"), record("2", "no json"), record("3", "{\"n\":3}"),
            record("4", "{\"n\":4}"),
        ]});
        #[derive(Deserialize)]
        struct Order {
            n: u8,
        }
        let answer = messages("w", event, |order: Order| async move {
            match order.n {
                3 => panic!("on purpose"),
                4 => Err(WorkError::Passing("later".to_owned())),
                _ => Ok(()),
            }
        })
        .await
        .unwrap();
        let failed: Vec<_> = answer["batchItemFailures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["itemIdentifier"].as_str().unwrap())
            .collect();
        assert_eq!(failed, ["2", "3", "4"]);
    }

    #[tokio::test]
    async fn a_batch_that_is_none_fails_whole() {
        let outcome = messages("w", json!({}), |(): ()| async { Ok(()) }).await;
        assert!(outcome.is_err());
    }
}
