//! The compiled contract, as `infra/ledger/check` holds it to its source.

use serde_json::Value;

/// The whole artefact, as JSON: interface, code, compiler and its settings.
pub const ARTEFACT: &str = include_str!("../ContractLedger.json");

/// What a transaction carries that makes the contract: `0x` and hexadecimal digits.
#[must_use]
pub fn bytecode() -> String {
    text("bytecode")
}

/// What stands at the contract's address then.
#[must_use]
pub fn deployed_bytecode() -> String {
    text("deployedBytecode")
}

/// The interface, as JSON.
#[must_use]
pub fn abi() -> Value {
    member("abi")
}

fn text(name: &str) -> String {
    member(name).as_str().unwrap_or_default().to_owned()
}

fn member(name: &str) -> Value {
    let artefact: Value = serde_json::from_str(ARTEFACT).unwrap_or_default();
    artefact.get(name).cloned().unwrap_or_default()
}
