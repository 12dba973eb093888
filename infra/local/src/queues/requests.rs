//! The shapes of SQS's requests.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateQueue {
    pub queue_name: String,
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueUrl {
    pub queue_name: String,
}

/// A request about a queue as a whole.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfQueue {
    pub queue_url: String,
    #[serde(default)]
    pub attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    pub queue_url: String,
    #[serde(flatten)]
    pub letter: LetterIn,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LetterIn {
    pub message_body: String,
    pub delay_seconds: Option<u64>,
    #[serde(default)]
    pub message_attributes: Value,
    #[serde(default)]
    pub message_system_attributes: Value,
}

/// A batch of anything.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch {
    pub queue_url: String,
    #[serde(default)]
    pub entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    pub id: String,
    #[serde(flatten)]
    pub rest: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Receive {
    pub queue_url: String,
    pub max_number_of_messages: Option<usize>,
    pub visibility_timeout: Option<u64>,
    pub wait_time_seconds: Option<u64>,
    #[serde(default)]
    pub attribute_names: Vec<String>,
    #[serde(default)]
    pub message_system_attribute_names: Vec<String>,
    #[serde(default)]
    pub message_attribute_names: Vec<String>,
}

/// What is done to one received message.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ByHandle {
    pub receipt_handle: String,
    pub visibility_timeout: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneByHandle {
    pub queue_url: String,
    #[serde(flatten)]
    pub what: ByHandle,
}
