//! What goes to the chain: hashes that wait, dispatches under way, batches, and where each event's hash is.
//!
//! The one rule: the partition `LEDGER` holds what is still to do and nothing else, so that a worker finds it all by
//! asking there, whatever happened to the one before it.

use futures::future::try_join_all;
use serde::de::DeserializeOwned;
use sharepact_domain::event::Aggregate;
use sharepact_domain::id::{BatchId, TransferId};
use sharepact_domain::ledger::anchor::{Anchor, Stage};
use sharepact_domain::ledger::batch::{Batch, Leaf, Waiting};
use sharepact_domain::ledger::dispatch::{Dispatch, Sender};
use sharepact_domain::time::Timestamp;
use sharepact_domain::transfer::Transfer;
use sharepact_domain::wallet::Address;

use crate::commit::condition::Condition;
use crate::commit::transaction::{Draft, Part};
use crate::item::{self, Item, Ticket};
use crate::keys::{self, Key, Todo};
use crate::note::Unless;
use crate::read::Found;
use crate::{Boxed, Outcome, Sending, Store, StoreError};

/// How many keys one request reads.
const BATCH: usize = 100;
/// How many anchors are noted at once.
const AT_ONCE: usize = 32;

/// Whether an anchor stays as it is: 1, or 0.
const SETTLED: &str = "settled";

/// What the transfers to an address begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Is the address somebody's wallet?
    pub registered: bool,
    /// The transfer of that id, where there is one.
    pub transfer: Option<Transfer>,
}

/// What happens to a batch.
#[derive(Clone, Copy, Debug)]
pub enum BatchChange<'a> {
    /// It gets a nonce; what waited is in it.
    Begins {
        /// The batch.
        batch: &'a Batch,
        /// The sender after that, and the dispatch.
        sending: Sending<'a>,
        /// What waited, by id.
        taken: &'a [BatchId],
    },
    /// Its events know of it.
    Told(&'a Batch),
    /// Its dispatch is settled; where it is lost, its hashes wait again.
    Ends {
        /// The batch.
        batch: &'a Batch,
        /// The dispatch, as it was read.
        dispatch: &'a Dispatch,
        /// What waits again.
        back: Option<&'a Waiting>,
    },
}

impl Store {
    /// Keeps hashes until a batch takes them.
    pub fn keep_waiting<'a>(
        &'a self,
        waiting: &'a Waiting,
        now: Timestamp,
    ) -> Boxed<'a, Outcome<()>> {
        Box::pin(async move {
            let mut draft = Draft::blank(self, now);
            waits(&mut draft, waiting)?;
            self.transact(&draft).await
        })
    }

    /// What waits, oldest first; as much as two batches of `size` leaves could take.
    pub fn waiting(&self, size: usize) -> Boxed<'_, Vec<Waiting>> {
        Box::pin(async move {
            let mut found: Vec<Waiting> = Vec::new();
            let mut resume = None;
            loop {
                let (items, next) = self.todo(Todo::Waiting, resume).await?;
                for item in &items {
                    found.push(item::read(item, item::STATE)?);
                }
                let leaves: usize = found.iter().map(|waiting| waiting.leaves.len()).sum();
                resume = next.filter(|_| leaves < size.saturating_mul(2));
                if resume.is_none() {
                    return Ok(found);
                }
            }
        })
    }

    /// The transfers that have no nonce yet.
    pub fn ordered_transfers(&self) -> Boxed<'_, Vec<Transfer>> {
        Box::pin(async move {
            let mut ids = Vec::new();
            let mut resume = None;
            loop {
                let (items, next) = self.todo(Todo::Ordered, resume).await?;
                for item in &items {
                    let sort = item::read_text(item, "sk")?;
                    let id = sort.trim_start_matches(Todo::Ordered.prefix());
                    let id = TransferId::parse(id);
                    ids.push(id.map_err(|fault| item::corrupt(item, "sk", fault))?);
                }
                resume = next;
                if resume.is_none() {
                    break;
                }
            }
            let keys: Vec<_> = ids.into_iter().map(keys::transfer).collect();
            let mut transfers = Vec::new();
            for keys in keys.chunks(BATCH) {
                let items = self.batch(keys).await?;
                for key in keys {
                    transfers.extend(items.state(key)?);
                }
            }
            Ok(transfers)
        })
    }

    /// The dispatches that are not settled, by sender and nonce.
    pub fn open_dispatches(&self) -> Boxed<'_, Vec<Dispatch>> {
        Box::pin(async move {
            let mut open = Vec::new();
            let mut resume = None;
            loop {
                let (items, next) = self.todo(Todo::Open, resume).await?;
                for item in &items {
                    open.push(item::read(item, item::STATE)?);
                }
                resume = next;
                if resume.is_none() {
                    return Ok(open);
                }
            }
        })
    }

    async fn todo(
        &self,
        kind: Todo,
        resume: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", item::text(keys::LEDGER))
            .expression_attribute_values(":prefix", item::text(kind.prefix()))
            .set_exclusive_start_key(resume)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("Query", &error))?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }

    /// The platform's wallet on a chain, by name; none where it has given no nonce yet.
    pub fn sender<'a>(&'a self, name: &'a str) -> Boxed<'a, Option<Sender>> {
        Box::pin(async move { self.one(&keys::sender(name)).await })
    }

    /// A batch.
    pub fn ledger_batch(&self, id: BatchId) -> Boxed<'_, Option<Batch>> {
        Box::pin(async move { self.one(&keys::batch(id)).await })
    }

    /// A transfer.
    pub fn transfer(&self, id: TransferId) -> Boxed<'_, Option<Transfer>> {
        Box::pin(async move { self.one(&keys::transfer(id)).await })
    }

    async fn one<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        self.batch([key]).await?.state(key)
    }

    /// What an order of a transfer has to know.
    pub fn transfer_beginning<'a>(
        &'a self,
        address: &'a Address,
        id: TransferId,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Known>> {
        Box::pin(async move {
            let (guard, state) = (keys::address(address), keys::transfer(id));
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let wanted = [Some(&guard), Some(&state), answer.as_ref()];
            let items = self.batch(wanted.into_iter().flatten()).await?;
            Ok(Found {
                value: Some(Known {
                    registered: items.get(&guard).is_some(),
                    transfer: items.state(&state)?,
                }),
                remembered: crate::read::remembered(&items, answer.as_ref(), now)?,
            })
        })
    }

    /// Writes what happened to a batch, all of it or nothing.
    pub fn change_batch<'a>(
        &'a self,
        change: BatchChange<'a>,
        now: Timestamp,
    ) -> Boxed<'a, Outcome<()>> {
        Box::pin(async move {
            let mut draft = Draft::blank(self, now);
            let (batch, back) = match change {
                BatchChange::Begins {
                    batch,
                    sending,
                    taken,
                } => {
                    draft.sending(&sending)?;
                    for id in taken {
                        draft.delete(Part::Attached, &keys::waiting(*id), Condition::Present)?;
                    }
                    (batch, None)
                }
                BatchChange::Told(batch) => (batch, None),
                BatchChange::Ends {
                    batch,
                    dispatch,
                    back,
                } => {
                    draft.sending(&Sending::Ends(dispatch))?;
                    (batch, back)
                }
            };
            draft.replace(&keys::batch(batch.id), batch.version, batch)?;
            if let Some(back) = back {
                waits(&mut draft, back)?;
            }
            self.transact(&draft).await
        })
    }

    /// Writes a dispatch that has another attempt.
    pub fn retry_dispatch<'a>(
        &'a self,
        dispatch: &'a Dispatch,
        now: Timestamp,
    ) -> Boxed<'a, Outcome<()>> {
        Box::pin(async move {
            let mut draft = Draft::blank(self, now);
            draft.replace(&keys::open_dispatch(dispatch), dispatch.version, dispatch)?;
            self.transact(&draft).await
        })
    }

    /// Of these hashes, those whose events have no anchor.
    pub fn without_anchor(&self, leaves: Vec<Leaf>) -> Boxed<'_, Vec<Leaf>> {
        Box::pin(async move {
            let parts = leaves.chunks(BATCH).map(|part| async move {
                let keyed: Vec<_> = part
                    .iter()
                    .map(|leaf| (keys::anchor_of(&leaf.aggregate, leaf.sequence), leaf))
                    .collect();
                let items = self.batch(keyed.iter().map(|(key, _)| key)).await?;
                let without = keyed
                    .into_iter()
                    .filter(|(key, _)| items.get(key).is_none());
                Ok::<_, StoreError>(without.map(|(_, leaf)| leaf.clone()).collect::<Vec<_>>())
            });
            Ok(try_join_all(parts).await?.concat())
        })
    }

    /// Notes where each event's hash is, unless that is settled already. To note it twice changes nothing.
    pub fn note_anchors<'a>(&'a self, anchors: &'a [(Aggregate, u64, Anchor)]) -> Boxed<'a, ()> {
        Box::pin(async move {
            for part in anchors.chunks(AT_ONCE) {
                let notes = part.iter().map(|(aggregate, sequence, anchor)| {
                    self.note_anchor(aggregate, *sequence, anchor)
                });
                try_join_all(notes).await?;
            }
            Ok(())
        })
    }

    async fn note_anchor(
        &self,
        aggregate: &Aggregate,
        sequence: u64,
        anchor: &Anchor,
    ) -> Result<(), StoreError> {
        let mut noted = item::start(&keys::anchor_of(aggregate, sequence));
        let settled = anchor.stage() == Stage::Confirmed;
        noted.insert(SETTLED.to_owned(), item::number(u8::from(settled)));
        noted.insert(item::STATE.to_owned(), item::value(anchor)?);
        let unless = Unless {
            condition: "attribute_not_exists(pk) OR #name = :value",
            name: Some(SETTLED),
            value: Some(item::number(0)),
        };
        self.note(noted, unless).await.map(drop)
    }

    /// Where an event's hash is in the ledger; none while it waits.
    pub fn anchor<'a>(
        &'a self,
        aggregate: &'a Aggregate,
        sequence: u64,
    ) -> Boxed<'a, Option<Anchor>> {
        Box::pin(async move { self.one(&keys::anchor_of(aggregate, sequence)).await })
    }
}

fn waits(draft: &mut Draft<'_>, waiting: &Waiting) -> Result<(), StoreError> {
    let item = item::versioned(&keys::waiting(waiting.id), 1, waiting)?;
    draft.put(Part::Attached, item, Condition::Absent { or_over: false })
}
