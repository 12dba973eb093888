//! The ledger of a stack on this machine: a key of its own, the registry on whatever chain the node serves.
//!
//! The one rule: what was made at the first start is used at every later one; a key is never made anew over another.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sharepact_chain::{Ethereum, Keystore, Rpc, Vault};
use sharepact_domain::chain::{ChainHash, Network, Wei};
use sharepact_domain::ledger::dispatch::Policy;
use sharepact_domain::wallet::Address;
use sharepact_ledger_node::artefact;
use sharepact_runtime::{Chain as _, ChainError, ConfigError, policy};
use thiserror::Error;

use crate::home::{Home, HomeError, random_hex};
use crate::links::Ledger;
use crate::machine;

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
    /// A setting cannot be used.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// The registry's address is none.
    #[error("SHAREPACT_LEDGER_REGISTRY {0}")]
    Registry(String),
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

/// Where a stack's ledger is.
#[derive(Clone, Debug)]
pub struct LedgerAt {
    /// The node's JSON-RPC address.
    pub rpc: String,
    /// The registry, where it is not to be one of our own.
    pub registry: Option<Address>,
    /// How the ledger behaves.
    pub policy: Policy,
}

impl LedgerAt {
    /// What `SHAREPACT_LEDGER_RPC` and the other settings of the ledger say, `None` without it. On a developer's machine
    /// nothing waits for long: five seconds for others, one block, thirty seconds until fees are raised.
    ///
    /// # Errors
    /// Names the first setting that cannot be used.
    pub fn from_settings() -> Result<Option<Self>, LedgerError> {
        let setting = |name: &str| machine::setting(name).and_then(|text| text.into_string().ok());
        let Some(rpc) = setting("SHAREPACT_LEDGER_RPC").filter(|rpc| !rpc.is_empty()) else {
            return Ok(None);
        };
        let registry = setting("SHAREPACT_LEDGER_REGISTRY");
        let registry = registry.map(|text| Address::parse(&text)).transpose();
        let own = |name: &str| match name {
            "SHAREPACT_LEDGER_WAIT" => Some("5"),
            "SHAREPACT_LEDGER_CONFIRMATIONS" => Some("1"),
            "SHAREPACT_LEDGER_PATIENCE" => Some("30"),
            _ => None,
        };
        Ok(Some(Self {
            rpc,
            registry: registry.map_err(|fault| LedgerError::Registry(fault.detail))?,
            policy: policy(|name| setting(name).or_else(|| own(name).map(str::to_owned)))?,
        }))
    }
}

/// What a stack's ledger is.
#[derive(Clone, Debug)]
pub enum LedgerState {
    /// There is none.
    Off,
    /// It is on.
    On(Opened),
    /// The node did not answer at the start, and nothing is known of its chain: it is off until the next start.
    Failed(String),
}

impl LedgerState {
    /// What the functions get.
    pub(crate) fn ledger(&self) -> Option<Ledger> {
        self.opened().map(|opened| opened.ledger.clone())
    }

    /// What is on.
    #[must_use]
    pub fn opened(&self) -> Option<&Opened> {
        match self {
            Self::On(opened) => Some(opened),
            Self::Off | Self::Failed(_) => None,
        }
    }
}

/// A ledger that is on.
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

/// Where a registry is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    chain_id: u64,
    /// The hash of the chain's first block.
    genesis: ChainHash,
    registry: Address,
}

/// Opens the ledger of a state folder: makes the key at the first start, and puts the registry on a chain that has none
/// of ours. Where the node does not answer, the chain is taken to be the one of the start before.
pub(crate) async fn open(home: &Home, at: Option<LedgerAt>) -> LedgerState {
    let Some(at) = at else {
        return LedgerState::Off;
    };
    match opened(home, &at).await {
        Ok(opened) => LedgerState::On(opened),
        Err(error) => LedgerState::Failed(error.to_string()),
    }
}

async fn opened(home: &Home, at: &LedgerAt) -> Result<Opened, LedgerError> {
    let mut all: Vec<Known> = home.read_json(REGISTRIES)?.unwrap_or_default();
    let node = Ethereum::reader(&at.rpc)?.signed_by(keystore(home)?);
    let platform = node.platform().await?;
    let known = match (node.network().await, all.last()) {
        (Ok(network), _) => here(&node, &all, network, &platform, at).await?,
        (Err(ChainError::Unreachable(_)), Some(last)) => last.clone(),
        (Err(error), _) => return Err(error.into()),
    };
    all.retain(|other| other.genesis != known.genesis);
    all.push(known.clone());
    home.write_json(REGISTRIES, &all)?;
    let registry = at.registry.clone().unwrap_or(known.registry);
    let chain = Ethereum::new(Rpc::at(&at.rpc)?, known.chain_id)
        .anchoring_in(registry.clone())
        .signed_by(keystore(home)?);
    let ledger = Ledger {
        chain: Arc::new(chain),
        policy: at.policy,
    };
    Ok(Opened {
        ledger,
        chain_id: known.chain_id,
        platform,
        registry,
    })
}

/// The keystore of the folder; a new one where there is none.
fn keystore(home: &Home) -> Result<Keystore, LedgerError> {
    let (json, password) = (home.path(KEYSTORE), home.path(PASSWORD));
    if !json.exists() {
        let secret = random_hex(32)?;
        home.write(PASSWORD, secret.as_bytes())?;
        let created = Keystore::create(&secret)?;
        home.write(KEYSTORE, created.json.as_bytes())?;
    }
    Ok(Keystore::new(Vault::File(json), Vault::File(password)))
}

/// The registry on the chain that the node serves: the one that is there, or a new one.
async fn here(
    node: &Ethereum,
    all: &[Known],
    network: Network,
    platform: &Address,
    at: &LedgerAt,
) -> Result<Known, LedgerError> {
    let Network { chain_id, genesis } = network;
    let known = all.iter().find(|known| known.genesis == genesis);
    let registry = match (&at.registry, known) {
        (Some(registry), _) => registry.clone(),
        (None, Some(known)) => known.registry.clone(),
        (None, None) => deploy(node, platform, chain_id, &at.rpc).await?,
    };
    Ok(Known {
        chain_id,
        genesis,
        registry,
    })
}

async fn deploy(
    node: &Ethereum,
    platform: &Address,
    chain_id: u64,
    rpc: &str,
) -> Result<Address, LedgerError> {
    if node.balance(platform).await? == Wei::default() {
        // Only a development node does as it is told; from any other the answer is the balance below.
        let gift = Wei::gwei(1_000_000_000).times(GIFT).get();
        if let Err(error) = sharepact_ledger_node::give(rpc, platform.as_str(), gift).await {
            tracing::debug!(%error, "the node gives nothing away");
        }
    }
    match node.deploy(&artefact::bytecode()).await {
        Err(ChainError::InsufficientFunds) => Err(LedgerError::Empty {
            address: platform.clone(),
            chain_id,
            balance: node.balance(platform).await?.ether(),
        }),
        deployed => Ok(deployed?),
    }
}
