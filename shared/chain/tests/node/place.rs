//! A chain with a registry, and the platform's wallet.

use std::path::Path;
use std::time::Duration;

use sharepact_chain::{Ethereum, Keystore, Rpc, Vault};
use sharepact_domain::chain::{Fees, Message, Receipt, Unsigned, Wei};
use sharepact_domain::event::Digest;
use sharepact_domain::wallet::Address;
use sharepact_ledger_node::artefact::bytecode;
use sharepact_ledger_node::{Node, Options, Proxy};
use sharepact_runtime::{Chain as _, Signed};
use tempfile::TempDir;

pub const ETHER: u128 = 1_000_000_000_000_000_000;
pub const CHAIN: u64 = 31_337;

/// Addresses of parties, which need no key here.
pub const ANA: &str = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23";

pub struct Place {
    pub node: Node,
    pub proxy: Proxy,
    pub chain: Ethereum,
    pub platform: Address,
    pub registry: Address,
    /// The keystore is read when it is first needed, and goes with this.
    _folder: TempDir,
}

/// A new key in this folder.
pub fn keystore(folder: &Path) -> (Keystore, Address) {
    let password = "a long enough password";
    let created = Keystore::create(password).unwrap();
    let (json, secret) = (folder.join("key.json"), folder.join("password"));
    std::fs::write(&json, created.json).unwrap();
    std::fs::write(&secret, format!("{password}\n")).unwrap();
    let keystore = Keystore::new(Vault::File(json), Vault::File(secret));
    (keystore, created.address)
}

impl Place {
    pub async fn new() -> Self {
        let node = Node::start(Options::default()).await.unwrap();
        let proxy = Proxy::before(&node.url()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (keystore, platform) = keystore(folder.path());
        node.set_balance(platform.as_str(), 100 * ETHER)
            .await
            .unwrap();
        let chain = Ethereum::new(Rpc::at(proxy.url()).unwrap(), CHAIN).signed_by(keystore);
        let registry = chain.deploy(&bytecode()).await.unwrap();
        Self {
            chain: chain.anchoring_in(registry.clone()),
            node,
            proxy,
            platform,
            registry,
            _folder: folder,
        }
    }

    /// The call that anchors this root, as the platform's next transaction.
    pub async fn anchoring(&self, root: &Digest) -> Unsigned {
        self.next(self.chain.anchoring(root).unwrap()).await
    }

    /// A message as the platform's next transaction.
    pub async fn next(&self, message: Message) -> Unsigned {
        let chain = &self.chain;
        Unsigned {
            chain_id: CHAIN,
            nonce: chain.count(&self.platform, true).await.unwrap(),
            gas: chain.gas(&self.platform, &message).await.unwrap(),
            fees: chain.fees().await.unwrap(),
            message,
        }
    }

    /// The block of a transaction: a node says that it has it a moment before it makes the block.
    pub async fn settled(&self, signed: &Signed) -> Receipt {
        settled(&self.chain, signed).await
    }

    pub async fn sign(&self, unsigned: &Unsigned) -> Signed {
        self.chain.sign(unsigned).await.unwrap()
    }
}

pub async fn settled(chain: &Ethereum, signed: &Signed) -> Receipt {
    for _ in 0..500 {
        if let Some(receipt) = chain.receipt(&signed.hash).await.unwrap() {
            return receipt;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} is in no block", signed.hash);
}

pub fn root(byte: u8) -> Digest {
    Digest::new([byte; 32])
}

pub fn transfer(wei: u128) -> Message {
    Message {
        to: Address::parse(ANA).unwrap(),
        value: Wei::new(wei),
        data: Vec::new(),
    }
}

/// The same transaction with fees that take another's place.
pub fn raised(unsigned: &Unsigned) -> Unsigned {
    let Fees { max, priority } = unsigned.fees;
    Unsigned {
        fees: Fees {
            max: max.raised(),
            priority: priority.raised(),
        },
        ..unsigned.clone()
    }
}
