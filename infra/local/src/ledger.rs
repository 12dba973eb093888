//! The ledger of a stack on this machine: a key of its own, the registry on whatever chain the node serves.
//!
//! The one rule: what was made at the first start is used at every later one; a key is never made anew over another.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sharepact_chain::{Ethereum, Keystore, Rpc, Vault};
use sharepact_domain::chain::Wei;
use sharepact_domain::ledger::dispatch::Policy;
use sharepact_domain::wallet::Address;
use sharepact_ledger_node::BYTECODE;
use sharepact_runtime::{Chain as _, ChainError};
use thiserror::Error;

use crate::home::{Home, HomeError, random_hex};
use crate::links::Ledger;

/// The encrypted key of the platform's wallet.
const KEYSTORE: &str = "ledger-keystore.json";
/// Its password.
const PASSWORD: &str = "ledger-password";
/// The registries, by chain.
const REGISTRIES: &str = "ledger.json";
/// What a development chain gives the platform's wallet, in ether.
const GIFT: u64 = 1_000;

/// Why there is no ledger.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The state folder cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The node or the key cannot be used.
    #[error("the ledger cannot be used: {0}")]
    Chain(#[from] ChainError),
    /// The platform's wallet cannot pay for the registry.
    #[error(
        "the platform's wallet {address} holds {balance} ether on chain {chain_id}, too little for the registry: send it \
         some and start again"
    )]
    Empty {
        /// The wallet.
        address: Address,
        /// The chain.
        chain_id: u64,
        /// What it holds.
        balance: String,
    },
}

/// Where a registry is.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    /// The chain's id and the hash of its first block.
    network: String,
    /// The registry there.
    registry: Address,
}

/// What a stack's ledger is, to be shown.
#[derive(Clone, Debug)]
pub struct Opened {
    /// For the functions.
    pub ledger: Ledger,
    /// The chain's id.
    pub chain_id: u64,
    /// The platform's wallet.
    pub platform: Address,
    /// The registry.
    pub registry: Address,
}

/// Opens the ledger of a state folder on the node at `rpc`: makes the key at the first start, and puts the registry on a
/// chain that has none of ours.
///
/// # Errors
/// When the node does not answer, or the wallet cannot pay on a chain that gives nothing away.
pub async fn open(
    home: &Home,
    rpc: &str,
    registry: Option<Address>,
    policy: Policy,
) -> Result<Opened, LedgerError> {
    let keystore = || keystore(home);
    keystore()?;
    let node = Ethereum::reader(rpc)?.signed_by(keystore()?);
    let network = node.network().await?;
    let platform = node.platform().await?;
    let name = format!("{}:{}", network.chain_id, network.genesis);
    let registry = match registry {
        Some(registry) => registry,
        None => kept_or_new(home, &node, &name, &platform, rpc).await?,
    };
    let chain = Ethereum::new(Rpc::at(rpc)?, network.chain_id)
        .anchoring_in(registry.clone())
        .signed_by(keystore()?);
    let ledger = Ledger {
        chain: Arc::new(chain),
        policy,
    };
    Ok(Opened {
        ledger,
        chain_id: network.chain_id,
        platform,
        registry,
    })
}

/// The keystore of the folder; a new one where there is none.
fn keystore(home: &Home) -> Result<Keystore, LedgerError> {
    let paths: [PathBuf; 2] = [home.path(KEYSTORE), home.path(PASSWORD)];
    let [json, password] = &paths;
    if !json.exists() {
        let secret = random_hex(32)?;
        home.write(PASSWORD, secret.as_bytes())?;
        let created = Keystore::create(&secret)?;
        home.write(KEYSTORE, created.json.as_bytes())?;
    }
    let (json, password) = (Vault::File(json.clone()), Vault::File(password.clone()));
    Ok(Keystore::new(json, password))
}

async fn kept_or_new(
    home: &Home,
    node: &Ethereum,
    network: &str,
    platform: &Address,
    rpc: &str,
) -> Result<Address, LedgerError> {
    let mut known: Vec<Known> = home.read_json(REGISTRIES)?.unwrap_or_default();
    if let Some(known) = known.iter().find(|known| known.network == network) {
        return Ok(known.registry.clone());
    }
    if node.balance(platform).await? == Wei::default() {
        // Only a development node does as it is told; from any other the answer is the balance below.
        let gift = Wei::gwei(1_000_000_000).times(GIFT);
        if let Err(error) = sharepact_ledger_node::give(rpc, platform, gift).await {
            tracing::debug!(%error, "the node gives nothing away");
        }
    }
    let registry = match node.deploy(&BYTECODE).await {
        Err(ChainError::InsufficientFunds) => {
            return Err(LedgerError::Empty {
                address: platform.clone(),
                chain_id: node.network().await?.chain_id,
                balance: node.balance(platform).await?.ether(),
            });
        }
        deployed => deployed?,
    };
    known.push(Known {
        network: network.to_owned(),
        registry: registry.clone(),
    });
    home.write_json(REGISTRIES, &known)?;
    Ok(registry)
}
