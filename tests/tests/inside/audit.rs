//! What must hold of the whole table at any moment, whatever happened to it.
//!
//! The one rule: nothing half written. Every state is what its events make of it, every event is
//! there, every guard belongs to what it guards, every remembered answer tells of something real.

mod agreements;
mod organizations;
mod sessions;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use sharepact_domain::agreement::Agreement;
use sharepact_domain::asset::{Asset, AssetFact};
use sharepact_domain::contract::{Contract, ContractFact, Revision, Status};
use sharepact_domain::document::{Document, DocumentFact, Shown};
use sharepact_domain::event::{Digest, Event, Fact, verify};
use sharepact_domain::id::{AssetId, ContractId, WebhookId};
use sharepact_domain::passcode::Passcode;
use sharepact_domain::session::{Session, SessionId};
use sharepact_domain::terms::Terms;
use sharepact_domain::time::Timestamp;
use sharepact_domain::transfer::{Transfer, TransferFact, TransferStatus};
use sharepact_domain::wallet::{Wallet, WalletFact};
use sharepact_domain::webhook::Webhook;
use sharepact_store::{Store, Ticket};
use sharepact_tests::Schemas;

pub type Item = HashMap<String, AttributeValue>;

/// Everything in the table, by partition and sort key.
pub type Items = BTreeMap<(String, String), Item>;

/// Reads the whole table.
pub async fn everything(client: &Client, table: &str) -> Items {
    let mut items = Items::new();
    let mut start = None;
    loop {
        #[expect(
            clippy::disallowed_methods,
            reason = "an audit looks at the whole table"
        )]
        let scan = client.scan().table_name(table).consistent_read(true);
        let page = scan.set_exclusive_start_key(start).send().await;
        let page = page.expect("the table can be read");
        for item in page.items.unwrap_or_default() {
            items.insert(
                (text(&item, "pk").to_owned(), text(&item, "sk").to_owned()),
                item,
            );
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            return items;
        }
    }
}

pub fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .unwrap_or_else(|| panic!("no text {name} in {item:?}"))
}

fn number(item: &Item, name: &str) -> u64 {
    let digits = item.get(name).and_then(|value| value.as_n().ok());
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_else(|| panic!("no number {name} in {item:?}"))
}

fn state<T: DeserializeOwned>(item: &Item) -> T {
    value(item.get("state").expect("an item has its state"))
}

/// A domain value under an attribute, read independently of the store.
fn value<T: DeserializeOwned>(value: &AttributeValue) -> T {
    serde_json::from_value(json(value)).expect("the state is one of the domain")
}

fn json(value: &AttributeValue) -> serde_json::Value {
    match value {
        AttributeValue::S(text) => text.clone().into(),
        AttributeValue::N(digits) => serde_json::from_str(digits).expect("a number"),
        AttributeValue::Bool(flag) => (*flag).into(),
        AttributeValue::Null(_) => serde_json::Value::Null,
        AttributeValue::L(list) => list.iter().map(json).collect(),
        AttributeValue::M(map) => {
            let members = map.iter().map(|(name, value)| (name.clone(), json(value)));
            serde_json::Value::Object(members.collect())
        }
        other => panic!("the store writes no {other:?}"),
    }
}

/// The schemas that every event is held to.
fn schemas() -> &'static Schemas {
    static LOADED: OnceLock<Schemas> = OnceLock::new();
    LOADED.get_or_init(Schemas::load)
}

/// The events of a partition, whose chain holds.
fn chain<F: Fact + DeserializeOwned>(pk: &str, part: &BTreeMap<&str, &Item>) -> Vec<Event<F>> {
    let events: Vec<Event<F>> = part
        .iter()
        .filter(|(sk, _)| sk.starts_with("EVENT#"))
        .map(|(sk, item)| {
            let event: Event<F> = serde_json::from_str(text(item, "event")).expect("an event");
            let plain = serde_json::from_str(text(item, "event")).expect("JSON");
            schemas().check(&plain);
            assert_eq!(*sk, format!("EVENT#{:010}", event.sequence), "{pk}");
            assert_eq!(number(item, "sequence"), event.sequence, "{pk}");
            assert_eq!(text(item, "type"), event.fact.name(), "{pk}");
            event
        })
        .collect();
    verify(&events).unwrap_or_else(|broken| panic!("{pk}: {broken}"));
    assert!(!events.is_empty(), "{pk} has a state and no events");
    events
}

/// Holds the whole table against the rules. `now` is the present instant.
pub async fn table(store: &Store, client: &Client, name: &str, now: Timestamp) -> Tally {
    let items = everything(client, name).await;
    let mut parts: BTreeMap<&str, BTreeMap<&str, &Item>> = BTreeMap::new();
    for ((pk, sk), item) in &items {
        parts.entry(pk).or_default().insert(sk, item);
    }
    let mut tally = Tally::default();
    for (pk, part) in &parts {
        let kind = pk.split_once('#').map_or(*pk, |(kind, _)| kind);
        match kind {
            "CONTRACT" => tally.contract(pk, part),
            "AGREEMENT" => tally.agreement(pk, part),
            "ASSET" => tally.asset(pk, part),
            "DOCUMENT" => tally.document(pk, part),
            "WALLET" => tally.wallet(pk, part),
            "WEBHOOK" => tally.webhook(pk, part),
            "WEBHOOKS" => tally.places(pk, part),
            "ORGANIZATION" => tally.organization(pk, part),
            "PROFILE" => tally.profile(pk, part),
            "PASSCODE" => tally.passcode(pk, part),
            "GUESSES" => Tally::guesses(pk, part),
            "SESSION" => tally.session(pk, part),
            "ALLOTMENT" => tally.allotment(pk, part),
            "ACCESS" => tally.access(pk, part),
            "TRANSFER" => tally.transfer(pk, part),
            "LEDGER" => tally.ordered(part),
            // What is sent for them is looked at where there is a chain.
            "SENDER" | "BATCH" => {}
            // That something was delivered, or answered.
            "INBOX" => {}
            "UNIQUE" => tally.guard(pk, part),
            "IDEMPOTENCY" => tally.answers.push((*pk).to_owned()),
            other => panic!("{other} is no kind of item that the store writes: {pk}"),
        }
    }
    assert_eq!(
        tally.to_send, tally.unsent,
        "left: the orders in the list; right: those without a nonce"
    );
    tally.places_match();
    tally.codes_match(now);
    tally.documents_match();
    tally.sessions_match(&items, now);
    tally.guards_match(now);
    tally.bonds_match(now);
    tally.answers_are_true(store, now).await;
    tally
}

/// What an audit found.
#[derive(Default)]
pub struct Tally {
    pub contracts: BTreeMap<ContractId, Contract>,
    pub wallets: Vec<Wallet>,
    pub assets: usize,
    pub webhooks: BTreeMap<WebhookId, Webhook>,
    places: Vec<(String, Webhook)>,
    organizations: BTreeSet<String>,
    profiles: BTreeSet<String>,
    passcodes: BTreeMap<String, Passcode>,
    codes: BTreeMap<String, Passcode>,
    pub sessions: BTreeMap<SessionId, Session>,
    /// The sessions that allotments have decided.
    allotted: BTreeSet<SessionId>,
    /// Whose places there are, by the items that hold them.
    held: BTreeSet<(String, SessionId)>,
    /// How many places of a quota are taken.
    pub used: BTreeMap<ContractId, u64>,
    documents: Vec<Document>,
    /// How many events there are, of all aggregates.
    pub events: usize,
    slots: BTreeMap<String, Item>,
    agreements: BTreeMap<String, Agreement>,
    /// What only one live agreement holds.
    bonds: BTreeMap<String, Item>,
    /// Transfers without a nonce, as they say and as the list has them.
    unsent: BTreeSet<String>,
    transfers: BTreeSet<String>,
    to_send: BTreeSet<String>,
    addresses: BTreeMap<String, String>,
    registered: BTreeMap<String, String>,
    challenges: BTreeSet<String>,
    proven: BTreeSet<String>,
    pub answers: Vec<String>,
}

impl Tally {
    fn contract(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = part
            .get("STATE")
            .unwrap_or_else(|| panic!("{pk} has no state"));
        let stored: Contract = state(item);
        let events = chain::<ContractFact>(pk, part);
        let (first, rest) = events.split_first().expect("there are events");
        let begun = Contract::begin(stored.id, first).expect("the first event begins it");
        let replayed = rest.iter().fold(begun, Contract::apply);
        assert_eq!(
            stored, replayed,
            "{pk}: the state is not what its events make of it"
        );
        assert_eq!(number(item, "version"), stored.version, "{pk}");
        assert_eq!(
            stored.version,
            events.len() as u64,
            "{pk}: version and events differ"
        );
        self.events += events.len();

        let expected = stored.offer.as_ref().map_or(0, |offer| offer.revision);
        let revisions: Vec<Revision> = part
            .iter()
            .filter(|(sk, _)| sk.starts_with("REVISION#"))
            .map(|(_, item)| state(item))
            .collect();
        let numbers: Vec<_> = revisions.iter().map(|revision| revision.number).collect();
        assert_eq!(
            numbers,
            (1..=expected).collect::<Vec<_>>(),
            "{pk}: revisions are missing"
        );
        let hashes = events.iter().filter_map(|event| match &event.fact {
            ContractFact::Drafted { terms_hash, .. }
            | ContractFact::Negotiated { terms_hash, .. }
            | ContractFact::Acquired { terms_hash, .. }
            | ContractFact::Opened { terms_hash, .. } => Some(*terms_hash),
            _ => None,
        });
        let digests = revisions.iter().map(|revision| revision.terms.digest());
        assert!(
            hashes.eq(digests),
            "{pk}: a revision holds other terms than its event names"
        );
        match (&stored.offer, part.get("TERMS")) {
            (None, None) => {}
            (Some(offer), Some(item)) => {
                let terms = Terms::parse(text(item, "text")).expect("terms");
                assert_eq!(terms.digest(), offer.terms_hash, "{pk}: other terms");
                assert_eq!(number(item, "revision"), u64::from(offer.revision), "{pk}");
            }
            (offer, item) => panic!("{pk}: offer {offer:?} but terms {item:?}"),
        }
        let known = part.keys().all(|sk| {
            ["STATE", "TERMS", "QUOTA"].contains(sk)
                || sk.starts_with("EVENT#")
                || sk.starts_with("REVISION#")
                || sk.starts_with("ANCHOR#")
        });
        assert!(
            known,
            "{pk} has an item of no known kind: {:?}",
            part.keys()
        );
        if let Some(item) = part.get("QUOTA") {
            self.quota(stored.id, item);
        }
        self.contracts.insert(stored.id, stored);
    }

    fn asset(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = part
            .get("STATE")
            .unwrap_or_else(|| panic!("{pk} has no state"));
        let stored: Asset = state(item);
        let events = chain::<AssetFact>(pk, part);
        let id = AssetId::parse(stored.id.as_str()).expect("an id");
        let replayed = events
            .iter()
            .fold(None, |asset, event| Asset::after(asset, &id, event));
        assert_eq!(
            Some(&stored),
            replayed.as_ref(),
            "{pk}: not what its events make of it"
        );
        assert_eq!(number(item, "version"), events.len() as u64, "{pk}");
        self.events += events.len();
        self.assets += 1;
    }

    fn transfer(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let stored: Transfer = state(part["STATE"]);
        let events = chain::<TransferFact>(pk, part);
        let (first, rest) = events.split_first().expect("there are events");
        let begun = Transfer::begun(stored.id, first).expect("the first event orders it");
        let replayed = rest.iter().fold(begun, Transfer::apply);
        assert_eq!(stored, replayed, "{pk}: not what its events make of it");
        assert_eq!(pk, format!("TRANSFER#{}", stored.id));
        self.events += events.len();
        self.transfers.insert(stored.id.to_string());
        if stored.status == TransferStatus::Ordered {
            self.unsent.insert(stored.id.to_string());
        }
    }

    fn ordered(&mut self, part: &BTreeMap<&str, &Item>) {
        let ordered = part.keys().filter_map(|sk| sk.strip_prefix("ORDERED#"));
        self.to_send.extend(ordered.map(str::to_owned));
    }

    fn wallet(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = part
            .get("STATE")
            .unwrap_or_else(|| panic!("{pk} has no state"));
        let stored: Wallet = state(item);
        let events = chain::<WalletFact>(pk, part);
        let replayed = events
            .iter()
            .fold(None, |wallet, event| Some(Wallet::after(wallet, event)));
        assert_eq!(
            Some(&stored),
            replayed.as_ref(),
            "{pk}: not what its events make of it"
        );
        assert_eq!(number(item, "version"), events.len() as u64, "{pk}");
        for event in &events {
            let WalletFact::Registered {
                owner,
                address,
                proof,
            } = &event.fact;
            self.registered
                .insert(address.to_string(), owner.to_string());
            let proof = proof.as_ref().expect("a registration has its proof");
            let nonce = proof
                .message
                .lines()
                .find_map(|line| line.strip_prefix("Nonce: "));
            let nonce = nonce.expect("a message has its nonce");
            assert!(
                self.proven.insert(nonce.to_owned()),
                "{pk}: {nonce} was used twice"
            );
        }
        self.events += events.len();
        self.wallets.push(stored);
    }

    fn document(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = part
            .get("STATE")
            .unwrap_or_else(|| panic!("{pk} has no state"));
        let stored: Document = state(item);
        let events = chain::<DocumentFact>(pk, part);
        let replayed = events.last().map(Document::after);
        assert_eq!(
            Some(&stored),
            replayed.as_ref(),
            "{pk}: not what its events make of it"
        );
        assert_eq!(pk, format!("DOCUMENT#{}", stored.shown));
        assert_eq!(number(item, "version"), events.len() as u64, "{pk}");
        self.events += events.len();
        self.documents.push(stored);
    }

    /// Each document shows a version that its contract or its agreement has had.
    fn documents_match(&self) {
        for document in &self.documents {
            let version = match document.shown {
                Shown::Contract(id) => self.contracts.get(&id).map(|contract| contract.version),
                Shown::Agreement(id) => {
                    let agreement = self.agreements.get(&id.to_string());
                    agreement.map(|agreement| agreement.version)
                }
            };
            let version = version.unwrap_or_else(|| panic!("{document:?} shows nothing"));
            assert!(
                document.rendering.version <= version,
                "{document:?} is ahead of version {version}"
            );
        }
    }

    fn guard(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = part
            .get("ONLY")
            .unwrap_or_else(|| panic!("{pk} has no item ONLY"));
        let of = |kind: &str| {
            pk.strip_prefix(&format!("UNIQUE#{kind}#"))
                .map(str::to_owned)
        };
        if let Some(address) = of("ADDRESS") {
            self.addresses
                .insert(address, text(item, "owner").to_owned());
        } else if let Some(nonce) = of("CHALLENGE") {
            assert!(number(item, "ttl") > 0, "{pk} stays for ever");
            self.challenges.insert(nonce);
        } else if of("PASSCODE").is_some() {
            self.code(pk, item);
        } else if of("AGREEMENT").is_some() {
            self.bonds.insert(pk.to_owned(), (*item).clone());
        } else {
            self.slots.insert(pk.to_owned(), (*item).clone());
        }
    }

    /// Each live contract holds its place, and each place is held by a live contract.
    fn guards_match(&self, now: Timestamp) {
        assert_eq!(
            self.addresses, self.registered,
            "address guards and wallets differ"
        );
        assert_eq!(
            self.challenges, self.proven,
            "challenges that were used and wallets differ"
        );
        let place = |contract: &Contract| {
            let (owner, asset) = contract.slot()?;
            Some(format!("UNIQUE#LIVE#{owner}#{asset}"))
        };
        for contract in self.contracts.values() {
            // A contract with a quota is about no asset in particular.
            let Some(pk) = place(contract).filter(|_| contract.status(now).is_live()) else {
                continue;
            };
            let guard = self
                .slots
                .get(&pk)
                .unwrap_or_else(|| panic!("{pk} is free, and live"));
            assert_eq!(text(guard, "contract"), contract.id.to_string(), "{pk}");
            let end = guard
                .get("endsAt")
                .map(|_| text(guard, "endsAt").to_owned());
            assert_eq!(end, contract.expires_at.map(|end| end.to_string()), "{pk}");
        }
        for (pk, guard) in &self.slots {
            let id = ContractId::parse(text(guard, "contract")).expect("an id");
            let holder = self
                .contracts
                .get(&id)
                .unwrap_or_else(|| panic!("{pk} guards nothing"));
            let held = place(holder);
            assert_eq!(Some(pk), held.as_ref(), "{pk} guards another's place");
            // A contract that time has ended leaves its guard, which has an end of its own.
            let over = holder.recorded == Status::Expired
                && guard.contains_key("endsAt")
                && text(guard, "endsAt") <= now.to_string().as_str();
            assert!(
                holder.recorded.is_live() || over,
                "{pk} is held by a contract that has ended"
            );
        }
    }

    /// Each remembered answer is one about a contract that is at least as far.
    async fn answers_are_true(&self, store: &Store, now: Timestamp) {
        for pk in &self.answers {
            let scope = pk.trim_start_matches("IDEMPOTENCY#").to_owned();
            let scope = Digest::try_from(scope).unwrap_or_else(|error| panic!("{pk}: {error}"));
            let ticket = Ticket {
                scope,
                fingerprint: scope,
            };
            let nobody = ContractId::parse("00000000-0000-7000-8000-000000000000").expect("an id");
            let found = store
                .contract(nobody, Some(&ticket), now)
                .await
                .expect("it can be read");
            let Some(remembered) = found.remembered else {
                continue;
            };
            let body: serde_json::Value = serde_json::from_slice(&remembered.body).expect("JSON");
            // Whom a passcode stands for.
            if let Some(held) = body["organizationId"]
                .as_str()
                .filter(|_| body["id"].is_null())
            {
                assert!(self.organizations.contains(held), "{pk} tells of no {held}");
                continue;
            }
            // Sessions that were made together.
            if let Some(items) = body["items"].as_array() {
                for item in items {
                    let id = item["id"].as_str().expect("an id");
                    assert!(self.knows_session(id), "{pk} tells of no session {id}");
                }
                continue;
            }
            let id = body["id"].as_str().expect("an id");
            if self.knows_session(id) {
                continue;
            }
            if self.organizations.contains(id)
                || self.profiles.contains(id)
                || self.passcodes.contains_key(id)
            {
                continue;
            }
            if body["eventTypes"].is_array() {
                let id = WebhookId::parse(id).expect("an id");
                assert!(
                    self.webhooks.contains_key(&id),
                    "{pk} tells of no webhook {id}"
                );
                continue;
            }
            if self.transfers.contains(id) {
                continue;
            }
            if let Some(agreement) = self.agreements.get(id) {
                let version = body["version"].as_u64().expect("a version");
                assert!(version <= agreement.version, "{pk} is ahead of {id}");
                continue;
            }
            let id = ContractId::parse(id).expect("an id");
            let contract = self.contracts.get(&id);
            let contract = contract.unwrap_or_else(|| panic!("{pk} tells of no contract {id}"));
            let version = body["version"].as_u64().expect("a version");
            assert!(
                version <= contract.version,
                "{pk} tells of version {version} of {contract:?}"
            );
        }
    }
}

/// An audit that notices nothing shows nothing: each of these is half a step.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_notices_whatever_is_missing() {
    use crate::world::{World, get};
    let world = World::start().await;
    let (client, name) = (&world.stack.client, &world.stack.table);
    let id = world.contract("Negotiate").await;
    let view = world
        .expect(200, &get("consumer", format!("/contracts/{id}")))
        .await
        .json();
    table(&world.store(), client, name, world.now()).await;
    let contract = format!("CONTRACT#{id}");
    let webhook = world.webhook().await;
    world.passcode().await;
    let agreed = world.agreement("Active").await;
    let bond = format!(
        "UNIQUE#AGREEMENT#{}#{}#ASSET",
        agreed.provider, agreed.consumer
    );
    let profile = world.profile().await;
    let profile = profile.rsplit('/').next().expect("an id");
    let codes = everything(client, name).await.into_keys();
    let codes: Vec<_> = codes
        .map(|(pk, _)| pk)
        .filter(|pk| pk.contains("PASSCODE#"))
        .collect();
    let found_by = |prefix: &str| codes.iter().find(|pk| pk.starts_with(prefix));
    let place = everything(client, name).await.into_keys();
    let place = place.map(|(_, sk)| sk).find(|sk| sk.starts_with("PLACE#"));
    let place = place.expect("a webhook has a place");
    let used = everything(client, name).await.into_keys();
    let used = used
        .map(|(pk, _)| pk)
        .find(|pk| pk.starts_with("UNIQUE#CHALLENGE#"));
    let used = used.expect("a challenge was used");
    let asset = view["assetId"].as_str().expect("an asset").to_owned();
    let user = world.user("consumer");
    let address = crate::world::key(0).address().clone();
    for (pk, sk) in [
        (contract.clone(), "STATE"),
        (contract.clone(), "TERMS"),
        (contract.clone(), "EVENT#0000000001"),
        (contract.clone(), "EVENT#0000000003"),
        (contract.clone(), "REVISION#000001"),
        (contract, "REVISION#000002"),
        (format!("UNIQUE#LIVE#USER#{user}#{asset}"), "ONLY"),
        (format!("UNIQUE#ADDRESS#{address}"), "ONLY"),
        (used, "ONLY"),
        (format!("WALLET#USER#{user}"), "EVENT#0000000001"),
        (format!("ASSET#{asset}"), "STATE"),
        (format!("WEBHOOK#{webhook}"), "STATE"),
        (format!("WEBHOOK#{webhook}"), "SECRETS"),
        (format!("WEBHOOK#{webhook}"), "EVENT#0000000001"),
        (format!("WEBHOOKS#USER#{user}"), place.as_str()),
        ("ORGANIZATION#acme-mobility".to_owned(), "STATE"),
        ("ORGANIZATION#acme-mobility".to_owned(), "EVENT#0000000001"),
        (format!("PROFILE#{profile}"), "STATE"),
        (found_by("PASSCODE#").expect("one").clone(), "STATE"),
        (found_by("UNIQUE#PASSCODE#").expect("one").clone(), "ONLY"),
        (format!("AGREEMENT#{}", agreed.id), "STATE"),
        (format!("AGREEMENT#{}", agreed.id), "EVENT#0000000001"),
        (bond, "ONLY"),
    ] {
        let delete = client.delete_item().table_name(name);
        let delete = delete.return_values(aws_sdk_dynamodb::types::ReturnValue::AllOld);
        let delete = delete.key("pk", AttributeValue::S(pk.clone()));
        let removed = delete
            .key("sk", AttributeValue::S(sk.to_owned()))
            .send()
            .await;
        let removed = removed.expect("it can be removed").attributes;
        let removed = removed.unwrap_or_else(|| panic!("there is no {pk} / {sk} to remove"));
        let (store, other, named) = (world.store(), client.clone(), name.clone());
        let now = world.now();
        let audit = tokio::spawn(async move { table(&store, &other, &named, now).await });
        assert!(
            audit.await.is_err(),
            "without {pk} / {sk} the audit finds nothing wrong"
        );
        let put = client.put_item().table_name(name).set_item(Some(removed));
        put.send().await.expect("it can be put back");
    }
    table(&world.store(), client, name, world.now()).await;
}
