//! A queue to send work to: SQS, with every message accounted for.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};

use crate::worker::WorkError;

/// What SQS takes at once.
const MOST: usize = 10;

/// The longest delay of a message, in seconds.
const LONGEST_DELAY: i32 = 900;

/// How much of a reason is told, in characters.
const LONGEST_REASON: usize = 500;

/// A queue, and a client that may send to it.
#[derive(Clone)]
pub struct Queue {
    client: Client,
    url: Arc<str>,
}

impl Queue {
    /// A queue on a client that somebody else configured.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into().into(),
        }
    }

    /// Sets a message aside with the reason, which stands in the attributes `Worker` and `Reason`;
    /// the body stays what it was, so that it can be sent back once the reason is gone.
    ///
    /// # Errors
    /// When it is not known to be there.
    pub fn set_aside<'a>(
        &'a self,
        body: &'a str,
        worker: &'a str,
        reason: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<(), WorkError>> + Send + 'a>> {
        Box::pin(async move {
            let text = |value: &str| {
                MessageAttributeValue::builder()
                    .data_type("String")
                    .string_value(value)
                    .build()
                    .map_err(|error| WorkError::Poison(error.to_string()))
            };
            let reason: String = reason.chars().take(LONGEST_REASON).collect();
            self.client
                .send_message()
                .queue_url(&*self.url)
                .message_body(body)
                .message_attributes("Worker", text(worker)?)
                .message_attributes("Reason", text(&reason)?)
                .send()
                .await
                .map(drop)
                .map_err(|error| WorkError::from_sdk("SendMessage", &error))
        })
    }

    /// Sends a message that is shown after a while, 15 minutes at most.
    ///
    /// # Errors
    /// When it is not known to be there.
    pub fn send_after(
        &self,
        body: String,
        wait: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<(), WorkError>> + Send + '_>> {
        Box::pin(async move {
            let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            let seconds = i32::try_from(whole).unwrap_or(LONGEST_DELAY);
            self.client
                .send_message()
                .queue_url(&*self.url)
                .message_body(body)
                .delay_seconds(seconds.min(LONGEST_DELAY))
                .send()
                .await
                .map(drop)
                .map_err(|error| WorkError::from_sdk("SendMessage", &error))
        })
    }

    /// Sends messages, ten at a time.
    ///
    /// # Errors
    /// With the first message that is not known to be there; those before it are. Sending all of
    /// them again is harmless to consumers that see a message twice.
    pub fn send<'a>(
        &'a self,
        bodies: &'a [String],
    ) -> Pin<Box<dyn Future<Output = Result<(), WorkError>> + Send + 'a>> {
        Box::pin(async move {
            for chunk in bodies.chunks(MOST) {
                let entries = chunk.iter().enumerate().map(|(index, body)| {
                    SendMessageBatchRequestEntry::builder()
                        .id(index.to_string())
                        .message_body(body)
                        .build()
                        .map_err(|error| WorkError::Poison(error.to_string()))
                });
                let answer = self
                    .client
                    .send_message_batch()
                    .queue_url(&*self.url)
                    .set_entries(Some(entries.collect::<Result<_, _>>()?))
                    .send()
                    .await
                    .map_err(|error| WorkError::from_sdk("SendMessageBatch", &error))?;
                if let Some(failed) = answer.failed().first() {
                    let code = failed.code();
                    return Err(WorkError::Passing(format!("SendMessageBatch: {code}")));
                }
            }
            Ok(())
        })
    }
}
