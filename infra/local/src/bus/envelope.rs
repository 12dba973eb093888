//! What goes onto the bus, and the envelope in which it comes off it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::template::{ACCOUNT, REGION};

/// An entry of a request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    pub event_bus_name: Option<String>,
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    time: Option<f64>,
    trace_header: Option<String>,
}

/// An accepted event.
pub(super) struct Event {
    pub id: String,
    pub bus: String,
    pub trace: Option<String>,
    /// What rules look at.
    pub envelope: Value,
    /// The envelope as it is delivered.
    pub text: String,
}

/// Why an entry is refused.
pub(super) struct EntryFault {
    code: &'static str,
    message: String,
}

impl Entry {
    /// Its size, as EventBridge reckons it.
    pub(super) fn weight(&self) -> usize {
        let size = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let time = if self.time.is_some() { 14 } else { 0 };
        time + size(&self.source)
            + size(&self.detail_type)
            + size(&self.detail)
            + self.resources.iter().map(String::len).sum::<usize>()
    }
}

impl Event {
    pub(super) fn new(
        entry: Entry,
        bus: String,
        id: String,
        now: DateTime<Utc>,
    ) -> Result<Self, EntryFault> {
        let required = |value: Option<String>, name: &str| {
            value.filter(|text| !text.is_empty()).ok_or_else(|| {
                EntryFault::invalid(format!(
                    "Parameter {name} is not valid. Reason: {name} is a required argument."
                ))
            })
        };
        let source = required(entry.source, "Source")?;
        let kind = required(entry.detail_type, "DetailType")?;
        let detail_text = required(entry.detail, "Detail")?;
        if source.starts_with("aws.") {
            return Err(EntryFault {
                code: "NotAuthorizedForSourceException",
                message: "Not authorized for the source.".to_owned(),
            });
        }
        let detail: Value = serde_json::from_str(&detail_text)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| EntryFault {
                code: "MalformedDetail",
                message: "Detail is malformed.".to_owned(),
            })?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the protocol gives seconds as a number, and envelopes show whole ones"
        )]
        let time = entry
            .time
            .and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0))
            .unwrap_or(now);
        let mut envelope = json!({
            "version": "0",
            "id": id,
            "detail-type": kind,
            "source": source,
            "account": ACCOUNT,
            "time": time.to_rfc3339_opts(SecondsFormat::Secs, true),
            "region": REGION,
            "resources": entry.resources,
        });
        // The detail is handed on as it came: its text may be what a hash was taken of.
        let mut text = envelope.to_string();
        text.pop();
        text.push_str(",\"detail\":");
        text.push_str(&detail_text);
        text.push('}');
        if let Some(members) = envelope.as_object_mut() {
            members.insert("detail".to_owned(), detail);
        }
        Ok(Self {
            id,
            bus,
            trace: entry.trace_header,
            envelope,
            text,
        })
    }
}

impl EntryFault {
    pub(super) fn invalid(message: String) -> Self {
        Self {
            code: "InvalidArgument",
            message,
        }
    }

    pub(super) fn throttled() -> Self {
        Self {
            code: "ThrottlingException",
            message: "Rate exceeded".to_owned(),
        }
    }

    pub(super) fn internal() -> Self {
        Self {
            code: "InternalFailure",
            message: "The request processing has failed because of an unknown error.".to_owned(),
        }
    }

    pub(super) fn written(self) -> Value {
        json!({ "ErrorCode": self.code, "ErrorMessage": self.message })
    }
}
