//! What an Ethereum chain is made of, as far as Sharepact cares: amounts, hashes, fees, places in the chain.
//!
//! The one rule: amounts are whole wei; ether is a decimal string at the edge and nowhere else.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::fault::{Fault, Rule};
use crate::wallet::Address;

/// Digits after the decimal point of an ether.
const DECIMALS: usize = 18;
/// Digits before it that an amount may have: more ether than there is.
const WHOLE_DIGITS: usize = 9;

/// An amount in wei, 10⁻¹⁸ ether; a decimal string outside, since JSON numbers end long before.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Wei(u128);

impl Wei {
    /// An amount of so many wei.
    #[must_use]
    pub const fn new(wei: u128) -> Self {
        Self(wei)
    }

    /// An amount of so many gwei, 10⁻⁹ ether: what fees are told in.
    #[must_use]
    pub const fn gwei(gwei: u64) -> Self {
        Self(gwei as u128 * 1_000_000_000)
    }

    /// Reads an amount of ether: `0.05`, `1`, `2.5`.
    ///
    /// # Errors
    /// [`Rule::InvalidAmount`] for anything but a positive decimal with at most nine digits before and eighteen after
    /// the point.
    pub fn parse_ether(text: &str) -> Result<Self, Fault> {
        let refuse = || {
            Fault::new(
                Rule::InvalidAmount,
                "takes a positive amount of ether as a decimal string, such as 0.05, with at most 18 digits after \
                 the point",
            )
        };
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(refuse()),
            Some(parts) => parts,
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
        let plain = whole == "0" || !whole.starts_with('0');
        if whole.is_empty()
            || !plain
            || whole.len() > WHOLE_DIGITS
            || fraction.len() > DECIMALS
            || !digits(whole)
            || !digits(fraction)
        {
            return Err(refuse());
        }
        let wei: u128 = format!("{whole}{fraction:0<DECIMALS$}")
            .parse()
            .map_err(|_| refuse())?;
        if wei == 0 {
            Err(refuse())
        } else {
            Ok(Self(wei))
        }
    }

    /// The amount in ether, without digits that say nothing: `0.05`.
    #[must_use]
    pub fn ether(self) -> String {
        let digits = format!("{:0>width$}", self.0, width = DECIMALS + 1);
        let (whole, fraction) = digits
            .split_at_checked(digits.len() - DECIMALS)
            .unwrap_or((&digits, ""));
        match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            fraction => format!("{whole}.{fraction}"),
        }
    }

    /// The number of wei.
    #[must_use]
    pub const fn get(self) -> u128 {
        self.0
    }

    /// Both together, or the most there can be.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// So many times the amount, or the most there can be.
    #[must_use]
    pub const fn times(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor as u128))
    }

    /// The amount and an eighth of it, rounded up: what nodes ask of a transaction that takes another's place (a tenth)
    /// and a little more.
    #[must_use]
    pub const fn raised(self) -> Self {
        Self(self.0.saturating_add(self.0.div_ceil(8)))
    }
}

impl fmt::Display for Wei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A text that is no number of wei.
#[derive(Debug, Error)]
#[error("an amount of wei is a whole number")]
pub struct NoWei;

impl TryFrom<String> for Wei {
    type Error = NoWei;

    fn try_from(text: String) -> Result<Self, NoWei> {
        text.parse().map(Self).map_err(|_| NoWei)
    }
}

impl From<Wei> for String {
    fn from(wei: Wei) -> Self {
        wei.to_string()
    }
}

/// Thirty-two bytes as chains spell them, the hash of a transaction or a block: `0x` and 64 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// Takes the bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no such hash.
#[derive(Debug, Error)]
#[error("a chain's hash is 0x and 64 lower-case hexadecimal digits")]
pub struct NoChainHash;

impl TryFrom<String> for ChainHash {
    type Error = NoChainHash;

    fn try_from(text: String) -> Result<Self, NoChainHash> {
        let digits = text.strip_prefix("0x").ok_or(NoChainHash)?.to_owned();
        let digest = crate::event::Digest::try_from(digits).map_err(|_| NoChainHash)?;
        Ok(Self(*digest.bytes()))
    }
}

impl From<ChainHash> for String {
    fn from(hash: ChainHash) -> Self {
        hash.to_string()
    }
}

/// Which chain it is. The id alone does not say: every development chain has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The chain's id (EIP-155).
    pub chain_id: u64,
    /// The hash of its first block.
    pub genesis: ChainHash,
}

/// What a transaction offers for each unit of gas (EIP-1559).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fees {
    /// The most that is paid for a unit.
    pub max: Wei,
    /// The most of it that goes to whoever makes the block.
    pub priority: Wei,
}

/// What a transaction does: an amount, data, or both, to an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Where it goes.
    pub to: Address,
    /// The amount that goes with it.
    pub value: Wei,
    /// What the contract there is called with; empty for a plain transfer.
    #[serde(with = "crate::chain::hex")]
    pub data: Vec<u8>,
}

/// A transaction before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// The chain that it is for and valid on.
    pub chain_id: u64,
    /// Its place among the sender's transactions.
    pub nonce: u64,
    /// What it does.
    pub message: Message,
    /// The most gas that it may use.
    pub gas: u64,
    /// What it offers for a unit.
    pub fees: Fees,
}

/// A block that a transaction is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// Its number.
    pub number: u64,
    /// Its hash; another block of the same number is another block.
    pub hash: ChainHash,
}

/// That a transaction is in a block, and how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The block.
    pub block: Block,
    /// Did it take effect? A failed one is in the block all the same, has used its gas and moved nothing.
    pub succeeded: bool,
    /// The gas that it used.
    pub gas: u64,
}

/// Bytes as `0x` and two digits each, for `#[serde(with)]`.
pub(crate) mod hex {
    use std::fmt::Write as _;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(2 + bytes.len() * 2);
        text.push_str("0x");
        for byte in bytes {
            write!(text, "{byte:02x}").map_err(serde::ser::Error::custom)?;
        }
        to.serialize_str(&text)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = || D::Error::custom("bytes are 0x and two hexadecimal digits each");
        let digits = text.strip_prefix("0x").ok_or_else(wrong)?.as_bytes();
        let (pairs, []) = digits.as_chunks::<2>() else {
            return Err(wrong());
        };
        let byte = |pair: &[u8; 2]| {
            let text = std::str::from_utf8(pair).ok()?;
            let plain = pair.iter().all(u8::is_ascii_hexdigit);
            plain.then(|| u8::from_str_radix(text, 16).ok()).flatten()
        };
        let bytes = pairs.iter().map(|pair| byte(pair).ok_or_else(wrong));
        bytes.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ether_is_a_decimal_string() {
        for (text, wei, back) in [
            ("1", 1_000_000_000_000_000_000, "1"),
            ("0.05", 50_000_000_000_000_000, "0.05"),
            ("2.50", 2_500_000_000_000_000_000, "2.5"),
            ("0.000000000000000001", 1, "0.000000000000000001"),
            (
                "999999999",
                999_999_999_000_000_000_000_000_000,
                "999999999",
            ),
        ] {
            let amount = Wei::parse_ether(text).unwrap();
            assert_eq!((amount.get(), amount.ether().as_str()), (wei, back));
        }
        assert_eq!(Wei::default().ether(), "0");
    }

    #[test]
    fn other_amounts_are_refused() {
        for bad in [
            "",
            ".",
            "0",
            "0.0",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1,5",
            " 1",
            "01",
            "00.1",
            "1000000000",
            "0.0000000000000000001",
            "ö",
            "0x1",
            "١",
        ] {
            let fault = Wei::parse_ether(bad).unwrap_err();
            assert_eq!(fault.rule, Rule::InvalidAmount, "{bad}");
        }
    }

    #[test]
    fn a_replacement_offers_more_than_a_tenth_more() {
        for wei in [0, 1, 7, 8, 9, 1_000_000_007] {
            let raised = Wei::new(wei).raised().get();
            assert!(
                raised * 10 >= wei * 11 && (wei == 0 || raised > wei),
                "{wei}"
            );
        }
        assert_eq!(Wei::new(u128::MAX).raised().get(), u128::MAX);
    }

    #[test]
    fn hashes_have_one_spelling() {
        let text = format!("0x{}", "5e".repeat(32));
        let hash = ChainHash::try_from(text.clone()).unwrap();
        assert_eq!(hash.to_string(), text);
        for bad in [
            "5e".repeat(32),
            format!("0x{}", "5E".repeat(32)),
            "0x5e".to_owned(),
            String::new(),
        ] {
            assert!(ChainHash::try_from(bad).is_err());
        }
    }

    #[test]
    fn bytes_read_back() {
        let to = Address::parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed").unwrap();
        let message = Message {
            to,
            value: Wei::default(),
            data: vec![0, 1, 0xfe, 0xff],
        };
        let json = serde_json::to_value(&message).unwrap();
        assert_eq!(json["data"], "0x0001feff");
        assert_eq!(
            serde_json::from_value::<Message>(json.clone()).unwrap(),
            message
        );
        for bad in ["0001", "0x0", "0xzz", "0x+1", "0xö"] {
            let mut json = json.clone();
            json["data"] = bad.into();
            assert!(serde_json::from_value::<Message>(json).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_reads_back(wei in 1_u128..999_999_999_000_000_000_000_000_000) {
            let amount = Wei::new(wei);
            prop_assert_eq!(Wei::parse_ether(&amount.ether()).unwrap(), amount);
        }
    }
}
