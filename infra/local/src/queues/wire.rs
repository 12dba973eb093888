//! The queues as the SDK calls them: the AWS JSON 1.0 protocol of SQS.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::requests::{
    Batch, ByHandle, CreateQueue, GetQueueUrl, OfQueue, OneByHandle, Receive, Send,
};
use super::shapes::{BATCH, asks_for_all, check, digested, invalid, letter, set, shown, weight};
use super::{LIMIT, Queue, QueueError, Queues};
use crate::rpc::{Api, Refusal, input};
use crate::template::{ACCOUNT, queue_arn};

/// The API over the queues.
pub(crate) struct Wire {
    queues: Queues,
    endpoint: String,
}

type Answer = Result<Value, Refusal>;

impl Api for Wire {
    const PREFIX: &'static str = "AmazonSQS";
    const CONTENT: &'static str = "application/x-amz-json-1.0";

    async fn answer(&self, action: &str, body: Value) -> Answer {
        match action {
            "CreateQueue" => self.create(input(body)?),
            "GetQueueUrl" => {
                let wanted: GetQueueUrl = input(body)?;
                let queue = self.queues.queue(&wanted.queue_name).map_err(refused)?;
                Ok(json!({ "QueueUrl": self.url(&queue.name) }))
            }
            "ListQueues" => {
                let urls: Vec<_> = self
                    .queues
                    .names()
                    .iter()
                    .map(|name| self.url(name))
                    .collect();
                Ok(json!({ "QueueUrls": urls }))
            }
            "GetQueueAttributes" => self.attributes(&input(body)?),
            "PurgeQueue" => {
                let wanted: OfQueue = input(body)?;
                self.queues
                    .purge(name(&wanted.queue_url))
                    .map_err(refused)?;
                Ok(json!({}))
            }
            "SendMessage" => self.send(input(body)?),
            "SendMessageBatch" => self.send_batch(input(body)?),
            "ReceiveMessage" => self.receive(input(body)?).await,
            "DeleteMessage" => {
                let one: OneByHandle = input(body)?;
                self.delete(name(&one.queue_url), &one.what)
            }
            "DeleteMessageBatch" => self.each(input(body)?, Self::delete),
            "ChangeMessageVisibility" => {
                let one: OneByHandle = input(body)?;
                self.hide(name(&one.queue_url), &one.what)
            }
            "ChangeMessageVisibilityBatch" => self.each(input(body)?, Self::hide),
            other => Err(Refusal::of(
                "UnknownOperationException",
                format!("the local SQS does not know {other}"),
            )),
        }
    }
}

impl Wire {
    pub(crate) fn new(queues: Queues, endpoint: String) -> Self {
        Self { queues, endpoint }
    }

    fn url(&self, name: &str) -> String {
        url(&self.endpoint, name)
    }

    fn create(&self, wanted: CreateQueue) -> Answer {
        let mut queue = Queue::named(wanted.queue_name);
        for (name, value) in &wanted.attributes {
            set(&mut queue, name, value)?;
        }
        match self.queues.queue(&queue.name) {
            // With the same attributes it is the same queue; its messages stay either way.
            Ok(found) if found != queue && !wanted.attributes.is_empty() => {
                return Err(Refusal::of(
                    "com.amazonaws.sqs#QueueNameExists",
                    "A queue already exists with the same name and a different value for an attribute",
                )
                .known_as("QueueAlreadyExists"));
            }
            Ok(_) => {}
            Err(_) => self.queues.create(queue.clone()).map_err(refused)?,
        }
        Ok(json!({ "QueueUrl": self.url(&queue.name) }))
    }

    fn attributes(&self, wanted: &OfQueue) -> Answer {
        let queue = self
            .queues
            .queue(name(&wanted.queue_url))
            .map_err(refused)?;
        let counts = self.queues.counts(&queue.name).map_err(refused)?;
        let mut all: BTreeMap<&str, String> = BTreeMap::from([
            ("ApproximateNumberOfMessages", counts.visible.to_string()),
            (
                "ApproximateNumberOfMessagesNotVisible",
                counts.in_flight.to_string(),
            ),
            (
                "ApproximateNumberOfMessagesDelayed",
                counts.delayed.to_string(),
            ),
            ("QueueArn", queue_arn(&queue.name)),
            ("VisibilityTimeout", queue.visibility.as_secs().to_string()),
            ("DelaySeconds", queue.delay.as_secs().to_string()),
            (
                "MessageRetentionPeriod",
                queue.retention.as_secs().to_string(),
            ),
            (
                "ReceiveMessageWaitTimeSeconds",
                queue.wait.as_secs().to_string(),
            ),
            ("MaximumMessageSize", LIMIT.to_string()),
        ]);
        if let Some(redrive) = &queue.redrive {
            let policy = json!({
                "deadLetterTargetArn": queue_arn(&redrive.target),
                "maxReceiveCount": redrive.after,
            });
            all.insert("RedrivePolicy", policy.to_string());
        }
        if !asks_for_all(&wanted.attribute_names) {
            all.retain(|name, _| wanted.attribute_names.iter().any(|wanted| wanted == name));
        }
        Ok(json!({ "Attributes": all }))
    }

    fn send(&self, wanted: Send) -> Answer {
        let letter = letter(wanted.letter)?;
        let mut answer = digested(&letter);
        let ids = self
            .queues
            .send(name(&wanted.queue_url), vec![letter])
            .map_err(refused)?;
        if let Some(id) = ids.into_iter().next() {
            answer.insert("MessageId".to_owned(), id.into());
        }
        Ok(Value::Object(answer))
    }

    fn send_batch(&self, batch: Batch) -> Answer {
        check(&batch)?;
        let (mut letters, mut answers, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        let mut size = 0;
        for entry in batch.entries {
            match input(entry.rest).and_then(letter) {
                Ok(letter) => {
                    size += weight(&letter);
                    let mut answer = digested(&letter);
                    answer.insert("Id".to_owned(), entry.id.into());
                    answers.push(answer);
                    letters.push(letter);
                }
                Err(refusal) => failed.push(failure(&entry.id, &refusal)),
            }
        }
        if size > LIMIT {
            return Err(Refusal::of(
                "com.amazonaws.sqs#BatchRequestTooLong",
                format!("Batch requests cannot be longer than {LIMIT} bytes. You have sent {size} bytes."),
            )
            .known_as("AWS.SimpleQueueService.BatchRequestTooLong"));
        }
        let ids = self
            .queues
            .send(name(&batch.queue_url), letters)
            .map_err(refused)?;
        for (answer, id) in answers.iter_mut().zip(ids) {
            answer.insert("MessageId".to_owned(), id.into());
        }
        Ok(json!({ "Successful": answers, "Failed": failed }))
    }

    async fn receive(&self, wanted: Receive) -> Answer {
        let limit = wanted.max_number_of_messages.unwrap_or(1);
        if !(1..=BATCH).contains(&limit) {
            return Err(invalid(format!(
                "Value {limit} for parameter MaxNumberOfMessages is invalid. Reason: Must be \
                 between 1 and 10, if provided."
            )));
        }
        let wait = wanted.wait_time_seconds.map(Duration::from_secs);
        if wait.is_some_and(|wait| wait > Duration::from_secs(20)) {
            return Err(invalid(
                "WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
            ));
        }
        let messages = self
            .queues
            .receive(
                name(&wanted.queue_url),
                limit,
                wanted.visibility_timeout.map(Duration::from_secs),
                wait,
            )
            .await
            .map_err(refused)?;
        if messages.is_empty() {
            return Ok(json!({}));
        }
        let mut system = wanted.message_system_attribute_names;
        system.extend(wanted.attribute_names);
        let messages: Vec<_> = messages
            .iter()
            .map(|message| shown(message, &system, &wanted.message_attribute_names))
            .collect();
        Ok(json!({ "Messages": messages }))
    }

    fn delete(&self, queue: &str, what: &ByHandle) -> Answer {
        self.queues
            .delete(queue, std::slice::from_ref(&what.receipt_handle))
            .map_err(refused)?;
        Ok(json!({}))
    }

    fn hide(&self, queue: &str, what: &ByHandle) -> Answer {
        let seconds = what
            .visibility_timeout
            .filter(|seconds| *seconds <= 43_200)
            .ok_or_else(|| invalid("VisibilityTimeout must be between 0 and 43200."))?;
        self.queues
            .hide(queue, &what.receipt_handle, Duration::from_secs(seconds))
            .map_err(refused)?;
        Ok(json!({}))
    }

    /// Does the same to each entry of a batch, and tells which of them failed.
    fn each(&self, batch: Batch, act: fn(&Self, &str, &ByHandle) -> Answer) -> Answer {
        check(&batch)?;
        let queue = self.queues.queue(name(&batch.queue_url)).map_err(refused)?;
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in batch.entries {
            match input(entry.rest).and_then(|what| act(self, &queue.name, &what)) {
                Ok(_) => successful.push(json!({ "Id": entry.id })),
                Err(refusal) => failed.push(failure(&entry.id, &refusal)),
            }
        }
        Ok(json!({ "Successful": successful, "Failed": failed }))
    }
}

/// The URL of a queue behind this endpoint.
pub(crate) fn url(endpoint: &str, name: &str) -> String {
    format!("{endpoint}/{ACCOUNT}/{name}")
}

/// The queue that a URL names. Its host says nothing: some SDKs know only one for all queues.
fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

fn failure(id: &str, refusal: &Refusal) -> Value {
    json!({
        "Id": id,
        "Code": refusal.older.unwrap_or(refusal.kind),
        "Message": refusal.message,
        "SenderFault": refusal.status.is_client_error(),
    })
}

fn refused(error: QueueError) -> Refusal {
    match error {
        QueueError::NoQueue(_) => Refusal::of(
            "com.amazonaws.sqs#QueueDoesNotExist",
            "The specified queue does not exist.",
        )
        .known_as("AWS.SimpleQueueService.NonExistentQueue"),
        QueueError::BadHandle(handle) => Refusal::of(
            "com.amazonaws.sqs#ReceiptHandleIsInvalid",
            format!("The input receipt handle \"{handle}\" is not a valid receipt handle."),
        )
        .known_as("ReceiptHandleIsInvalid"),
        QueueError::NotInFlight => Refusal::of(
            "com.amazonaws.sqs#MessageNotInflight",
            "The message referred to isn't in flight.",
        )
        .known_as("AWS.SimpleQueueService.MessageNotInflight"),
        QueueError::Storage(error) => {
            tracing::error!(%error, "the queues' file fails");
            Refusal::broken("the local queues' file fails")
        }
    }
}
