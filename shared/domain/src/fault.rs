//! What can be wrong with a value that somebody supplied, and where in the input it stands.
//!
//! The one rule: a fault says what would have been accepted.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The rule that a value broke. Each is a problem type of its own on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// An identifier of a user, an organisation, an asset or a contract is not one.
    InvalidId,
    /// No field was chosen.
    EmptySelection,
    /// A field that the asset does not have.
    UnknownField,
    /// The same field twice.
    DuplicateField,
    /// A filter that does not fit the field's type, or is no range.
    InvalidFilter,
    /// A price that is negative, too large, over-precise or no decimal.
    InvalidPrice,
    /// Not a current ISO 4217 currency.
    UnknownCurrency,
    /// VAT outside 0 to 100 percent, or over-precise.
    InvalidVat,
    /// Terms that are empty or hold characters that cannot be printed.
    InvalidTerms,
    /// Terms over the limit.
    TermsTooLong,
    /// Raw HTML or an image in the terms.
    HtmlInTerms,
    /// Not an Ethereum address with a right EIP-55 checksum, or the zero address.
    InvalidAddress,
    /// Not a number of days in range, nor `forever`.
    InvalidDuration,
    /// A text that is empty, too long or holds control characters.
    InvalidText,
    /// An asset's definition that contradicts itself or is too large.
    InvalidAsset,
    /// Not a URL that may be called.
    InvalidUrl,
    /// Not an event's name, or the same one twice.
    InvalidEventType,
    /// Not a positive amount of ether.
    InvalidAmount,
    /// Not a signature of 65 bytes.
    InvalidSignature,
    /// Not a number of assets in range.
    InvalidQuota,
    /// A time that begins after its end, or lies outside that of what it hangs from.
    InvalidTerm,
    /// A value proposition or a type of message that is not one, or the same one twice.
    InvalidKeyword,
    /// Not an e-mail address.
    InvalidEmail,
    /// Not a time zone, a language, a host name or a logo.
    InvalidSettings,
    /// Not of the form that passcodes have.
    MalformedPasscode,
}

impl Rule {
    /// Every rule, for the problem registry.
    pub const ALL: [Self; 25] = [
        Self::InvalidId,
        Self::EmptySelection,
        Self::UnknownField,
        Self::DuplicateField,
        Self::InvalidFilter,
        Self::InvalidPrice,
        Self::UnknownCurrency,
        Self::InvalidVat,
        Self::InvalidTerms,
        Self::TermsTooLong,
        Self::HtmlInTerms,
        Self::InvalidAddress,
        Self::InvalidDuration,
        Self::InvalidText,
        Self::InvalidAsset,
        Self::InvalidUrl,
        Self::InvalidEventType,
        Self::InvalidAmount,
        Self::InvalidSignature,
        Self::InvalidQuota,
        Self::InvalidTerm,
        Self::InvalidKeyword,
        Self::InvalidEmail,
        Self::InvalidSettings,
        Self::MalformedPasscode,
    ];
}

/// A rule that was broken, and what would have been accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct Fault {
    /// The rule.
    pub rule: Rule,
    /// One sentence for the caller.
    pub detail: String,
}

impl Fault {
    /// A fault against `rule`.
    pub fn new(rule: Rule, detail: impl Into<String>) -> Self {
        Self {
            rule,
            detail: detail.into(),
        }
    }

    /// Says where in the input the fault stands.
    pub fn at(self, pointer: impl Into<String>) -> Violation {
        Violation {
            pointer: pointer.into(),
            fault: self,
        }
    }
}

/// A fault and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON Pointer (RFC 6901) into the body.
    pub pointer: String,
    /// What is wrong there.
    pub fault: Fault,
}
