//! The transaction of a change: its items, the condition of each, and what a failed condition means.
//!
//! The one rule: every item has a condition.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sharepact_domain::contract::Contract;
use sharepact_domain::event::{Event, Fact};
use sharepact_domain::id::{AssetId, ContractId, WebhookId};
use sharepact_domain::party::{Owner, Party};
use sharepact_domain::time::Timestamp;
use sharepact_domain::transfer::{Transfer, TransferStatus};
use sharepact_domain::wallet::{Address, Challenge};
use sharepact_domain::webhook::{Secrets, Webhook, WebhookFact};

use super::{Change, Claim, Rejected, Sending};
use crate::item::{self, Item, Remembered, Ticket};
use crate::keys::{self, Key};
use crate::{Store, StoreError};

/// What the items of a transaction are for, in their order.
pub(crate) enum Part {
    State,
    Event,
    Attached,
    Slot,
    Address,
    Challenge,
    Answer,
}

/// A transaction in the making.
pub(crate) struct Draft<'a> {
    store: &'a Store,
    now: Timestamp,
    parts: Vec<Part>,
    writes: Vec<TransactWriteItem>,
}

/// When an item may be put.
pub(crate) enum Condition {
    /// Only when there is none; or, where `or_over`, one whose time to live is over.
    Absent { or_over: bool },
    /// Only over the version before.
    After { version: u64 },
    /// Only when it is free or its holder's time is over.
    Free,
    /// Only over one that this contract holds.
    HeldBy(ContractId),
    /// Only over one that this webhook holds.
    HeldByWebhook(WebhookId),
    /// Only over one that is there.
    Present,
    /// Only when nobody else has it.
    OwnedBy(String),
    /// Only over an earlier revision.
    Later { revision: u32 },
}

/// A condition as DynamoDB spells it.
struct Check {
    expression: String,
    names: Option<HashMap<String, String>>,
    values: Option<Item>,
}

impl Check {
    /// One that names no attribute but the key.
    fn plain(expression: &str) -> Self {
        Self {
            expression: expression.to_owned(),
            names: None,
            values: None,
        }
    }

    /// One on `#name` and `:value`.
    fn of(expression: String, name: &str, value: AttributeValue) -> Self {
        Self {
            expression,
            names: Some(HashMap::from([("#name".to_owned(), name.to_owned())])),
            values: Some(HashMap::from([(":value".to_owned(), value)])),
        }
    }
}

impl<'a> Draft<'a> {
    /// Everything that a change and its answer write.
    pub(super) fn new(
        store: &'a Store,
        change: &Change<'_>,
        answer: Option<(&Ticket, &Remembered)>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut draft = Self::blank(store, now);
        draft.change(change)?;
        if let Some((ticket, remembered)) = answer {
            let item = item::write_answer(ticket, remembered, now)?;
            draft.put(Part::Answer, item, Condition::Absent { or_over: true })?;
        }
        Ok(draft)
    }

    /// Nothing yet.
    pub(crate) fn blank(store: &'a Store, now: Timestamp) -> Self {
        Self {
            store,
            now,
            parts: Vec::new(),
            writes: Vec::new(),
        }
    }

    /// The writes, in the order of the parts.
    pub(super) fn writes(&self) -> Vec<TransactWriteItem> {
        self.writes.clone()
    }

    fn change(&mut self, change: &Change<'_>) -> Result<(), StoreError> {
        match change {
            Change::Contract {
                after,
                event,
                revision,
                claim,
            } => {
                let parties = Some([&after.provider, &after.consumer]);
                let key = keys::contract(after.id);
                self.aggregate(&key, item::write_contract(after)?, event, parties)?;
                if let Some(revision) = revision {
                    let item = item::write_revision(after.id, revision)?;
                    self.put(Part::Attached, item, Condition::Absent { or_over: false })?;
                    let item = item::write_terms(after.id, revision.number, &revision.terms);
                    let later = Condition::Later {
                        revision: revision.number,
                    };
                    self.put(Part::Attached, item, later)?;
                }
                self.claim(after, *claim)
            }
            Change::Asset { after, event } => {
                let key = keys::asset(&after.id);
                self.aggregate(&key, item::write_asset(after)?, event, None)
            }
            Change::Document { after, event } => {
                let key = keys::document(after.contract);
                self.aggregate(&key, item::write_document(after)?, event, None)
            }
            Change::Wallet {
                after,
                event,
                challenge,
            } => {
                let key = keys::wallet(&after.owner);
                self.aggregate(&key, item::write_wallet(after)?, event, None)?;
                let (address, owner) = (&after.current.address, &after.owner);
                self.put(
                    Part::Address,
                    address_guard(address, owner),
                    Condition::OwnedBy(owner.to_string()),
                )?;
                self.put(
                    Part::Challenge,
                    challenge_guard(challenge),
                    Condition::Absent { or_over: false },
                )
            }
            Change::Webhook {
                after,
                event,
                secrets,
            } => self.webhook(after, event, *secrets),
            Change::Transfer {
                after,
                event,
                sending,
            } => {
                let key = keys::transfer(after.id);
                self.aggregate(
                    &key,
                    item::versioned(&key, after.version, after)?,
                    event,
                    None,
                )?;
                self.order(after)?;
                self.sending(sending)
            }
        }
    }

    /// A transfer stands among what is to do for as long as it has no nonce.
    fn order(&mut self, after: &Transfer) -> Result<(), StoreError> {
        let key = keys::ordered(after.id);
        match after.status {
            TransferStatus::Ordered => {
                let item = item::start(&key);
                self.put(Part::Attached, item, Condition::Absent { or_over: false })
            }
            TransferStatus::Submitted => self.delete(Part::Attached, &key, Condition::Present),
            TransferStatus::Failed if after.never_sent() => {
                self.delete(Part::Attached, &key, Condition::Present)
            }
            TransferStatus::Confirmed | TransferStatus::Failed => Ok(()),
        }
    }

    pub(crate) fn sending(&mut self, sending: &Sending<'_>) -> Result<(), StoreError> {
        match sending {
            Sending::Untouched => Ok(()),
            Sending::Begins { sender, dispatch } => {
                let key = keys::sender(&sender.name());
                self.replace(&key, sender.version, sender)?;
                self.replace(&keys::open_dispatch(dispatch), dispatch.version, dispatch)
            }
            Sending::Ends(dispatch) => {
                let seen = Condition::After {
                    version: dispatch.version,
                };
                self.delete(Part::Attached, &keys::open_dispatch(dispatch), seen)?;
                let key = keys::settled_dispatch(dispatch);
                let item = item::versioned(&key, dispatch.version, dispatch)?;
                self.put(Part::Attached, item, Condition::Absent { or_over: false })
            }
        }
    }

    /// Puts the next version of what is no aggregate.
    pub(crate) fn replace<T: Serialize>(
        &mut self,
        key: &Key,
        version: u64,
        value: &T,
    ) -> Result<(), StoreError> {
        let before = Condition::After {
            version: version.saturating_sub(1),
        };
        self.put(
            Part::Attached,
            item::versioned(key, version, value)?,
            before,
        )
    }

    fn aggregate<F: Fact>(
        &mut self,
        key: &Key,
        state: Item,
        event: &Event<F>,
        parties: Option<[&Party; 2]>,
    ) -> Result<(), StoreError> {
        let version = event.sequence.saturating_sub(1);
        self.put(Part::State, state, Condition::After { version })?;
        let item = item::write_event(&keys::event(key, event.sequence), event, parties)?;
        self.put(Part::Event, item, Condition::Absent { or_over: false })
    }

    fn webhook(
        &mut self,
        after: &Webhook,
        event: &Event<WebhookFact>,
        secrets: Option<&Secrets>,
    ) -> Result<(), StoreError> {
        let key = keys::webhook(after.id);
        self.aggregate(&key, item::write_webhook(after)?, event, None)?;
        if after.is_removed() {
            let place = keys::webhook_place(&after.owner, after.place);
            let held = Condition::HeldByWebhook(after.id);
            self.delete(Part::Attached, &place, held)?;
            let secrets = keys::webhook_secrets(after.id);
            return self.delete(Part::Attached, &secrets, Condition::Present);
        }
        let new = event.sequence == 1;
        let held = match new {
            true => Condition::Absent { or_over: false },
            false => Condition::HeldByWebhook(after.id),
        };
        self.put(Part::Attached, item::write_place(after)?, held)?;
        let Some(secrets) = secrets else {
            return Ok(());
        };
        let condition = match new {
            true => Condition::Absent { or_over: false },
            false => Condition::Present,
        };
        let item = item::write_secrets(after.id, secrets)?;
        self.put(Part::Attached, item, condition)
    }

    fn claim(&mut self, contract: &Contract, claim: Claim) -> Result<(), StoreError> {
        let (owner, asset) = contract.slot();
        let guard = || live_guard(&owner, asset, contract);
        match claim {
            Claim::Untouched => Ok(()),
            Claim::Take => self.put(Part::Slot, guard(), Condition::Free),
            Claim::Hold => self.put(Part::Slot, guard(), Condition::HeldBy(contract.id)),
            Claim::Release => {
                let held = Condition::HeldBy(contract.id);
                self.delete(Part::Slot, &keys::live_slot(&owner, asset), held)
            }
        }
    }

    pub(crate) fn put(
        &mut self,
        part: Part,
        item: Item,
        condition: Condition,
    ) -> Result<(), StoreError> {
        let put = Put::builder()
            .table_name(&*self.store.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Check {
            expression,
            names,
            values,
        } = self.check(condition);
        let put = put
            .condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| StoreError::Unwritable(error.to_string()))?;
        self.parts.push(part);
        self.writes
            .push(TransactWriteItem::builder().put(put).build());
        Ok(())
    }

    pub(crate) fn delete(
        &mut self,
        part: Part,
        key: &Key,
        condition: Condition,
    ) -> Result<(), StoreError> {
        let Check {
            expression,
            names,
            values,
        } = self.check(condition);
        let delete = Delete::builder()
            .table_name(&*self.store.table)
            .set_key(Some(item::key(key)))
            .condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Unwritable(error.to_string()))?;
        self.parts.push(part);
        self.writes
            .push(TransactWriteItem::builder().delete(delete).build());
        Ok(())
    }

    /// A condition as DynamoDB spells it.
    fn check(&self, condition: Condition) -> Check {
        let absent_or = |comparison: &str, name: &str, value| {
            let expression = format!("attribute_not_exists(pk) OR #name {comparison} :value");
            Check::of(expression, name, value)
        };
        let equal = |name: &str, value| Check::of("#name = :value".to_owned(), name, value);
        match condition {
            Condition::Absent { or_over: false } | Condition::After { version: 0 } => {
                Check::plain("attribute_not_exists(pk)")
            }
            Condition::Absent { or_over: true } => {
                let now = item::number(self.now.epoch_seconds());
                absent_or("<=", item::TTL, now)
            }
            Condition::After { version } => equal("version", item::number(version)),
            Condition::Free => absent_or("<=", "endsAt", item::text(self.now.to_string())),
            Condition::HeldBy(contract) => equal("contract", item::text(contract.to_string())),
            Condition::HeldByWebhook(id) => equal(item::HOLDER, item::text(id.to_string())),
            Condition::Present => Check::plain("attribute_exists(pk)"),
            Condition::OwnedBy(owner) => absent_or("=", "owner", item::text(owner)),
            Condition::Later { revision } => absent_or("<", "revision", item::number(revision)),
        }
    }

    /// Which condition failed? None when no condition did: another transaction was in the way.
    ///
    /// An answer that was given comes first: the same request won a race against itself. So does a
    /// challenge that was used: with another version it would be refused again. Then the version: who
    /// is late hears what the aggregate is now, and not a consequence of it.
    pub(super) fn judge<T: DeserializeOwned>(
        &self,
        reasons: &[CancellationReason],
    ) -> Result<Option<Rejected<T>>, StoreError> {
        let failed = |wanted: fn(&Part) -> bool| {
            self.parts
                .iter()
                .zip(reasons)
                .find(|(part, reason)| {
                    wanted(part) && reason.code() == Some("ConditionalCheckFailed")
                })
                .map(|(_, reason)| reason.item())
        };
        if let Some(Some(stored)) = failed(|part| matches!(part, Part::Answer))
            && let Some(remembered) = item::read_answer(stored, self.now)?
        {
            return Ok(Some(Rejected::Answered(remembered)));
        }
        if failed(|part| matches!(part, Part::Challenge)).is_some() {
            return Ok(Some(Rejected::ChallengeUsed));
        }
        if let Some(stored) = failed(|part| matches!(part, Part::State)) {
            let current = stored.map(|stored| item::read(stored, item::STATE));
            return Ok(Some(Rejected::Stale(current.transpose()?)));
        }
        if failed(|part| matches!(part, Part::Event)).is_some() {
            return Ok(Some(Rejected::Stale(None)));
        }
        if let Some(stored) = failed(|part| matches!(part, Part::Slot)) {
            let holder = stored
                .map(|stored| {
                    ContractId::parse(item::read_text(stored, "contract")?)
                        .map_err(|fault| item::corrupt(stored, "contract", fault))
                })
                .transpose()?;
            return Ok(Some(
                holder.map_or(Rejected::Stale(None), Rejected::Occupied),
            ));
        }
        if failed(|part| matches!(part, Part::Address)).is_some() {
            return Ok(Some(Rejected::AddressTaken));
        }
        Ok(failed(|part| matches!(part, Part::Attached)).map(|_| Rejected::Stale(None)))
    }
}

/// The guard of a live contract. It ends with the contract's own time, so that a contract that
/// time has ended never stands in the way, recorded or not.
fn live_guard(owner: &Owner, asset: &AssetId, contract: &Contract) -> Item {
    let mut item = item::start(&keys::live_slot(owner, asset));
    item.insert("contract".to_owned(), item::text(contract.id.to_string()));
    if let Some(end) = contract.expires_at {
        item.insert("endsAt".to_owned(), item::text(end.to_string()));
        item.insert(item::TTL.to_owned(), item::number(end.epoch_seconds() + 1));
    }
    item
}

fn address_guard(address: &Address, owner: &Owner) -> Item {
    let mut item = item::start(&keys::address(address));
    item.insert("owner".to_owned(), item::text(owner.to_string()));
    item
}

/// That a challenge was used; until nobody could use it again anyway.
fn challenge_guard(challenge: &Challenge) -> Item {
    let mut item = item::start(&keys::challenge(challenge.nonce()));
    let end = challenge.forgotten_at().epoch_seconds();
    item.insert(item::TTL.to_owned(), item::number(end));
    item
}
