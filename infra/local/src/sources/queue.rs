//! The queue poller: what stands between a queue and its worker.
//!
//! The one rule: a message is deleted only after the worker said that it is done with it. Anything
//! else shows it again: in the cloud after its visibility timeout, here after a short back-off, or
//! five deliveries to the dead letters would take minutes.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::invocation::{Runner, backoff, failures};
use crate::queues::{Message, Queue, QueueError, Queues, shapes};
use crate::stop::Stop;
use crate::template::{QueueSource, REGION, queue_arn};

/// How many of a worker run at the same time when the template does not say.
const CONCURRENCY: usize = 4;

/// How long a poller waits for messages before it looks again.
const WAIT: Duration = Duration::from_secs(20);

/// A poller of one queue.
#[derive(Clone)]
pub(super) struct QueuePoller {
    pub runner: Runner,
    pub source: QueueSource,
    pub queues: Queues,
}

impl QueuePoller {
    /// How many of it may run at the same time.
    pub(super) fn concurrency(&self) -> usize {
        self.source
            .concurrency
            .map_or(CONCURRENCY, |most| most.min(CONCURRENCY))
    }

    /// Works until told to stop; what runs by then is finished.
    pub(super) async fn poll(self, mut stop: Stop) {
        loop {
            let worked = tokio::select! {
                worked = self.wait() => worked,
                () = stop.wait() => return,
            };
            let settled = match worked {
                Ok((queue, messages)) => self.work(&queue, messages).await,
                Err(error) => Err(error),
            };
            if let Err(error) = settled {
                self.runner.warn(&error);
                tokio::select! {
                    () = tokio::time::sleep(backoff(4)) => {}
                    () = stop.wait() => return,
                }
            }
        }
    }

    async fn wait(&self) -> Result<(Queue, Vec<Message>), QueueError> {
        let queue = self.queues.queue(&self.source.queue)?;
        let messages = self
            .queues
            .receive(&queue.name, self.source.batch, None, Some(WAIT))
            .await?;
        Ok((queue, messages))
    }

    async fn work(&self, queue: &Queue, received: Vec<Message>) -> Result<(), QueueError> {
        // What the filters refuse is done with.
        let (messages, refused): (Vec<_>, Vec<_>) = received
            .into_iter()
            .partition(|message| self.wants(message));
        self.delete(&refused)?;
        if messages.is_empty() {
            return Ok(());
        }
        let records: Vec<Value> = messages
            .iter()
            .map(|message| record(message, &queue.name))
            .collect();
        let outcome = self.runner.run(json!({ "Records": records })).await;
        let failed = failures(outcome, self.source.partial);
        let known: BTreeSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
        // As in the cloud, naming a message that was not there makes the whole batch fail.
        let failed: BTreeSet<&str> = match &failed {
            Some(ids) if ids.iter().all(|id| known.contains(id.as_str())) => {
                ids.iter().map(String::as_str).collect()
            }
            Some(_) | None => known,
        };
        let (again, done): (Vec<&Message>, Vec<&Message>) = messages
            .iter()
            .partition(|message| failed.contains(message.id.as_str()));
        self.delete(done)?;
        for message in again {
            let hidden = backoff(message.received).min(queue.visibility);
            match self.queues.hide(&queue.name, &message.handle(), hidden) {
                // It took longer than its visibility timeout: somebody else has it already.
                Ok(()) | Err(QueueError::NotInFlight) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn wants(&self, message: &Message) -> bool {
        if self.source.filters.is_empty() {
            return true;
        }
        let body = serde_json::from_str(&message.body).unwrap_or_else(|_| json!(message.body));
        let seen = json!({ "body": body });
        self.source
            .filters
            .iter()
            .any(|filter| filter.matches(&seen))
    }

    fn delete<'a>(
        &self,
        messages: impl IntoIterator<Item = &'a Message>,
    ) -> Result<(), QueueError> {
        let handles: Vec<_> = messages.into_iter().map(Message::handle).collect();
        if handles.is_empty() {
            return Ok(());
        }
        self.queues.delete(&self.source.queue, &handles)
    }
}

/// A message as Lambda hands it over.
fn record(message: &Message, queue: &str) -> Value {
    let attributes: Map<String, Value> = message
        .attributes
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, attribute)| {
            let mut own = json!({
                "dataType": attribute.get("DataType"),
                "stringListValues": [],
                "binaryListValues": [],
            });
            for (member, of) in [
                ("stringValue", "StringValue"),
                ("binaryValue", "BinaryValue"),
            ] {
                if let (Some(value), Some(own)) = (attribute.get(of), own.as_object_mut()) {
                    own.insert(member.to_owned(), value.clone());
                }
            }
            (name.clone(), own)
        })
        .collect();
    json!({
        "messageId": message.id,
        "receiptHandle": message.handle(),
        "body": message.body,
        "attributes": shapes::system_attributes(message),
        "messageAttributes": attributes,
        "md5OfBody": shapes::body_digest(message),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn(queue),
        "awsRegion": REGION,
    })
}
