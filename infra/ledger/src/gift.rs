//! Ether for nothing, on a development chain that somebody else started.
//!
//! The one rule: any other chain refuses, and that is an error like any other.

use serde_json::json;

use crate::NodeError;
use crate::rpc::Rpc;

/// Sets what an address holds on the development chain at `url`.
///
/// # Errors
/// When the node does not answer, or is no development node.
pub async fn give(url: &str, address: &str, wei: u128) -> Result<(), NodeError> {
    let parameters = json!([address, format!("{wei:#x}")]);
    let node = Rpc::at(url)?;
    node.ask("anvil_setBalance", parameters).await.map(drop)
}
