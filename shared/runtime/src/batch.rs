//! Batches of queue messages: each message is an outcome of its own.
//!
//! The one rule: every message is accounted for. What may succeed later is named to the source, which
//! shows it again; what never will is set aside with the reason; a panic fails its own message only.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use futures::future::join_all;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::App;
use crate::telemetry::note;
use crate::worker::{WorkError, again, unreadable};

/// How often a message is shown before the source sets it aside: the queues' `maxReceiveCount`.
const SHOWN: u32 = 5;

/// What the source hands over.
#[derive(Debug, Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Message>,
}

/// One message.
#[derive(Debug, Deserialize)]
struct Message {
    #[serde(rename = "messageId")]
    id: String,
    body: String,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Attributes {
    approximate_receive_count: String,
}

impl Message {
    /// Is this the last time that the source shows it?
    fn is_last(&self) -> bool {
        let count = self.attributes.approximate_receive_count.parse();
        count.is_ok_and(|count: u32| count >= SHOWN)
    }
}

/// Works off a batch, one message after the other. What failed for now is named to the source; what
/// failed for good, or for the last time, goes to the function's dead letters with the reason, and
/// where that fails too, it is left to the source.
///
/// # Errors
/// When the batch itself cannot be read: then all of it is tried again.
pub async fn messages<T, F>(
    app: &App,
    worker: &'static str,
    event: Value,
    work: impl Fn(T) -> F,
) -> Result<Value, WorkError>
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), WorkError>>,
{
    let mut failed = Vec::new();
    for message in records(event)? {
        failed.extend(settle(app, worker, message, &work).await);
    }
    Ok(again(failed))
}

/// Works off a batch, all messages at the same time: for work that waits for others, so that none
/// waits for another's.
///
/// # Errors
/// As [`messages`].
pub async fn messages_at_once<T, F>(
    app: &App,
    worker: &'static str,
    event: Value,
    work: impl Fn(T) -> F,
) -> Result<Value, WorkError>
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), WorkError>>,
{
    let work = &work;
    let records = records(event)?.into_iter();
    let settled = join_all(records.map(|message| settle(app, worker, message, work))).await;
    Ok(again(settled.into_iter().flatten()))
}

/// Works off a batch as a whole. Where that fails, each message is worked off alone, so that one does not fail the others.
///
/// # Errors
/// As [`messages`].
pub async fn messages_together<T, F>(
    app: &App,
    worker: &'static str,
    event: Value,
    work: impl Fn(Vec<T>) -> F,
) -> Result<Value, WorkError>
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), WorkError>>,
{
    let records = records(event)?;
    let read = records
        .iter()
        .map(|message| serde_json::from_str(&message.body));
    if let Ok(all) = read.collect::<Result<Vec<T>, _>>() {
        let done = AssertUnwindSafe(work(all)).catch_unwind().await;
        if matches!(done, Ok(Ok(()))) {
            return Ok(again(Vec::<String>::new()));
        }
    }
    let alone = |message: T| work(vec![message]);
    let mut failed = Vec::new();
    for message in records {
        failed.extend(settle(app, worker, message, &alone).await);
    }
    Ok(again(failed))
}

fn records(event: Value) -> Result<Vec<Message>, WorkError> {
    let batch: Batch =
        serde_json::from_value(event).map_err(|error| unreadable("the batch", &error))?;
    note(|notes| notes.records(batch.records.len()));
    Ok(batch.records)
}

/// Works off one message; its id, where the source shall show it again.
async fn settle<T, F>(
    app: &App,
    worker: &'static str,
    message: Message,
    work: &impl Fn(T) -> F,
) -> Option<String>
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), WorkError>>,
{
    let Err(error) = one(&message, work).await else {
        return None;
    };
    // Said at once: should the environment die before the batch ends, there is no line.
    tracing::error!(worker, message.id = message.id, %error, "a message failed");
    note(|notes| notes.failed(&message.id, &error));
    let last = matches!(error, WorkError::Poison(_)) || message.is_last();
    let left = !last || !aside(app, worker, &message, &error).await;
    left.then_some(message.id)
}

async fn one<T, F>(message: &Message, work: &impl Fn(T) -> F) -> Result<(), WorkError>
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), WorkError>>,
{
    let order = serde_json::from_str::<T>(&message.body)
        .map_err(|error| unreadable("the message", &error))?;
    // What panicked once may have met bad luck: it is shown again.
    AssertUnwindSafe(work(order))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(WorkError::Passing("the handler panicked".to_owned())))
}

/// Sets a message aside; was that possible?
async fn aside(app: &App, worker: &str, message: &Message, error: &WorkError) -> bool {
    let outcome = match app.links.dead_letters() {
        Ok(queue) => {
            queue
                .set_aside(&message.body, worker, &error.to_string())
                .await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = &outcome {
        tracing::error!(worker, message.id = message.id, %error, "not set aside");
    }
    outcome.is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::app::tests::unlinked;

    #[derive(Deserialize)]
    struct Order {
        n: u8,
    }

    fn failed(answer: &Value) -> Vec<&str> {
        let failures = answer["batchItemFailures"].as_array().unwrap();
        failures
            .iter()
            .map(|item| item["itemIdentifier"].as_str().unwrap())
            .collect()
    }

    #[tokio::test]
    async fn each_message_fails_alone() {
        let record = |id: &str, body: &str| json!({ "messageId": id, "body": body });
        let event = json!({ "Records": [
            record("1", "{\"n\":1}"), record("2", "no json"), record("3", "{\"n\":3}"),
            record("4", "{\"n\":4}"),
        ]});
        let app = unlinked();
        let answer = messages(&app, "w", event, |order: Order| async move {
            match order.n {
                3 => panic!("on purpose"),
                4 => Err(WorkError::Passing("later".to_owned())),
                _ => Ok(()),
            }
        })
        .await
        .unwrap();
        // The poison among them too: without dead letters it is left to the source.
        assert_eq!(failed(&answer), ["2", "3", "4"]);
    }

    #[tokio::test]
    async fn messages_together_are_one_piece_of_work_until_one_fails() {
        let record = |id: &str, body: &str| json!({ "messageId": id, "body": body });
        let app = unlinked();
        let seen = std::sync::Mutex::new(Vec::new());
        let work = |orders: Vec<Order>| {
            let numbers: Vec<_> = orders.iter().map(|order| order.n).collect();
            seen.lock().unwrap().push(numbers.clone());
            async move {
                match numbers.contains(&3) {
                    true => Err(WorkError::Passing("later".to_owned())),
                    false => Ok(()),
                }
            }
        };
        let good = json!({ "Records": [record("1", "{\"n\":1}"), record("2", "{\"n\":2}")] });
        let answer = messages_together(&app, "w", good, work).await.unwrap();
        assert_eq!(failed(&answer), [""; 0]);
        assert_eq!(*seen.lock().unwrap(), [vec![1, 2]]);

        let mixed = json!({ "Records": [
            record("1", "{\"n\":1}"), record("2", "no json"), record("3", "{\"n\":3}"),
        ]});
        let answer = messages_together(&app, "w", mixed, work).await.unwrap();
        assert_eq!(failed(&answer), ["2", "3"]);
        assert_eq!(*seen.lock().unwrap(), [vec![1, 2], vec![1], vec![3]]);
    }

    #[tokio::test]
    async fn messages_at_once_wait_for_themselves_only() {
        let record = |id: &str, body: &str| json!({ "messageId": id, "body": body });
        let event = json!({ "Records": [
            record("1", "{\"n\":1}"), record("2", "no json"), record("3", "{\"n\":3}"),
        ]});
        let app = unlinked();
        // One after the other, neither would ever come to the barrier's end.
        let barrier = tokio::sync::Barrier::new(2);
        let answer = messages_at_once(&app, "w", event, |order: Order| {
            let barrier = &barrier;
            async move {
                barrier.wait().await;
                match order.n {
                    3 => panic!("on purpose"),
                    _ => Ok(()),
                }
            }
        })
        .await
        .unwrap();
        assert_eq!(failed(&answer), ["2", "3"]);
    }

    #[tokio::test]
    async fn a_batch_that_is_none_fails_whole() {
        let app = unlinked();
        let outcome = messages(&app, "w", json!({}), |(): ()| async { Ok(()) }).await;
        assert!(outcome.is_err());
    }

    #[test]
    fn the_last_time_is_the_fifth() {
        let message = |count: &str| Message {
            id: String::new(),
            body: String::new(),
            attributes: Attributes {
                approximate_receive_count: count.to_owned(),
            },
        };
        assert!(!message("").is_last());
        assert!(!message("4").is_last());
        assert!(message("5").is_last());
        assert!(message("12").is_last());
    }
}
