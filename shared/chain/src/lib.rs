//! Ethereum, behind what the rest of the workspace knows of it.
//!
//! | module | owns |
//! | --- | --- |
//! | [`possession`] | who signed a text with a wallet (EIP-191) |
//!
//! The one rule: no other crate names `ethers`.

pub mod possession;
