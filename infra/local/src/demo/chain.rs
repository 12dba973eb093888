//! The hash chain of a history, checked from nothing but what the API answered.
//!
//! The one rule: none of the domain's code. Whoever keeps an answer can check it the same way:
//! SHA-256 over the event's canonical JSON (RFC 8785) without `hash`, each naming the one before.

use aws_lc_rs::digest;
use serde_json::Value;
use thiserror::Error;

/// Why events are not an unaltered history.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum Broken {
    /// An event is missing, repeated or out of order.
    #[error("event {0} is missing or out of order")]
    Sequence(usize),
    /// An event does not name the one before it.
    #[error("event {0} does not follow the one before it")]
    Link(usize),
    /// An event was altered.
    #[error("event {0} does not have its hash")]
    Hash(usize),
}

/// Checks a history from its first event on, and returns the hash of its last.
pub(crate) fn verify(events: &[Value]) -> Result<Option<&str>, Broken> {
    let mut last: Option<&str> = None;
    for (number, event) in (1..).zip(events) {
        if event.get("sequence") != Some(&Value::from(number)) {
            return Err(Broken::Sequence(number));
        }
        if event.get("previousHash").map(Value::as_str) != Some(last) {
            return Err(Broken::Link(number));
        }
        let stated = event.get("hash").and_then(Value::as_str);
        if stated.is_none() || stated != hash(event).as_deref() {
            return Err(Broken::Hash(number));
        }
        last = stated;
    }
    Ok(last)
}

/// The hash that an event's content asks for.
fn hash(event: &Value) -> Option<String> {
    let mut content = event.clone();
    content.as_object_mut()?.remove("hash");
    let canonical = serde_json_canonicalizer::to_vec(&content).ok()?;
    let digest = digest::digest(&digest::SHA256, &canonical);
    let digits = digest
        .as_ref()
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chain() -> Vec<Value> {
        let mut previous = Value::Null;
        (1..=3)
            .map(|sequence| {
                let mut event = json!({
                    "sequence": sequence, "type": "thing.made", "previousHash": previous,
                });
                let hash = hash(&event).unwrap();
                event["hash"] = json!(hash);
                previous = event["hash"].clone();
                event
            })
            .collect()
    }

    #[test]
    fn a_chain_holds() {
        let events = chain();
        assert_eq!(verify(&events), Ok(events[2]["hash"].as_str()));
        assert_eq!(verify(&[]), Ok(None));
    }

    #[test]
    fn tampering_is_noticed() {
        let mut altered = chain();
        altered[1]["type"] = json!("thing.unmade");
        assert_eq!(verify(&altered), Err(Broken::Hash(2)));

        let mut sealed_again = altered;
        sealed_again[1]["hash"] = json!(hash(&sealed_again[1]).unwrap());
        assert_eq!(verify(&sealed_again), Err(Broken::Link(3)));

        let mut removed = chain();
        removed.remove(0);
        assert_eq!(verify(&removed), Err(Broken::Sequence(1)));

        let mut bare = chain();
        bare[0].as_object_mut().unwrap().remove("hash");
        assert_eq!(verify(&bare), Err(Broken::Hash(1)));
    }
}
