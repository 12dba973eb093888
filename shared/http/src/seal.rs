//! What is handed out to come back unchanged, sealed: cursors of lists, challenges for wallets. And what is derived instead
//! of being kept: passcodes.
//!
//! The one rule: what was sealed opens for the purpose and the binding it was sealed for, and for nothing else.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// The length of the signature, and of the digest of the binding.
const DIGEST: usize = 32;

/// What something is sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A cursor: where a list goes on. Bound to the query and the caller.
    Cursor,
    /// A challenge: what a wallet is asked to sign. Bound to the owner and the address.
    Challenge,
}

impl Purpose {
    /// The first byte of what is sealed: its purpose, and the version of its form.
    const fn mark(self) -> u8 {
        match self {
            Self::Cursor => 1,
            Self::Challenge => 2,
        }
    }
}

/// What is derived, the same at every time, instead of being kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derived {
    /// The code of a passcode, of its id.
    Code,
    /// What a code is found by, of the code.
    Fingerprint,
}

impl Derived {
    /// The first byte of what is derived from; no [`Purpose`] has it.
    const fn mark(self) -> u8 {
        match self {
            Self::Code => 128,
            Self::Fingerprint => 129,
        }
    }
}

/// The secret that seals. What is sealed can be read by anyone; only who has the key can make it.
#[derive(Clone)]
pub struct SealingKey(Arc<hmac::Key>);

impl SealingKey {
    /// A key of at least 32 bytes.
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        (secret.len() >= 32).then(|| Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret))))
    }

    /// Seals `content`, in base64url.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, binding: &str, content: &str) -> String {
        let mut bytes = vec![purpose.mark()];
        bytes.extend_from_slice(&Sha256::digest(binding));
        bytes.extend_from_slice(content.as_bytes());
        let signature = hmac::sign(&self.0, &bytes);
        bytes.extend_from_slice(signature.as_ref());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What only who has the key can derive from `source`: HMAC-SHA-256.
    #[must_use]
    pub fn derive(&self, derived: Derived, source: &str) -> [u8; DIGEST] {
        let mut bytes = vec![derived.mark()];
        bytes.extend_from_slice(source.as_bytes());
        let mut value = [0; DIGEST];
        let tag = hmac::sign(&self.0, &bytes);
        value
            .iter_mut()
            .zip(tag.as_ref())
            .for_each(|(byte, derived)| *byte = *derived);
        value
    }

    /// The content; none for anything that was not made by [`Self::seal`] with the same purpose and binding.
    #[must_use]
    pub fn open(&self, purpose: Purpose, binding: &str, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (signed, signature) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST)?)?;
        hmac::verify(&self.0, signed, signature).ok()?;
        let (mark, rest) = signed.split_first()?;
        let (bound, content) = rest.split_at_checked(DIGEST)?;
        let right = *mark == purpose.mark() && bound == Sha256::digest(binding).as_slice();
        right
            .then(|| String::from_utf8(content.to_vec()).ok())
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::new(&[byte; 32]).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_for_its_own_purpose_and_binding_only() {
        let cursor = key(7).seal(Purpose::Cursor, "list of ana", "CONTRACT#1");
        let open = |key: SealingKey, purpose, binding| key.open(purpose, binding, &cursor);
        let content = open(key(7), Purpose::Cursor, "list of ana");
        assert_eq!(content.as_deref(), Some("CONTRACT#1"));
        assert_eq!(open(key(7), Purpose::Cursor, "list of bob"), None);
        assert_eq!(open(key(7), Purpose::Challenge, "list of ana"), None);
        assert_eq!(open(key(8), Purpose::Cursor, "list of ana"), None);
        assert!(SealingKey::new(&[7; 31]).is_none());
    }

    #[test]
    fn every_altered_character_is_noticed() {
        for content in ["", "p", "po", "pos"] {
            let sealed = key(7).seal(Purpose::Cursor, "b", content);
            for index in 0..sealed.len() {
                let mut altered = sealed.clone().into_bytes();
                altered[index] = if altered[index] == b'A' { b'B' } else { b'A' };
                let altered = String::from_utf8(altered).unwrap();
                assert_eq!(key(7).open(Purpose::Cursor, "b", &altered), None, "{index}");
            }
        }
        for bad in ["", "A", "!!", &"A".repeat(44), &"A".repeat(10_000)] {
            assert_eq!(key(7).open(Purpose::Cursor, "b", bad), None);
        }
    }

    #[test]
    fn what_is_derived_depends_on_key_kind_and_source_alone() {
        let one = key(1).derive(Derived::Code, "a");
        assert_eq!(one, key(1).derive(Derived::Code, "a"));
        for other in [
            key(2).derive(Derived::Code, "a"),
            key(1).derive(Derived::Fingerprint, "a"),
            key(1).derive(Derived::Code, "b"),
        ] {
            assert_ne!(one, other);
        }
    }
}
