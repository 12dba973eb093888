//! Requests to addresses that somebody else supplied: webhooks, callbacks of other connectors.
//!
//! | module | owns |
//! | --- | --- |
//! | `address` | which IP addresses are public |
//! | `target` | which URLs may be called at all |
//! | `resolver` | names → addresses, checked where the connection is made |
//! | `post` | one request, its limits, and what came of it |
//!
//! The one rule: a URL is attacker-controlled. It is held to the same rule when it is registered and
//! at every request, and a connection goes to the very address that was checked.

mod address;
mod post;
mod resolver;
mod target;

use std::net::IpAddr;

pub use address::is_public;
pub use post::{Answer, Failure, Limits, Outbound, Unusable};
pub use resolver::{Lookup, system};

/// How far requests may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// https to public addresses, and nothing else.
    Public,
    /// Also http and https to this machine's own loopback addresses: for local development.
    Loopback,
}

impl Reach {
    /// May a connection go to this address?
    #[must_use]
    pub fn admits(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Loopback => is_public(address) || address.is_loopback(),
        }
    }
}
