//! Every key of the table and its indexes, spelled in one place. `docs/DATA-MODEL.md` explains
//! them; identifiers hold no `#`, so that no key can be read as another.

use sharepact_domain::agreement::Bond;
use sharepact_domain::document::Shown;
use sharepact_domain::event::{Aggregate, Digest, Fact};
use sharepact_domain::id::{
    AgreementId, AllotmentId, AssetId, BatchId, ContractId, EventId, OrganizationId, PasscodeId,
    ProfileId, TransferId, UserId, WebhookId,
};
use sharepact_domain::ledger::dispatch::Dispatch;
use sharepact_domain::party::Owner;
use sharepact_domain::session::SessionId;
use sharepact_domain::time::Timestamp;
use sharepact_domain::wallet::{Address, Nonce, WalletFact};
use sharepact_domain::webhook::Place;

/// The sort key of an aggregate's state.
pub(crate) const STATE: &str = "STATE";
/// The sort key of the terms of a contract's last revision.
pub(crate) const TERMS: &str = "TERMS";
/// The sort key of items that stand alone in their partition.
pub(crate) const ONLY: &str = "ONLY";
/// The partition of the catalogue's index: one, since a registry is small and read in order.
pub(crate) const CATALOGUE: &str = "CATALOGUE";

/// Partition and sort key of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }
}

pub(crate) fn contract(id: ContractId) -> Key {
    Key::new(format!("CONTRACT#{id}"), STATE)
}

pub(crate) fn contract_terms(id: ContractId) -> Key {
    Key::new(format!("CONTRACT#{id}"), TERMS)
}

/// How many assets have a session under a quota contract that has not ended.
pub(crate) fn quota(id: ContractId) -> Key {
    Key::new(format!("CONTRACT#{id}"), "QUOTA")
}

pub(crate) fn agreement(id: AgreementId) -> Key {
    Key::new(format!("AGREEMENT#{id}"), STATE)
}

/// What one live agreement of two organisations on a kind of thing holds.
pub(crate) fn bond(bond: &Bond) -> Key {
    let Bond {
        provider,
        consumer,
        entity,
    } = bond;
    let entity = entity.name().to_uppercase();
    Key::new(
        format!("UNIQUE#AGREEMENT#{provider}#{consumer}#{entity}"),
        ONLY,
    )
}

pub(crate) fn session(id: &SessionId) -> Key {
    Key::new(format!("SESSION#{id}"), STATE)
}

pub(crate) fn allotment(id: AllotmentId) -> Key {
    Key::new(format!("ALLOTMENT#{id}"), STATE)
}

/// The sessions that give an organisation an asset.
pub(crate) fn access(consumer: &OrganizationId, asset: &AssetId) -> Key {
    Key::new(format!("ACCESS#{consumer}#{asset}"), ONLY)
}

pub(crate) fn document(of: Shown) -> Key {
    Key::new(format!("DOCUMENT#{of}"), STATE)
}

pub(crate) fn revision(id: ContractId, number: u32) -> Key {
    Key::new(format!("CONTRACT#{id}"), format!("REVISION#{number:06}"))
}

pub(crate) fn asset(id: &AssetId) -> Key {
    Key::new(format!("ASSET#{id}"), STATE)
}

pub(crate) fn wallet(owner: &Owner) -> Key {
    Key::new(format!("WALLET#{owner}"), STATE)
}

pub(crate) fn webhook(id: WebhookId) -> Key {
    Key::new(format!("WEBHOOK#{id}"), STATE)
}

pub(crate) fn webhook_secrets(id: WebhookId) -> Key {
    Key::new(format!("WEBHOOK#{id}"), "SECRETS")
}

pub(crate) fn webhook_health(id: WebhookId) -> Key {
    Key::new(format!("WEBHOOK#{id}"), "HEALTH")
}

/// That an event was delivered to a webhook.
pub(crate) fn inbox(webhook: WebhookId, event: EventId) -> Key {
    Key::new(format!("INBOX#{webhook}#{event}"), ONLY)
}

/// The partition of an owner's webhooks.
pub(crate) fn webhook_places(owner: &Owner) -> String {
    format!("WEBHOOKS#{owner}")
}

/// One of an owner's places for webhooks.
pub(crate) fn webhook_place(owner: &Owner, place: Place) -> Key {
    let sort = format!("PLACE#{:02}", place.number());
    Key::new(webhook_places(owner), sort)
}

pub(crate) fn transfer(id: TransferId) -> Key {
    Key::new(format!("TRANSFER#{id}"), STATE)
}

pub(crate) fn organization(id: &OrganizationId) -> Key {
    Key::new(format!("ORGANIZATION#{id}"), STATE)
}

pub(crate) fn profile(id: ProfileId) -> Key {
    Key::new(format!("PROFILE#{id}"), STATE)
}

pub(crate) fn passcode(id: PasscodeId) -> Key {
    Key::new(format!("PASSCODE#{id}"), STATE)
}

/// What a code that can be used is found by: its fingerprint, since the code is kept nowhere.
pub(crate) fn code(fingerprint: &Digest) -> Key {
    Key::new(format!("UNIQUE#PASSCODE#{fingerprint}"), ONLY)
}

/// How often a caller has guessed.
pub(crate) fn guesses(owner: &Owner) -> Key {
    Key::new(format!("GUESSES#{owner}"), ONLY)
}

/// The partition of what the ledger has to do; what is done leaves it.
pub(crate) const LEDGER: &str = "LEDGER";

/// What the ledger has to do, by the beginning of the sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Todo {
    /// Hashes that wait for a batch.
    Waiting,
    /// Transfers that wait for a nonce.
    Ordered,
    /// Dispatches that are not settled.
    Open,
}

impl Todo {
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING#",
            Self::Ordered => "ORDERED#",
            Self::Open => "OPEN#",
        }
    }
}

fn todo(kind: Todo, rest: impl std::fmt::Display) -> Key {
    Key::new(LEDGER.to_owned(), format!("{}{rest}", kind.prefix()))
}

pub(crate) fn waiting(id: BatchId) -> Key {
    todo(Todo::Waiting, id)
}

pub(crate) fn ordered(id: TransferId) -> Key {
    todo(Todo::Ordered, id)
}

/// A dispatch while it is not settled.
pub(crate) fn open_dispatch(dispatch: &Dispatch) -> Key {
    todo(
        Todo::Open,
        format!("{}#{:020}", dispatch.sender, dispatch.nonce),
    )
}

/// A dispatch from then on.
pub(crate) fn settled_dispatch(dispatch: &Dispatch) -> Key {
    let Dispatch { sender, nonce, .. } = dispatch;
    Key::new(format!("SENDER#{sender}"), format!("NONCE#{nonce:020}"))
}

/// The platform's wallet on a chain, by [`Sender::name`](sharepact_domain::ledger::dispatch::Sender::name).
pub(crate) fn sender(name: &str) -> Key {
    Key::new(format!("SENDER#{name}"), STATE)
}

pub(crate) fn batch(id: BatchId) -> Key {
    Key::new(format!("BATCH#{id}"), STATE)
}

/// Where an event's hash is in the ledger.
pub(crate) fn anchor_of(aggregate: &Aggregate, sequence: u64) -> Key {
    Key::new(partition(aggregate), format!("ANCHOR#{sequence:010}"))
}

/// The partition of an aggregate that is no wallet, as its events name it.
fn partition(aggregate: &Aggregate) -> String {
    format!("{}#{}", aggregate.kind.to_uppercase(), aggregate.id)
}

/// Every partition that may hold the events of an aggregate, as they name it. A wallet's name its owner by the id alone, and
/// a user and an organisation may have the same.
pub(crate) fn partitions(aggregate: &Aggregate) -> Vec<String> {
    if aggregate.kind != WalletFact::AGGREGATE {
        return vec![partition(aggregate)];
    }
    let user = UserId::parse(&aggregate.id).map(Owner::User);
    let organization = OrganizationId::parse(&aggregate.id).map(Owner::Organization);
    let owners = [user.ok(), organization.ok()].into_iter().flatten();
    owners.map(|owner| wallet(&owner).pk).collect()
}

/// An event of the aggregate whose state has this key.
pub(crate) fn event(state: &Key, sequence: u64) -> Key {
    Key::new(state.pk.clone(), event_sort(sequence))
}

pub(crate) fn event_sort(sequence: u64) -> String {
    format!("EVENT#{sequence:010}")
}

/// An event, as those that come after it name it.
pub(crate) fn event_of(aggregate: &Aggregate, sequence: u64) -> Key {
    Key::new(partition(aggregate), event_sort(sequence))
}

/// What the sort keys of anchors begin with; so they stand before the events.
pub(crate) const ANCHORS: &str = "ANCHOR#";
/// What the sort keys of events begin with.
pub(crate) const EVENTS: &str = "EVENT#";
/// What the sort keys of a contract's revisions begin with; so they stand before its state.
pub(crate) const REVISIONS: &str = "REVISION#";

/// Past every event in sort order.
pub(crate) const AFTER_EVENTS: &str = "EVENT#~";

/// What a remembered answer is found by.
pub(crate) fn answer(scope: &Digest) -> Key {
    Key::new(format!("IDEMPOTENCY#{scope}"), ONLY)
}

/// What one live contract of a consumer's side on an asset holds.
pub(crate) fn live_slot(owner: &Owner, asset: &AssetId) -> Key {
    Key::new(format!("UNIQUE#LIVE#{owner}#{asset}"), ONLY)
}

/// What one owner of an address holds.
pub(crate) fn address(address: &Address) -> Key {
    Key::new(format!("UNIQUE#ADDRESS#{address}"), ONLY)
}

/// What the one use of a challenge holds.
pub(crate) fn challenge(nonce: Nonce) -> Key {
    Key::new(format!("UNIQUE#CHALLENGE#{nonce}"), ONLY)
}

/// An index of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Index {
    /// A user's contracts as consumer, by id (and so by age).
    Consumer,
    /// A user's contracts and assets as provider.
    Provider,
    /// An organisation's contracts as consumer.
    ConsumerOrganization,
    /// An organisation's contracts and assets as provider.
    ProviderOrganization,
    /// An asset's live contracts, by consumer.
    Asset,
    /// What waits for a party, by age.
    Waiting,
    /// The assets that everybody may see, by id.
    Catalogue,
    /// What stands under an agreement or a quota contract and has not ended, by its own end.
    Parent,
    /// The sessions that share on what a session received, and have not ended.
    Source,
}

impl Index {
    /// The index's name in the template.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consumer => "by-consumer",
            Self::Provider => "by-provider",
            Self::ConsumerOrganization => "by-consumer-organization",
            Self::ProviderOrganization => "by-provider-organization",
            Self::Asset => "by-asset",
            Self::Waiting => "by-waiting",
            Self::Catalogue => "by-catalogue",
            Self::Parent => "by-parent",
            Self::Source => "by-source",
        }
    }

    /// The attribute of its partition key.
    pub(crate) const fn partition(self) -> &'static str {
        match self {
            Self::Consumer => "consumerUser",
            Self::Provider => "providerUser",
            Self::ConsumerOrganization => "consumerOrganization",
            Self::ProviderOrganization => "providerOrganization",
            Self::Asset => "liveAsset",
            Self::Waiting => "waitingFor",
            Self::Catalogue => "catalogue",
            Self::Parent => "parent",
            Self::Source => "source",
        }
    }

    /// The attribute of its sort key.
    pub(crate) const fn sort(self) -> &'static str {
        match self {
            Self::Consumer
            | Self::Provider
            | Self::ConsumerOrganization
            | Self::ProviderOrganization
            | Self::Catalogue => "listing",
            Self::Asset => "liveConsumer",
            Self::Waiting => "waitingSince",
            Self::Parent => "endsAt",
            Self::Source => "listing",
        }
    }
}

/// A place in the order of an index: the sort key of an item in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(pub String);

/// The sort key of a contract in the indexes by party.
pub(crate) fn contract_listing(id: ContractId) -> String {
    format!("CONTRACT#{id}")
}

/// The sort key of an agreement in the indexes by party.
pub(crate) fn agreement_listing(id: AgreementId) -> String {
    format!("AGREEMENT#{id}")
}

/// The sort key of a session in the indexes by party: its own part, which sorts by time.
pub(crate) fn session_listing(id: &SessionId) -> String {
    format!("SESSION#{}", id.number())
}

/// The partition of what stands under an agreement.
pub(crate) fn under_agreement(id: AgreementId) -> String {
    format!("AGREEMENT#{id}")
}

/// The partition of what stands under a quota contract.
pub(crate) fn under_contract(id: ContractId) -> String {
    format!("CONTRACT#{id}")
}

/// What sorts behind every instant: for what has no end of its own.
pub(crate) const NO_END: &str = "~";

/// The sort key of an asset in the indexes by party and in the catalogue.
pub(crate) fn asset_listing(id: &AssetId) -> String {
    format!("ASSET#{id}")
}

/// The sort key of a profile in the index by organisation.
pub(crate) fn profile_listing(id: ProfileId) -> String {
    format!("PROFILE#{id}")
}

/// How many partitions a day's due contracts are spread over.
const SHARDS: u8 = 16;

/// The partitions of the due index for one day (UTC).
pub(crate) fn due_buckets(day: Timestamp) -> impl Iterator<Item = String> {
    (0..SHARDS).map(move |shard| bucket(day, shard))
}

/// The partition of the due index: the day and one of sixteen shards, so that the contracts that
/// end on one day do not meet in one place.
pub(crate) fn due_bucket(at: Timestamp, id: impl std::fmt::Display) -> String {
    let shard = id.to_string().bytes().fold(0_u8, u8::wrapping_add) % SHARDS;
    bucket(at, shard)
}

fn bucket(at: Timestamp, shard: u8) -> String {
    let day: String = at.to_string().chars().take(10).collect();
    format!("{day}#{shard:02}")
}
