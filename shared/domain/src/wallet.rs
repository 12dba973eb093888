//! The wallet register: which Ethereum address belongs to a user or an organisation.
//!
//! The one rule: only the address is known here. Private keys are never asked for.

mod challenge;

use std::fmt;

use serde::{Deserialize, Serialize};
use sha3::{Digest as _, Keccak256};

use crate::event::{Digest, Event, Fact, Link};
use crate::fault::{Fault, Rule};
use crate::party::{Owner, Principal};
use crate::time::Timestamp;

pub use challenge::{Challenge, Nonce, Proof, Unproven};

/// An Ethereum address with its EIP-55 checksum.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

impl Address {
    /// Reads an address in its EIP-55 mixed-case form.
    ///
    /// # Errors
    /// [`Rule::InvalidAddress`] for anything else: another length, a wrong or missing checksum,
    /// the zero address. Where the digits are right, the fault names the form with its checksum.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let refuse = |detail: String| Err(Fault::new(Rule::InvalidAddress, detail));
        let digits = text.strip_prefix("0x").unwrap_or_default();
        if digits.len() != 40 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return refuse(
                "takes an Ethereum address: 0x and 40 hexadecimal digits with the EIP-55 checksum"
                    .to_owned(),
            );
        }
        if digits.bytes().all(|b| b == b'0') {
            return refuse("the zero address belongs to nobody".to_owned());
        }
        let right = checksummed(&digits.to_ascii_lowercase());
        if text == right {
            Ok(Self(right))
        } else {
            refuse(format!(
                "the EIP-55 checksum is wrong: check the address; with its checksum this one is \
                 {right}"
            ))
        }
    }

    /// The address with its checksum.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// EIP-55: a letter is a capital where the matching digit of the hash is 8 or more.
fn checksummed(lower: &str) -> String {
    let hash = Keccak256::digest(lower.as_bytes());
    let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    let digits = lower.chars().zip(nibbles).map(|(digit, nibble)| {
        if nibble >= 8 {
            digit.to_ascii_uppercase()
        } else {
            digit
        }
    });
    "0x".chars().chain(digits).collect()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Address {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

/// An address that an owner had, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// The address.
    pub address: Address,
    /// Since when.
    pub since: Timestamp,
}

/// The wallet of a user or an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wallet {
    /// Whose it is.
    pub owner: Owner,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// The address in use.
    pub current: Registration,
    /// The addresses before it, newest first.
    pub former: Vec<Registration>,
}

/// What can happen to a wallet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum WalletFact {
    /// An address was registered, or took the place of another.
    #[serde(rename = "wallet.registered", rename_all = "camelCase")]
    Registered {
        /// Whose.
        owner: Owner,
        /// The new address.
        address: Address,
        /// What shows that the owner had its key. Registrations from before that was asked for have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<Proof>,
    },
}

impl Fact for WalletFact {
    const AGGREGATE: &'static str = "wallet";

    fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "wallet.registered",
        }
    }
}

/// The most addresses that are kept besides the one in use.
const KEPT: usize = 50;

impl Wallet {
    /// Where the next event goes.
    #[must_use]
    pub fn link(&self) -> Link {
        Link {
            sequence: self.version + 1,
            previous_hash: Some(self.head),
        }
    }

    /// The wallet after an event: a new one, or `wallet` with another address.
    #[must_use]
    pub fn after(wallet: Option<Self>, event: &Event<WalletFact>) -> Self {
        let WalletFact::Registered { owner, address, .. } = &event.fact;
        let current = Registration {
            address: address.clone(),
            since: event.occurred_at,
        };
        let former = wallet.map_or_else(Vec::new, |wallet| {
            std::iter::once(wallet.current)
                .chain(wallet.former)
                .take(KEPT)
                .collect()
        });
        Self {
            owner: owner.clone(),
            version: event.sequence,
            head: event.hash,
            current,
            former,
        }
    }
}

/// The owner that a caller means by `id`: itself, or the organisation it acts for. `None` for
/// anyone else's.
#[must_use]
pub fn owner_for(principal: &Principal, id: &str) -> Option<Owner> {
    Some(principal.party().owner()).filter(|owner| owner.id() == id)
}

/// Must the caller have a wallet before it requests? (Seed: a user outside any organisation and
/// the manager of one must; a plain member need not.)
#[must_use]
pub fn needs_wallet(principal: &Principal) -> bool {
    principal.binds()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_eip_55_hold() {
        for good in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0x27b1fdb04752bbc536007a920d24acb045561c26",
        ] {
            assert_eq!(Address::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn other_spellings_are_refused_and_the_right_one_is_named() {
        let right = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        for bad in [
            right.to_lowercase(),
            right.to_uppercase().replace("0X", "0x"),
        ] {
            let fault = Address::parse(&bad).unwrap_err();
            assert_eq!(fault.rule, Rule::InvalidAddress);
            assert!(fault.detail.contains(right), "{fault}");
        }
        for bad in [
            "",
            "0x",
            "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
            "0xzzAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x0000000000000000000000000000000000000000",
        ] {
            assert_eq!(
                Address::parse(bad).unwrap_err().rule,
                Rule::InvalidAddress,
                "{bad}"
            );
        }
    }
}
