//! A world with a real Ethereum node, and a proxy on the way there.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use sharepact_domain::chain::{Message, Unsigned, Wei};
use sharepact_domain::event::{Aggregate, Digest};
use sharepact_domain::ledger::anchor::{Anchor, Stage};
use sharepact_domain::ledger::dispatch::Policy;
use sharepact_domain::wallet::Address;
use sharepact_ledger_node::{Node, Options as NodeOptions, Proxy};
use sharepact_local::{LedgerAt, LedgerState, Opened};
use sharepact_runtime::{Chain, policy};

use crate::world::{Answer, Request, World, get, post};

/// What a wallet is funded with in these tests.
pub const GIFT: Wei = Wei::gwei(10_000_000);

pub struct Town {
    pub world: World,
    pub proxy: Proxy,
    pub node: Node,
    pub opened: Opened,
}

/// Sends at once, and takes what is in a block for settled.
pub fn eager() -> Policy {
    Policy {
        wait: 0,
        confirmations: 1,
        ..policy(|_| None).expect("the defaults hold")
    }
}

/// A node, and a proxy on the way there.
pub struct Site {
    pub node: Node,
    pub proxy: Proxy,
}

impl Site {
    pub async fn new() -> Self {
        let node = Node::start(NodeOptions::default()).await;
        let node = node.expect("the node starts: see infra/ledger/node");
        let proxy = Proxy::before(&node.url()).await.expect("a proxy");
        Self { node, proxy }
    }

    /// A ledger there.
    pub fn ledger(&self, policy: Policy) -> Option<LedgerAt> {
        Some(LedgerAt {
            rpc: self.proxy.url().to_owned(),
            registry: None,
            policy,
        })
    }
}

impl Town {
    pub async fn new(policy: Policy) -> Self {
        let site = Site::new().await;
        let world = World::with(|options| options.ledger = site.ledger(policy)).await;
        Self::of(world, site)
    }

    /// One in which nothing happens after a commit.
    pub async fn idle() -> Self {
        let site = Site::new().await;
        let world = World::with(|options| {
            options.workers.clear();
            options.ledger = site.ledger(eager());
        });
        Self::of(world.await, site)
    }

    /// A world that has this site's ledger.
    pub fn of(world: World, Site { node, proxy }: Site) -> Self {
        let LedgerState::On(opened) = world.stack.ledger.clone() else {
            panic!("the ledger is {:?}", world.stack.ledger);
        };
        Self {
            world,
            proxy,
            node,
            opened,
        }
    }

    pub fn chain(&self) -> &dyn Chain {
        &*self.opened.ledger.chain
    }

    /// Waits until all work of the queues is done.
    pub async fn settled(&self) {
        self.world.settled().await;
    }

    /// Lets the watch run; what it says. It may fail.
    pub async fn watch(&self) -> Option<Value> {
        self.world.stack.links().fire("ledger-watch").await.ok()
    }

    /// The events of a contract, and where each is in the ledger.
    pub async fn anchors(&self, contract: &str) -> Vec<(Digest, Option<Anchor>)> {
        self.anchors_of("contract", contract).await
    }

    /// The events of an aggregate of that kind, and where each is in the ledger.
    pub async fn anchors_of(&self, kind: &str, id: &str) -> Vec<(Digest, Option<Anchor>)> {
        let aggregate = Aggregate {
            kind: kind.to_owned(),
            id: id.to_owned(),
        };
        let store = self.world.store();
        let mut anchors = Vec::new();
        for recorded in store.recorded(&aggregate, 1, None).await.unwrap() {
            let event: Value = serde_json::from_str(&recorded.event).unwrap();
            let hash = serde_json::from_value(event["hash"].clone()).unwrap();
            let anchor = store.anchor(&aggregate, recorded.sequence).await.unwrap();
            anchors.push((hash, anchor));
        }
        anchors
    }

    /// How far the events of a contract have come.
    pub async fn stages(&self, contract: &str) -> Vec<Stage> {
        let anchors = self.anchors(contract).await;
        let stage = |(_, anchor): &(Digest, Option<Anchor>)| {
            anchor.as_ref().map_or(Stage::Pending, Anchor::stage)
        };
        anchors.iter().map(stage).collect()
    }

    /// Every event of the contract is proved to be in the chain, by the chain itself.
    pub async fn must_be_anchored(&self, contract: &str) {
        self.must_be_anchored_as("contract", contract).await;
    }

    /// The same of an aggregate of that kind.
    pub async fn must_be_anchored_as(&self, kind: &str, id: &str) {
        let anchors = self.anchors_of(kind, id).await;
        assert!(!anchors.is_empty());
        // Without the proxy: what is looked at is the truth.
        for (hash, anchor) in anchors {
            let anchor = anchor.expect("an anchor");
            assert_eq!(anchor.stage(), Stage::Confirmed, "{anchor:?}");
            assert_eq!(
                anchor.proof.root(&hash),
                Some(anchor.root),
                "the proof leads to the root"
            );
            let noted = self.chain().anchored(&anchor.registry, &anchor.root).await;
            assert!(noted.unwrap().is_some(), "the registry has the root");
            let receipt = self.chain().receipt(&anchor.transaction).await.unwrap();
            let receipt = receipt.expect("the transaction is in a block");
            assert_eq!(Some(receipt.block), anchor.block);
            assert!(receipt.succeeded);
        }
    }

    /// Runs the watch until nothing is under way.
    pub async fn brought_to_an_end(&self) {
        for _ in 0..40 {
            self.settled().await;
            let seen = self.watch().await;
            let idle = |seen: &Value| seen["open"] == 0 && seen["ordered"] == 0;
            if seen.as_ref().is_some_and(idle)
                && self.world.store().waiting(1).await.unwrap().is_empty()
            {
                return;
            }
            self.world.pass(TimeDelta::seconds(1));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the ledger does not come to an end");
    }

    /// The same while blocks are made.
    pub async fn brought_to_an_end_mining(&self) {
        tokio::select! {
            () = self.brought_to_an_end() => {}
            () = async {
                loop {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    self.node.mine(1).await.expect("a block");
                }
            } => {}
        }
    }

    /// Somebody else uses the platform's key for the next so many nonces, on another way to the node.
    pub async fn use_the_key_elsewhere(&self, times: u64) {
        let chain = self.chain();
        let platform = chain.platform().await.unwrap();
        let next = chain.count(&platform, false).await.unwrap();
        let fees = chain.fees().await.unwrap();
        for nonce in next..next + times {
            let transaction = Unsigned {
                chain_id: self.opened.chain_id,
                nonce,
                message: Message {
                    to: platform.clone(),
                    value: Wei::new(1),
                    data: Vec::new(),
                },
                gas: 21_000,
                fees,
            };
            let signed = chain.sign(&transaction).await.unwrap();
            let mut digits = String::new();
            for byte in &signed.raw {
                write!(digits, "{byte:02x}").unwrap();
            }
            let raw = json!([format!("0x{digits}")]);
            self.node
                .ask("eth_sendRawTransaction", raw)
                .await
                .expect("it is taken");
        }
    }

    pub async fn balance(&self, address: &str) -> Wei {
        let address = Address::parse(address).unwrap();
        self.chain().balance(&address).await.unwrap()
    }

    /// How many transactions the platform has in blocks.
    pub async fn sent(&self) -> u64 {
        self.chain()
            .count(&self.opened.platform, false)
            .await
            .unwrap()
    }

    /// The consumer's address, registered and funded.
    pub async fn resident(&self) -> String {
        self.world.contract("Request").await;
        self.brought_to_an_end().await;
        self.wallet().await["address"].as_str().unwrap().to_owned()
    }

    /// The consumer's wallet as the API shows it.
    pub async fn wallet(&self) -> Value {
        let path = format!("/wallets/{}", self.world.user("consumer"));
        self.world.expect(200, &get("consumer", path)).await.json()
    }

    /// An operator's order.
    pub fn order(address: &str, key: &str, amount: Option<&str>) -> Request {
        let body = amount.map_or_else(|| json!({}), |amount| json!({ "amount": amount }));
        post("operator", format!("/wallets/{address}/transfers"), body).key(key)
    }

    pub async fn transfer(&self, answer: &Answer) -> Value {
        let path = answer.header("location").expect("a location").to_owned();
        self.world.expect(200, &get("operator", path)).await.json()
    }
}
