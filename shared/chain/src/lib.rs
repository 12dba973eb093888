//! Ethereum, behind what the rest of the workspace knows of it.
//!
//! | module | owns |
//! | --- | --- |
//! | [`possession`] | who signed a text with a wallet (EIP-191) |
//! | `ethereum` | the port to the chain, by a node's JSON-RPC |
//! | `deployment` | a registry of one's own |
//! | `rpc` | one question to a node, and what can go wrong with it |
//! | `hexadecimal` | the numbers and bytes of answers |
//! | `transaction` | what is signed, and in which form it is sent |
//! | `verdict` | what the words of different nodes mean |
//! | `signer` | whoever signs for the platform |
//! | `keystore` | the signer whose key stands in an encrypted file |
//! | `vault` | where secrets are read from |
//! | `settings` | a function's chain, from its environment |
//!
//! The one rule: no other crate names `ethers`.

mod deployment;
mod ethereum;
mod hexadecimal;
mod keystore;
pub mod possession;
mod rpc;
mod settings;
mod signer;
mod transaction;
mod vault;
mod verdict;

pub use ethereum::Ethereum;
pub use keystore::{Created, Keystore};
pub use rpc::{Limits, Rpc};
pub use settings::from_env;
pub use signer::{Signature, Signer};
pub use vault::Vault;
