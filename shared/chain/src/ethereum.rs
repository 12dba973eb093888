//! The port to the chain, by a node's JSON-RPC.
//!
//! The one rule: one question, one call; whoever asks decides what is asked again.

use std::fmt;

use ethers_core::utils::{id, keccak256};
use serde_json::{Value, json};
use sharepact_domain::chain::{Block, ChainHash, Fees, Message, Network, Receipt, Unsigned, Wei};
use sharepact_domain::event::Digest;
use sharepact_domain::wallet::Address;
use sharepact_runtime::{Asked, Chain, ChainError, Sent, Signed};

use crate::hexadecimal::{bytes, count, hash, quantity, text, unreadable, wei};
use crate::{Rpc, Signer, transaction};

/// A fifth more than what a message took when it was tried: the state may be another when it comes to be.
const SPARE: (u64, u64) = (6, 5);

/// A node, which chain it has to serve, the registry there, and who signs: as much of it as is known.
pub struct Ethereum {
    pub(crate) rpc: Rpc,
    expected: Option<u64>,
    registry: Option<Address>,
    signer: Option<Box<dyn Signer>>,
    platform: Option<Address>,
}

impl Ethereum {
    /// A node that has to serve this chain.
    #[must_use]
    pub fn new(rpc: Rpc, chain_id: u64) -> Self {
        Self {
            expected: Some(chain_id),
            ..Self::of(rpc)
        }
    }

    /// A node to look things up at, whichever chain it serves.
    ///
    /// # Errors
    /// [`ChainError::Unusable`] for anything but an https URL, or an http URL of this machine itself.
    pub fn reader(url: &str) -> Result<Self, ChainError> {
        Ok(Self::of(Rpc::at(url)?))
    }

    fn of(rpc: Rpc) -> Self {
        Self {
            rpc,
            expected: None,
            registry: None,
            signer: None,
            platform: None,
        }
    }

    /// With a registry to anchor in.
    #[must_use]
    pub fn anchoring_in(self, registry: Address) -> Self {
        Self {
            registry: Some(registry),
            ..self
        }
    }

    /// With whoever signs for the platform.
    #[must_use]
    pub fn signed_by(self, signer: impl Signer + 'static) -> Self {
        Self {
            signer: Some(Box::new(signer)),
            ..self
        }
    }

    /// With the platform's address, for what asks about it and does not sign.
    #[must_use]
    pub fn paid_by(self, platform: Address) -> Self {
        Self {
            platform: Some(platform),
            ..self
        }
    }

    pub(crate) fn signer(&self) -> Result<&dyn Signer, ChainError> {
        let unusable = || ChainError::Unusable("there is no key to sign with".to_owned());
        self.signer.as_deref().ok_or_else(unusable)
    }

    /// Asked of the node each time: what is concluded from a nonce holds on one chain only, and behind one address another
    /// node may answer tomorrow.
    async fn identity(&self) -> Result<Network, ChainError> {
        let (chain_id, genesis) =
            tokio::try_join!(self.rpc.ask("eth_chainId", json!([])), self.hash_at(0))?;
        let found = count(&chain_id, "chain id")?;
        if let Some(expected) = self.expected.filter(|expected| *expected != found) {
            return Err(ChainError::WrongChain { expected, found });
        }
        let genesis = genesis.ok_or_else(|| unreadable("first block"))?;
        Ok(Network {
            chain_id: found,
            genesis,
        })
    }

    async fn hash_at(&self, height: u64) -> Result<Option<ChainHash>, ChainError> {
        let parameters = json!([quantity(height), false]);
        let block = self.rpc.ask("eth_getBlockByNumber", parameters).await?;
        member(&block, "hash", |value| hash(value, "hash of a block"))
    }

    async fn nonce(&self, address: &Address, at: String) -> Result<u64, ChainError> {
        let parameters = json!([address.as_str(), at]);
        let answer = self.rpc.ask("eth_getTransactionCount", parameters).await?;
        count(&answer, "number of transactions")
    }

    pub(crate) async fn estimate(&self, call: Value) -> Result<u64, ChainError> {
        let answer = self.rpc.ask("eth_estimateGas", json!([call])).await?;
        let (times, of) = SPARE;
        Ok(count(&answer, "gas")?.saturating_mul(times).div_ceil(of))
    }

    pub(crate) async fn offer(&self) -> Result<Fees, ChainError> {
        let (history, priority) = tokio::try_join!(
            self.rpc.ask("eth_feeHistory", json!(["0x1", "latest", []])),
            self.rpc.ask("eth_maxPriorityFeePerGas", json!([])),
        )?;
        // The last one is that of the next block.
        let base = history.get("baseFeePerGas").and_then(Value::as_array);
        let base = base.and_then(|fees| fees.last());
        let base = wei(base.unwrap_or(&Value::Null), "base fee")?;
        // Of nothing there is no tenth more: a transaction that gives nothing on top could never be replaced.
        let priority = wei(&priority, "priority fee")?.max(Wei::new(1));
        Ok(Fees {
            max: base.times(2).plus(priority),
            priority,
        })
    }

    pub(crate) async fn hand_over(&self, raw: &[u8]) -> Result<Sent, ChainError> {
        const METHOD: &str = "eth_sendRawTransaction";
        let sent = match self.rpc.exchange(METHOD, json!([text(raw)])).await? {
            Ok(_) => Sent::Taken,
            Err(words) => words.of_sending(METHOD)?,
        };
        // Nodes say the same of a transaction that is in a block itself: it was taken.
        let own = ChainHash::new(keccak256(raw));
        if sent == Sent::NonceUsed && self.find(&own).await?.is_some() {
            return Ok(Sent::Taken);
        }
        Ok(sent)
    }

    pub(crate) async fn find(&self, of: &ChainHash) -> Result<Option<Receipt>, ChainError> {
        let parameters = json!([of.to_string()]);
        let receipt = self
            .rpc
            .ask("eth_getTransactionReceipt", parameters)
            .await?;
        let found = member(&receipt, "blockHash", |value| {
            hash(value, "hash of a block")
        })?;
        let Some(hash) = found else { return Ok(None) };
        let part = |name| receipt.get(name).unwrap_or(&Value::Null);
        Ok(Some(Receipt {
            block: Block {
                number: count(part("blockNumber"), "number of a block")?,
                hash,
            },
            succeeded: match count(part("status"), "status")? {
                0 => false,
                1 => true,
                _ => return Err(unreadable("status")),
            },
            gas: count(part("gasUsed"), "gas")?,
        }))
    }

    async fn look_up(&self, registry: &Address, root: &Digest) -> Result<Option<u64>, ChainError> {
        let call =
            json!({ "to": registry.as_str(), "data": text(&calling("anchoredAt(bytes32)", root)) });
        let answer = self.rpc.ask("eth_call", json!([call, "latest"])).await?;
        let word = bytes(&answer, "word")?;
        if word.is_empty() {
            let reason = format!("there is no registry at {registry} on this chain");
            let method = "eth_call";
            return Err(ChainError::Refused { method, reason });
        }
        let word: [u8; 32] = word.try_into().map_err(|_| unreadable("word"))?;
        let (high, low) = word.split_at(24);
        let low: [u8; 8] = low.try_into().map_err(|_| unreadable("word"))?;
        if high.iter().any(|byte| *byte != 0) {
            return Err(unreadable("number of a block"));
        }
        Ok(Some(u64::from_be_bytes(low)).filter(|number| *number != 0))
    }
}

/// A member of an object; `None` of a null, and of a null in an object.
fn member<T>(
    object: &Value,
    name: &str,
    read: impl Fn(&Value) -> Result<T, ChainError>,
) -> Result<Option<T>, ChainError> {
    match object {
        Value::Null => Ok(None),
        Value::Object(members) => match members.get(name) {
            Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some),
            None => Err(unreadable(name)),
        },
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(unreadable(name))
        }
    }
}

/// A call of a function that takes a root.
fn calling(function: &str, root: &Digest) -> Vec<u8> {
    [id(function).as_slice(), root.bytes()].concat()
}

impl Chain for Ethereum {
    fn network(&self) -> Asked<'_, Network> {
        Box::pin(self.identity())
    }

    fn registry(&self) -> Result<&Address, ChainError> {
        let unusable = || ChainError::Unusable("there is no registry to anchor in".to_owned());
        self.registry.as_ref().ok_or_else(unusable)
    }

    fn anchoring(&self, root: &Digest) -> Result<Message, ChainError> {
        Ok(Message {
            to: self.registry()?.clone(),
            value: Wei::default(),
            data: calling("anchor(bytes32)", root),
        })
    }

    fn platform(&self) -> Asked<'_, Address> {
        Box::pin(async {
            match (&self.signer, &self.platform) {
                (None, Some(platform)) => Ok(platform.clone()),
                _ => self.signer()?.address().await,
            }
        })
    }

    fn balance<'a>(&'a self, address: &'a Address) -> Asked<'a, Wei> {
        Box::pin(async move {
            let parameters = json!([address.as_str(), "latest"]);
            let answer = self.rpc.ask("eth_getBalance", parameters).await?;
            wei(&answer, "balance")
        })
    }

    fn count<'a>(&'a self, address: &'a Address, pending: bool) -> Asked<'a, u64> {
        let at = match pending {
            true => "pending",
            false => "latest",
        };
        Box::pin(self.nonce(address, at.to_owned()))
    }

    fn count_at<'a>(&'a self, address: &'a Address, height: u64) -> Asked<'a, u64> {
        Box::pin(self.nonce(address, quantity(height)))
    }

    fn height(&self) -> Asked<'_, u64> {
        Box::pin(async {
            let answer = self.rpc.ask("eth_blockNumber", json!([])).await?;
            count(&answer, "number of a block")
        })
    }

    fn fees(&self) -> Asked<'_, Fees> {
        Box::pin(self.offer())
    }

    fn gas<'a>(&'a self, from: &'a Address, message: &'a Message) -> Asked<'a, u64> {
        Box::pin(self.estimate(json!({
            "from": from.as_str(),
            "to": message.to.as_str(),
            "value": quantity(message.value.get()),
            "data": text(&message.data),
        })))
    }

    fn sign<'a>(&'a self, unsigned: &'a Unsigned) -> Asked<'a, Signed> {
        Box::pin(async move {
            let found = unsigned.chain_id;
            if let Some(expected) = self.expected.filter(|expected| *expected != found) {
                return Err(ChainError::WrongChain { expected, found });
            }
            transaction::signed(transaction::of(unsigned)?, self.signer()?).await
        })
    }

    fn send<'a>(&'a self, raw: &'a [u8]) -> Asked<'a, Sent> {
        Box::pin(self.hand_over(raw))
    }

    fn receipt<'a>(&'a self, transaction: &'a ChainHash) -> Asked<'a, Option<Receipt>> {
        Box::pin(self.find(transaction))
    }

    fn block(&self, height: u64) -> Asked<'_, Option<ChainHash>> {
        Box::pin(self.hash_at(height))
    }

    fn anchored<'a>(&'a self, registry: &'a Address, root: &'a Digest) -> Asked<'a, Option<u64>> {
        Box::pin(self.look_up(registry, root))
    }
}

impl fmt::Debug for Ethereum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ethereum")
            .field("expected", &self.expected)
            .field("registry", &self.registry)
            .finish_non_exhaustive()
    }
}
