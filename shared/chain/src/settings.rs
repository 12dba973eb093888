//! A function's chain, from its environment.
//!
//! The one rule: without `SHAREPACT_LEDGER_RPC` the ledger is off, and nothing else is asked for; with it, what is there
//! must be usable. No setting holds a key.

use std::sync::Arc;

use sharepact_domain::wallet::Address;
use sharepact_runtime::{Chain, ChainError, Secrets};

use crate::{Ethereum, Keystore, Rpc, Vault};

/// What the ARN of a secret begins with, whatever the partition.
const SECRET: &str = ":secretsmanager:";

/// The chain of a function, `None` where the ledger is off: `SHAREPACT_LEDGER_RPC` (the node's URL, or the ARN of a secret
/// that holds it), `SHAREPACT_LEDGER_CHAIN` (the chain's id), `SHAREPACT_LEDGER_REGISTRY` (an address; only for what
/// anchors), `SHAREPACT_LEDGER_PLATFORM` (the address that signs; only for what asks about it and does not sign),
/// `SHAREPACT_LEDGER_KEYSTORE` and `SHAREPACT_LEDGER_PASSWORD` (ARNs of secrets, or absolute paths of files; only for what
/// signs). Nothing is read from a secret and no node is asked before it is needed.
///
/// # Errors
/// [`ChainError::Unusable`], with the variable that cannot be used.
#[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
pub fn from_env(secrets: &Secrets) -> Result<Option<Arc<dyn Chain>>, ChainError> {
    let chain = read(secrets, |name| std::env::var(name).ok())?;
    Ok(chain.map(|chain| Arc::new(chain) as Arc<dyn Chain>))
}

fn read(
    secrets: &Secrets,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Ethereum>, ChainError> {
    // The template sets what is not configured to nothing.
    let setting = |name: &str| variable(name).filter(|value| !value.is_empty());
    let Some(url) = setting("SHAREPACT_LEDGER_RPC") else {
        return Ok(None);
    };
    let rpc = match is_secret(&url) {
        true => Rpc::kept(Vault::Secret(secrets.clone(), url)),
        false => Rpc::at(&url)?,
    };
    let name = "SHAREPACT_LEDGER_CHAIN";
    let chain_id = setting(name).ok_or_else(|| missing(name))?;
    let chain_id: u64 = chain_id
        .parse()
        .map_err(|_| unusable(name, "takes the id of a chain: a whole number"))?;
    let mut chain = Ethereum::new(rpc, chain_id);
    let name = "SHAREPACT_LEDGER_REGISTRY";
    if let Some(registry) = setting(name) {
        let registry = Address::parse(&registry).map_err(|fault| unusable(name, &fault.detail))?;
        chain = chain.anchoring_in(registry);
    }
    let name = "SHAREPACT_LEDGER_PLATFORM";
    if let Some(platform) = setting(name) {
        let platform = Address::parse(&platform).map_err(|fault| unusable(name, &fault.detail))?;
        chain = chain.paid_by(platform);
    }
    let vault = |name: &str, place: String| match place {
        arn if is_secret(&arn) => Ok(Vault::Secret(secrets.clone(), arn)),
        path if path.starts_with('/') => Ok(Vault::File(path.into())),
        _ => Err(unusable(
            name,
            "takes the ARN of a secret, or the absolute path of a file",
        )),
    };
    let (keystore, password) = ("SHAREPACT_LEDGER_KEYSTORE", "SHAREPACT_LEDGER_PASSWORD");
    match (setting(keystore), setting(password)) {
        (None, None) => Ok(Some(chain)),
        (Some(json), Some(secret)) => {
            let keystore = Keystore::new(vault(keystore, json)?, vault(password, secret)?);
            Ok(Some(chain.signed_by(keystore)))
        }
        (None, Some(_)) => Err(missing(keystore)),
        (Some(_), None) => Err(missing(password)),
    }
}

fn is_secret(place: &str) -> bool {
    place.starts_with("arn:") && place.contains(SECRET)
}

fn missing(name: &str) -> ChainError {
    ChainError::Unusable(format!("the environment variable {name} is not set"))
}

fn unusable(name: &str, why: &str) -> ChainError {
    ChainError::Unusable(format!("the environment variable {name} {why}"))
}

#[cfg(test)]
mod tests;
