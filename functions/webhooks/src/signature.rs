//! Signatures as Standard Webhooks has them: HMAC-SHA256 over id, timestamp and body.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The value of `webhook-signature`: one signature for each key, separated by spaces.
///
/// `id` and `timestamp` (seconds since 1970) are ours and hold no full stop, so that no two
/// deliveries read the same.
pub(crate) fn sign<'a>(
    keys: impl IntoIterator<Item = &'a [u8]>,
    id: &str,
    timestamp: i64,
    body: &str,
) -> String {
    let signed = format!("{id}.{timestamp}.{body}");
    let signatures = keys.into_iter().map(|key| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), signed.as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_the_reference_libraries_holds() {
        let key = STANDARD.decode("C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let sign = |keys: &[&[u8]]| {
            let body = r#"{"email":"test@example.com","username":"test_user"}"#;
            let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
            sign(keys.iter().copied(), id, 1_649_367_553, body)
        };
        let signature = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
        assert_eq!(sign(&[&key]), signature);
        let other = sign(&[&[7; 32]]);
        assert_eq!(sign(&[&[7; 32], &key]), format!("{other} {signature}"));
    }
}
