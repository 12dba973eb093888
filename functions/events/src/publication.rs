//! An event as the table keeps it → as the bus gets it.
//!
//! The one rule: what was recorded is published as it was recorded, with the trace beside it.

use serde::Deserialize;
use serde_json::Value;
use sharepact_domain::time::Timestamp;
use sharepact_domain::trace::TraceParent;
use sharepact_runtime::{MOST_WEIGHT, Publication, unreadable};
use uuid::Uuid;

/// An event, read from its item.
pub(crate) struct Stored {
    /// What keeps its order: kind and id of its aggregate.
    pub aggregate: String,
    /// What goes on the bus.
    pub publication: Publication,
}

/// What has to be known of the event's own text.
#[derive(Deserialize)]
struct Envelope {
    id: Uuid,
    #[serde(rename = "type")]
    kind: String,
    aggregate: Aggregate,
    /// What only the lag is measured by.
    #[serde(rename = "occurredAt")]
    occurred_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Aggregate {
    kind: String,
    id: String,
}

impl Stored {
    /// Reads the item as the stream shows it: `{"event":{"S":"…"},"trace":{"S":"…"}}`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn from_image(image: &Value) -> Result<Self, String> {
        let text = |name: &str| image.get(name)?.get("S")?.as_str();
        let event = text("event").ok_or("the item has no attribute `event`")?;
        Self::new(event, text("trace"))
    }

    /// Takes the event's canonical JSON, and the trace that stands beside it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn new(event: &str, trace: Option<&str>) -> Result<Self, String> {
        let envelope: Envelope = serde_json::from_str(event)
            .map_err(|error| format!("no event: {}", unreadable("it", &error)))?;
        let open = event.strip_suffix('}').ok_or("no event: it is no object")?;
        let trace = trace
            .and_then(TraceParent::parse)
            .unwrap_or_else(|| TraceParent::of(envelope.id));
        let publication = Publication {
            kind: envelope.kind,
            detail: format!("{open},\"traceparent\":\"{trace}\"}}"),
            trace: trace.to_xray(),
            occurred_at: envelope.occurred_at,
        };
        let weight = publication.weight();
        if weight > MOST_WEIGHT {
            return Err(format!("{weight} bytes are more than the bus takes"));
        }
        Ok(Self {
            publication,
            aggregate: format!("{}#{}", envelope.aggregate.kind, envelope.aggregate.id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const EVENT: &str = r#"{"aggregate":{"id":"1","kind":"contract"},"id":"019614a0-7c3e-7b52-9d1f-4a6be0c2f7d8","type":"contract.signed"}"#;

    #[test]
    fn the_event_goes_out_as_it_stands_and_the_trace_beside_it() {
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let stored = Stored::new(EVENT, Some(trace)).ok().unwrap();
        assert_eq!(stored.aggregate, "contract#1");
        let publication = stored.publication;
        assert_eq!(publication.kind, "contract.signed");
        assert!(publication.trace.starts_with("Root=1-4bf92f35-"));
        let mut detail: Value = serde_json::from_str(&publication.detail).unwrap();
        let members = detail.as_object_mut().unwrap();
        assert_eq!(members.remove("traceparent"), Some(json!(trace)));
        assert_eq!(detail.to_string(), EVENT);
    }

    #[test]
    fn without_a_trace_it_has_one_of_its_own() {
        for trace in [None, Some("nonsense\"")] {
            let detail = Stored::new(EVENT, trace).ok().unwrap().publication.detail;
            let detail: Value = serde_json::from_str(&detail).unwrap();
            let expected = "00-019614a07c3e7b529d1f4a6be0c2f7d8-9d1f4a6be0c2f7d8-00";
            assert_eq!(detail["traceparent"], expected);
        }
    }

    #[test]
    fn what_is_no_event_is_said_to_be_none() {
        for (image, why) in [
            (json!({}), "no attribute"),
            (json!({ "event": { "N": "1" } }), "no attribute"),
            (json!({ "event": { "S": "[]" } }), "no event"),
            (json!({ "event": { "S": "{\"id\":1}" } }), "no event"),
        ] {
            let reason = Stored::from_image(&image).err().unwrap();
            assert!(reason.contains(why), "{reason}");
        }
        let heavy = EVENT.replace("contract.signed", &"x".repeat(MOST_WEIGHT));
        let reason = Stored::new(&heavy, None).err().unwrap();
        assert!(reason.contains("more than the bus takes"), "{reason}");
    }
}
