//! Names → addresses, checked where the connection is made.
//!
//! The one rule: the addresses that were checked are those that are connected to. Nothing resolves
//! the name a second time, so an answer that changes in between changes nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::Reach;

/// Addresses of a name, as they come.
pub type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// What looks names up.
pub type Lookup = Arc<dyn Fn(String) -> Looking + Send + Sync>;

/// The machine's own resolver.
#[must_use]
pub fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// Why a name leads nowhere.
#[derive(Debug, Error)]
pub(crate) enum Unresolved {
    /// It has no addresses.
    #[error("the name does not resolve")]
    Unknown,
    /// One of its addresses may not be connected to. Which one is not said: it would tell a
    /// stranger what a resolver inside sees.
    #[error("the name leads to an address that is not public")]
    Forbidden,
}

/// Looks names up, and lets only those pass whose addresses all may be connected to.
#[derive(Clone)]
pub(crate) struct Resolver {
    pub lookup: Lookup,
    pub reach: Reach,
}

impl Resolver {
    /// The addresses of a name. One that is forbidden forbids the name: honest names have none.
    pub(crate) async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Unresolved> {
        let found = (self.lookup)(name.to_owned()).await;
        let found = found.map_err(|_| Unresolved::Unknown)?;
        if found.is_empty() {
            return Err(Unresolved::Unknown);
        }
        if found.iter().all(|address| self.reach.admits(*address)) {
            Ok(found)
        } else {
            Err(Unresolved::Forbidden)
        }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = resolver.addresses(name.as_str()).await?;
            // The port is the URL's own; 0 leaves it to the connector.
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}
