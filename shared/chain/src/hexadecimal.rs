//! The numbers and bytes of a node's answers: `0x` and hexadecimal digits.
//!
//! The one rule: what does not fit is an answer that cannot be read, never a default.

use ethers_core::types::{H160, U256};
use ethers_core::utils::{hex, to_checksum};
use serde_json::Value;
use sharepact_domain::chain::{ChainHash, Wei};
use sharepact_domain::wallet::Address;
use sharepact_runtime::ChainError;

/// An answer that cannot be read.
pub(crate) fn unreadable(what: &str) -> ChainError {
    ChainError::Unreachable(format!("its answer has no usable {what}"))
}

fn number(value: &Value, what: &str) -> Result<U256, ChainError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    digits
        .filter(|digits| (1..=64).contains(&digits.len()))
        .and_then(|digits| U256::from_str_radix(digits, 16).ok())
        .ok_or_else(|| unreadable(what))
}

/// A number of at most 64 bits.
pub(crate) fn count(value: &Value, what: &str) -> Result<u64, ChainError> {
    u64::try_from(number(value, what)?).map_err(|_| unreadable(what))
}

/// An amount.
pub(crate) fn wei(value: &Value, what: &str) -> Result<Wei, ChainError> {
    let amount = u128::try_from(number(value, what)?);
    amount.map(Wei::new).map_err(|_| unreadable(what))
}

/// The hash of a block or a transaction.
pub(crate) fn hash(value: &Value, what: &str) -> Result<ChainHash, ChainError> {
    let text = value.as_str().map(str::to_ascii_lowercase);
    text.and_then(|text| ChainHash::try_from(text).ok())
        .ok_or_else(|| unreadable(what))
}

/// Bytes of any length.
pub(crate) fn bytes(value: &Value, what: &str) -> Result<Vec<u8>, ChainError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    digits
        .and_then(|digits| hex::decode(digits).ok())
        .ok_or_else(|| unreadable(what))
}

/// Bytes as nodes take them.
pub(crate) fn text(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// A number as nodes take it.
pub(crate) fn quantity(number: impl std::fmt::LowerHex) -> String {
    format!("{number:#x}")
}

/// An address as the domain has it.
pub(crate) fn address(address: &H160) -> Result<Address, ChainError> {
    Address::parse(&to_checksum(address, None)).map_err(|fault| ChainError::Unusable(fault.detail))
}

/// An address of the domain as its bytes.
pub(crate) fn bytes_of(address: &Address) -> Result<H160, ChainError> {
    let parsed = address.as_str().parse();
    parsed.map_err(|_| ChainError::Unusable(format!("{address} is no address")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_does_not_fit_is_no_default() {
        assert_eq!(count(&json!("0x0"), "nonce").unwrap(), 0);
        assert_eq!(
            count(&json!("0xffffffffffffffff"), "nonce").unwrap(),
            u64::MAX
        );
        let most = format!("0x{:x}", u128::MAX);
        assert_eq!(wei(&json!(most), "balance").unwrap(), Wei::new(u128::MAX));
        for bad in [
            json!(null),
            json!(7),
            json!("7"),
            json!("0x"),
            json!("0xg"),
            json!("0x10000000000000000"),
        ] {
            assert_eq!(count(&bad, "nonce"), Err(unreadable("nonce")), "{bad}");
        }
        let more = format!("0x1{:032x}", 0);
        assert_eq!(wei(&json!(more), "balance"), Err(unreadable("balance")));
        let long = format!("0x{}", "1".repeat(65));
        assert_eq!(wei(&json!(long), "balance"), Err(unreadable("balance")));
        assert_eq!(hash(&json!("0x00"), "hash"), Err(unreadable("hash")));
        assert_eq!(bytes(&json!("0x0"), "code"), Err(unreadable("code")));
        assert_eq!(bytes(&json!("0x00ff"), "code").unwrap(), [0, 255]);
    }
}
