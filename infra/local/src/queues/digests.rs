//! The MD5 digests with which SQS lets a caller check that its message arrived whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde_json::Value;

/// The digest of a body.
pub(super) fn of_body(body: &str) -> String {
    hex(&Md5::digest(body.as_bytes()))
}

/// The digest of the message attributes; `None` without any.
pub(super) fn of_attributes(attributes: &Value) -> Option<String> {
    let mut attributes: Vec<_> = attributes.as_object()?.iter().collect();
    if attributes.is_empty() {
        return None;
    }
    attributes.sort_by_key(|(name, _)| name.as_str());
    let mut digest = Md5::new();
    for (name, attribute) in attributes {
        let text = |key: &str| attribute.get(key).and_then(Value::as_str);
        framed(&mut digest, name.as_bytes());
        framed(&mut digest, text("DataType").unwrap_or_default().as_bytes());
        if let Some(binary) = text("BinaryValue") {
            digest.update([2]);
            framed(&mut digest, &STANDARD.decode(binary).unwrap_or_default());
        } else {
            digest.update([1]);
            framed(
                &mut digest,
                text("StringValue").unwrap_or_default().as_bytes(),
            );
        }
    }
    Some(hex(&digest.finalize()))
}

fn framed(digest: &mut Md5, bytes: &[u8]) {
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn digests_are_those_of_sqs() {
        assert_eq!(of_body("hello"), "5d41402abc4b2a76b9719d911017c592");
        assert_eq!(of_attributes(&Value::Null), None);
        // Computed by hand from the framing that the SQS developer guide describes.
        let one = json!({ "a": { "DataType": "String", "StringValue": "b" } });
        let mut framed = Vec::new();
        for part in [&b"a"[..], b"String"] {
            framed.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
            framed.extend_from_slice(part);
        }
        framed.extend_from_slice(&[1, 0, 0, 0, 1, b'b']);
        assert_eq!(of_attributes(&one), Some(hex(&Md5::digest(&framed))));
    }
}
