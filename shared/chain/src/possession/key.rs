//! A key that signs texts, for tools that stand on a party's side: the demo, the benchmarks, the tests.
//!
//! The one rule: the service never holds one, and nothing shows what is in it.

use std::fmt;

use ethers_core::k256::ecdsa::SigningKey;
use ethers_core::rand::rngs::OsRng;
use ethers_core::types::{Signature as Recoverable, U256};
use ethers_core::utils::{hash_message, secret_key_to_address, to_checksum};
use sharepact_domain::wallet::Address;
use thiserror::Error;

use super::Signature;

/// The private key of a party's wallet.
#[derive(Clone)]
pub struct Key {
    key: SigningKey,
    address: Address,
}

/// Why there is no key, or no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The bytes are zero, or over the order of the curve.
    #[error("the bytes are no private key of secp256k1")]
    NoKey,
    /// The key cannot sign this text; no text is known with which that happens.
    #[error("the text cannot be signed")]
    NoSignature,
}

impl Key {
    /// A new key that nobody else has.
    ///
    /// # Errors
    /// [`KeyError::NoKey`], in theory.
    pub fn random() -> Result<Self, KeyError> {
        Self::of(SigningKey::random(&mut OsRng))
    }

    /// The key of these bytes, so that a test meets the same address again.
    ///
    /// # Errors
    /// [`KeyError::NoKey`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(bytes.into()).map_err(|_| KeyError::NoKey)?;
        Self::of(key)
    }

    fn of(key: SigningKey) -> Result<Self, KeyError> {
        let address = to_checksum(&secret_key_to_address(&key), None);
        let address = Address::parse(&address).map_err(|_| KeyError::NoKey)?;
        Ok(Self { key, address })
    }

    /// The address that belongs to the key.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Signs a text as `personal_sign` does.
    ///
    /// # Errors
    /// [`KeyError::NoSignature`], in theory.
    pub fn sign(&self, text: &str) -> Result<Signature, KeyError> {
        let digest = hash_message(text);
        let signed = self.key.sign_prehash_recoverable(digest.as_bytes());
        let (signature, recovery) = signed.map_err(|_| KeyError::NoSignature)?;
        let (r, s) = signature.split_bytes();
        Ok(Signature(Recoverable {
            r: U256::from_big_endian(&r),
            s: U256::from_big_endian(&s),
            v: u64::from(recovery.to_byte()) + 27,
        }))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key of {}", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first account of the well-known mnemonic "test test … junk".
    const KNOWN: [u8; 32] = [
        0xac, 0x09, 0x74, 0xbe, 0xc3, 0x9a, 0x17, 0xe3, 0x6b, 0xa4, 0xa6, 0xb4, 0xd2, 0x38, 0xff,
        0x94, 0x4b, 0xac, 0xb4, 0x78, 0xcb, 0xed, 0x5e, 0xfc, 0xae, 0x78, 0x4d, 0x7b, 0xf4, 0xf2,
        0xff, 0x80,
    ];

    #[test]
    fn a_known_key_has_its_known_address() {
        let key = Key::from_bytes(&KNOWN).unwrap();
        assert_eq!(
            key.address().as_str(),
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
        );
        assert_eq!(
            format!("{key:?}"),
            "Key of 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
        );
        for bad in [[0; 32], [0xff; 32]] {
            assert_eq!(Key::from_bytes(&bad).err(), Some(KeyError::NoKey));
        }
    }

    #[test]
    fn what_a_key_signs_names_its_address() {
        let key = Key::random().unwrap();
        for text in ["", "Some data", "a\nb", "ä€😀"] {
            let signature = key.sign(text).unwrap();
            let read = Signature::parse(&signature.to_string()).unwrap();
            assert_eq!(read, signature);
            assert_eq!(read.signer(text).as_ref(), Some(key.address()));
            assert_ne!(read.signer("another"), Some(key.address().clone()));
        }
        assert_ne!(key.address(), Key::random().unwrap().address());
    }
}
