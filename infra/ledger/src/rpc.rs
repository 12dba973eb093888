//! What a development chain is told besides what every chain understands.
//!
//! The one rule: what the node refuses is an error with its own words; tests do not go on beside it.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use crate::{Node, NodeError};

/// A node's address, and a client for it.
#[derive(Debug)]
pub(crate) struct Rpc {
    client: Client,
    url: String,
}

impl Rpc {
    pub(crate) fn new(port: u16) -> Result<Self, NodeError> {
        let client = Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()
            .map_err(|error| NodeError::Answer(error.to_string()))?;
        let url = format!("http://127.0.0.1:{port}");
        Ok(Self { client, url })
    }

    pub(crate) async fn ask(&self, method: &str, parameters: Value) -> Result<Value, NodeError> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters });
        let failed = |error: reqwest::Error| NodeError::Answer(format!("{method}: {error}"));
        let answer = self.client.post(&self.url).json(&body).send().await;
        let answer = answer.map_err(failed)?.json::<Value>().await;
        let answer = answer.map_err(failed)?;
        match (answer.get("result"), answer.get("error")) {
            (Some(result), None) => Ok(result.clone()),
            (_, error) => {
                let words = error.cloned().unwrap_or_default();
                Err(NodeError::Answer(format!("{method}: {words}")))
            }
        }
    }
}

fn number(value: &Value) -> Result<u64, NodeError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    digits
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .ok_or_else(|| NodeError::Answer(format!("{value} is no number")))
}

impl Node {
    /// Gives an address so many wei, and takes what it had.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn set_balance(&self, address: &str, wei: u128) -> Result<(), NodeError> {
        let parameters = json!([address, format!("{wei:#x}")]);
        self.ask("anvil_setBalance", parameters).await.map(drop)
    }

    /// Makes so many blocks now.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn mine(&self, blocks: u64) -> Result<(), NodeError> {
        let parameters = json!([format!("{blocks:#x}")]);
        self.ask("anvil_mine", parameters).await.map(drop)
    }

    /// Makes a block for every transaction, or only when it is told to.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn automine(&self, on: bool) -> Result<(), NodeError> {
        self.ask("evm_setAutomine", json!([on])).await.map(drop)
    }

    /// The number of the newest block.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn height(&self) -> Result<u64, NodeError> {
        number(&self.ask("eth_blockNumber", json!([])).await?)
    }

    /// A place in the chain that [`Self::revert`] leads back to, once.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn snapshot(&self) -> Result<String, NodeError> {
        let place = self.ask("evm_snapshot", json!([])).await?;
        let text = place.as_str().map(str::to_owned);
        text.ok_or_else(|| NodeError::Answer(format!("{place} is no snapshot")))
    }

    /// Forgets everything since the snapshot: the blocks, and the transactions in them.
    ///
    /// # Errors
    /// When the node does not answer, or there is no such snapshot.
    pub async fn revert(&self, snapshot: String) -> Result<(), NodeError> {
        match self.ask("evm_revert", json!([snapshot])).await? {
            Value::Bool(true) => Ok(()),
            _ => Err(NodeError::Answer("there is no such snapshot".to_owned())),
        }
    }

    /// Replaces the newest blocks by as many empty ones. What was in them is forgotten.
    ///
    /// # Errors
    /// When the node does not answer, or there are no such blocks.
    pub async fn reorganise(&self, depth: u64) -> Result<(), NodeError> {
        self.ask("anvil_reorg", json!([depth, []])).await.map(drop)
    }

    /// Removes a transaction that waits for a block.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn forget(&self, transaction: &str) -> Result<(), NodeError> {
        let parameters = json!([transaction]);
        self.ask("anvil_dropTransaction", parameters)
            .await
            .map(drop)
    }

    /// What the next block asks for a unit of gas, in wei.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn set_next_base_fee(&self, wei: u128) -> Result<(), NodeError> {
        let parameters = json!([format!("{wei:#x}")]);
        let method = "anvil_setNextBlockBaseFeePerGas";
        self.ask(method, parameters).await.map(drop)
    }
}
