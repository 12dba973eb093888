//! The ledger's contract, and a chain to try it on: for tests, the demo and the local stack. Nothing here is deployed.
//!
//! | module | owns |
//! | --- | --- |
//! | `artefact` | the compiled contract, `ContractLedger.json` |
//! | `binary` | where the node's program is |
//! | `node` | a development chain in a process of its own |
//! | `rpc` | what such a chain is told besides what every chain understands |
//! | `proxy` | a way to the node on which requests and answers get lost |
//!
//! The one rule: a node ends with whoever started it.

pub mod artefact;
mod binary;
mod node;
mod proxy;
mod rpc;

pub use binary::NoBinary;
pub use node::{Node, NodeError, Options};
pub use proxy::{Deed, Proxy};
