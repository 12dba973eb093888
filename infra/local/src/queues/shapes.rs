//! The shapes of queues and messages on the wire.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::requests::{Batch, LetterIn};
use super::{LIMIT, Letter, Message, Queue, Redrive, digests};
use crate::rpc::Refusal;
use crate::template::ACCOUNT;

/// The most entries of a batch.
pub(super) const BATCH: usize = 10;

pub(super) fn set(queue: &mut Queue, name: &str, value: &str) -> Result<(), Refusal> {
    let number = || {
        value
            .parse()
            .map_err(|_| invalid(format!("Invalid value for the parameter {name}.")))
    };
    let seconds = || number().map(Duration::from_secs);
    match name {
        "VisibilityTimeout" => queue.visibility = seconds()?,
        "DelaySeconds" => queue.delay = seconds()?,
        "MessageRetentionPeriod" => queue.retention = seconds()?,
        "ReceiveMessageWaitTimeSeconds" => queue.wait = seconds()?,
        "RedrivePolicy" => queue.redrive = Some(redrive(value)?),
        "MaximumMessageSize" | "Policy" | "KmsMasterKeyId" | "SqsManagedSseEnabled" => {}
        other => {
            return Err(Refusal::of(
                "com.amazonaws.sqs#InvalidAttributeName",
                format!("Unknown Attribute {other}."),
            ));
        }
    }
    Ok(())
}

fn redrive(policy: &str) -> Result<Redrive, Refusal> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let after = policy.get("maxReceiveCount").and_then(|count| {
        count
            .as_u64()
            .or_else(|| count.as_str()?.parse().ok())
            .and_then(|count| u32::try_from(count).ok())
    });
    let target = policy.get("deadLetterTargetArn").and_then(Value::as_str);
    match (target, after) {
        (Some(target), Some(after)) => Ok(Redrive {
            target: target.rsplit(':').next().unwrap_or(target).to_owned(),
            after,
        }),
        _ => Err(invalid("Invalid value for the parameter RedrivePolicy.")),
    }
}

pub(super) fn letter(wanted: LetterIn) -> Result<Letter, Refusal> {
    if wanted.message_body.is_empty() {
        return Err(Refusal::of(
            "MissingParameter",
            "The request must contain the parameter MessageBody.",
        ));
    }
    if wanted.delay_seconds.is_some_and(|delay| delay > 900) {
        return Err(invalid("DelaySeconds must be between 0 and 900."));
    }
    let trace = wanted.message_system_attributes.get("AWSTraceHeader");
    let letter = Letter {
        body: wanted.message_body,
        attributes: wanted.message_attributes,
        trace: trace
            .and_then(|trace| trace.get("StringValue")?.as_str())
            .map(str::to_owned),
        delay: wanted.delay_seconds.map(Duration::from_secs),
    };
    if weight(&letter) > LIMIT {
        return Err(invalid(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {LIMIT} bytes."
        )));
    }
    Ok(letter)
}

pub(super) fn weight(letter: &Letter) -> usize {
    let attributes = letter.attributes.as_object();
    letter.body.len()
        + attributes.map_or(0, |attributes| {
            attributes
                .iter()
                .map(|(name, value)| name.len() + value.to_string().len())
                .sum()
        })
}

pub(super) fn digested(letter: &Letter) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert(
        "MD5OfMessageBody".to_owned(),
        digests::of_body(&letter.body).into(),
    );
    if let Some(digest) = digests::of_attributes(&letter.attributes) {
        answer.insert("MD5OfMessageAttributes".to_owned(), digest.into());
    }
    answer
}

/// The system attributes of a received message, all of them.
pub(crate) fn system_attributes(message: &Message) -> Map<String, Value> {
    let mut all = Map::new();
    let mut add = |name: &str, value: String| all.insert(name.to_owned(), value.into());
    add("ApproximateReceiveCount", message.received.to_string());
    add("SentTimestamp", message.sent.to_string());
    add("SenderId", ACCOUNT.to_owned());
    add(
        "ApproximateFirstReceiveTimestamp",
        message.first_received.to_string(),
    );
    if let Some(trace) = &message.trace {
        add("AWSTraceHeader", trace.clone());
    }
    all
}

/// The digest of a message's body.
pub(crate) fn body_digest(message: &Message) -> String {
    digests::of_body(&message.body)
}

pub(super) fn shown(message: &Message, system: &[String], own: &[String]) -> Value {
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.handle(),
        "Body": message.body,
        "MD5OfBody": digests::of_body(&message.body),
    });
    let mut attributes = system_attributes(message);
    if !asks_for_all(system) {
        attributes.retain(|name, _| system.contains(name));
    }
    if !attributes.is_empty() {
        set_member(&mut shown, "Attributes", attributes.into());
    }
    let mut attributes = message.attributes.as_object().cloned().unwrap_or_default();
    if !asks_for_all(own) {
        attributes.retain(|name, _| own.contains(name));
    }
    let attributes = Value::Object(attributes);
    if let Some(digest) = digests::of_attributes(&attributes) {
        set_member(&mut shown, "MessageAttributes", attributes);
        set_member(&mut shown, "MD5OfMessageAttributes", digest.into());
    }
    shown
}

fn set_member(value: &mut Value, name: &str, member: Value) {
    if let Some(members) = value.as_object_mut() {
        members.insert(name.to_owned(), member);
    }
}

pub(super) fn asks_for_all(names: &[String]) -> bool {
    names.iter().any(|name| name == "All" || name == ".*")
}

pub(super) fn check(batch: &Batch) -> Result<(), Refusal> {
    if batch.entries.is_empty() {
        return Err(Refusal::of(
            "com.amazonaws.sqs#EmptyBatchRequest",
            "There should be at least one entry in the request.",
        )
        .known_as("AWS.SimpleQueueService.EmptyBatchRequest"));
    }
    if batch.entries.len() > BATCH {
        return Err(Refusal::of(
            "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
            format!("Maximum number of entries per request are {BATCH}."),
        )
        .known_as("AWS.SimpleQueueService.TooManyEntriesInBatchRequest"));
    }
    let mut ids = BTreeSet::new();
    match batch.entries.iter().find(|entry| !ids.insert(&entry.id)) {
        None => Ok(()),
        Some(twice) => Err(Refusal::of(
            "com.amazonaws.sqs#BatchEntryIdsNotDistinct",
            format!("Id {} repeated.", twice.id),
        )
        .known_as("AWS.SimpleQueueService.BatchEntryIdsNotDistinct")),
    }
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::of("InvalidParameterValue", message)
}
