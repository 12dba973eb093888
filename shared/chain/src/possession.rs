//! Who signed a text with a wallet: EIP-191, version `0x45`, as `personal_sign` does it.
//!
//! The one rule: what comes out is an address or nothing; whether it is the right one is for the caller to ask.

mod key;

use std::fmt;

use ethers_core::types::{RecoveryMessage, Signature as Recoverable};
use ethers_core::utils::to_checksum;
use sharepact_domain::fault::{Fault, Rule};
use sharepact_domain::wallet::Address;

pub use key::{Key, KeyError};

/// A signature: r, s and v in 65 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature(Recoverable);

impl Signature {
    /// Reads `0x` and 130 hexadecimal digits; v is 27 or 28, or 0 or 1 as some wallets have it.
    ///
    /// # Errors
    /// [`Rule::InvalidSignature`] for anything else, and for a signature in the malleable half (EIP-2).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let refuse = || {
            Fault::new(
                Rule::InvalidSignature,
                "takes the 65 bytes that personal_sign returns: 0x and 130 hexadecimal digits, ending in 1b or 1c",
            )
        };
        let digits = text.strip_prefix("0x").ok_or_else(refuse)?;
        if digits.len() != 130 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(refuse());
        }
        let mut signature: Recoverable = digits.parse().map_err(|_| refuse())?;
        signature.v = match signature.v {
            v @ (27 | 28) => v,
            v @ (0 | 1) => v + 27,
            _ => return Err(refuse()),
        };
        // Half of the curve's order: of the two signatures of one key over one text only one is taken.
        let half = ethers_core::types::U256::from_big_endian(&HALF_ORDER);
        if signature.s > half {
            return Err(refuse());
        }
        Ok(Self(signature))
    }

    /// Whose signature it is, if it is one over this text.
    #[must_use]
    pub fn signer(&self, text: &str) -> Option<Address> {
        let message = RecoveryMessage::Data(text.as_bytes().to_vec());
        let address = self.0.recover(message).ok()?;
        Address::parse(&to_checksum(&address, None)).ok()
    }
}

impl fmt::Display for Signature {
    /// As [`Signature::parse`] reads it, with 27 or 28 for v.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", self.0)
    }
}

/// Half of the order of secp256k1.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// From the documentation of web3.js, `eth.accounts.sign` of "Some data".
    const TEXT: &str = "Some data";
    const SIGNER: &str = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23";
    const SIGNATURE: &str = "0xb91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd\
                             6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c";

    #[test]
    fn a_known_signature_names_its_signer() {
        let signature = Signature::parse(SIGNATURE).unwrap();
        assert_eq!(signature.signer(TEXT).unwrap().as_str(), SIGNER);
        assert_ne!(
            signature
                .signer("Some date")
                .map(|signer| signer.to_string())
                .as_deref(),
            Some(SIGNER)
        );
        assert_eq!(signature.to_string(), SIGNATURE);
        let low = SIGNATURE.replace("0291c", "02901");
        assert_eq!(
            Signature::parse(&low)
                .unwrap()
                .signer(TEXT)
                .unwrap()
                .as_str(),
            SIGNER
        );
    }

    #[test]
    fn other_texts_are_no_signatures() {
        let (head, _) = SIGNATURE.split_at(SIGNATURE.len() - 2);
        let malleable = format!("0x{}{}1b", "11".repeat(32), "ff".repeat(32));
        for bad in [
            String::new(),
            SIGNATURE.replace("0x", ""),
            SIGNATURE.replace("0x", "0xzz"),
            format!("{SIGNATURE}00"),
            head.to_owned(),
            format!("{head}1d"),
            format!("{head}ff"),
            malleable,
        ] {
            let fault = Signature::parse(&bad).unwrap_err();
            assert_eq!(fault.rule, Rule::InvalidSignature, "{bad}");
        }
        // Of the right form, and nobody's.
        let nobody = format!("0x{}1b", "00".repeat(64));
        assert_eq!(
            Signature::parse(&nobody)
                .ok()
                .and_then(|signature| signature.signer(TEXT)),
            None
        );
    }
}
