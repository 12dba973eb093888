//! Cursors: where a list goes on, signed.
//!
//! The one rule: a cursor works for the caller and the query it was made for, and for no other.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::{Problem, ProblemType};

/// The first byte of a cursor: the version of its form.
const VERSION: u8 = 1;
/// The length of the signature, and of the digest of what the cursor is bound to.
const DIGEST: usize = 32;

/// The secret that signs cursors.
#[derive(Clone)]
pub struct CursorKey(Arc<hmac::Key>);

impl CursorKey {
    /// A key of at least 32 bytes.
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        (secret.len() >= 32).then(|| Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret))))
    }

    /// The cursor for a position of the list that `binding` (query and caller) describes.
    #[must_use]
    pub fn seal(&self, binding: &str, position: &str) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&Sha256::digest(binding));
        bytes.extend_from_slice(position.as_bytes());
        let signature = hmac::sign(&self.0, &bytes);
        bytes.extend_from_slice(signature.as_ref());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position that a cursor stands for.
    ///
    /// # Errors
    /// `invalid-cursor` for anything that was not made by [`Self::seal`] with the same binding.
    pub fn open(&self, binding: &str, cursor: &str) -> Result<String, Problem> {
        self.read(binding, cursor).ok_or_else(|| {
            Problem::new(
                ProblemType::InvalidCursor,
                "takes the nextCursor of this very list, unchanged; without a cursor the list begins anew",
            )
        })
    }

    fn read(&self, binding: &str, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (signed, signature) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST)?)?;
        hmac::verify(&self.0, signed, signature).ok()?;
        let (version, rest) = signed.split_first()?;
        let (bound, position) = rest.split_at_checked(DIGEST)?;
        let right = *version == VERSION && bound == Sha256::digest(binding).as_slice();
        right
            .then(|| String::from_utf8(position.to_vec()).ok())
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_for_its_own_list_only() {
        let key = CursorKey::new(&[7; 32]).unwrap();
        let cursor = key.seal("list of ana", "CONTRACT#1");
        assert_eq!(key.open("list of ana", &cursor).unwrap(), "CONTRACT#1");
        assert!(key.open("list of bob", &cursor).is_err());
        assert!(
            CursorKey::new(&[8; 32])
                .unwrap()
                .open("list of ana", &cursor)
                .is_err()
        );
        assert!(CursorKey::new(&[7; 31]).is_none());
    }

    #[test]
    fn every_altered_character_is_noticed() {
        let key = CursorKey::new(&[7; 32]).unwrap();
        let cursor = key.seal("b", "p");
        for index in 0..cursor.len() {
            let mut altered = cursor.clone().into_bytes();
            altered[index] = if altered[index] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(key.open("b", &altered).is_err(), "{index}");
        }
        for bad in ["", "A", "!!", &"A".repeat(44), &"A".repeat(10_000)] {
            assert!(key.open("b", bad).is_err());
        }
    }
}
