//! The transaction of changes: their items, in their order.
//!
//! The one rule: every item has a condition.

use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use serde::Serialize;
use sharepact_domain::contract::Contract;
use sharepact_domain::event::{Event, Fact};
use sharepact_domain::id::AssetId;
use sharepact_domain::party::{Owner, Party};
use sharepact_domain::passcode::PasscodeFact;
use sharepact_domain::time::Timestamp;
use sharepact_domain::transfer::{Transfer, TransferStatus};
use sharepact_domain::wallet::{Address, Challenge};
use sharepact_domain::webhook::{Secrets, Webhook, WebhookFact};

use super::condition::{Check, Condition};
use super::{Change, Claim, Sending};
use crate::item::{self, Item, Remembered, Ticket};
use crate::keys::{self, Key};
use crate::{Store, StoreError};

/// The most items that one transaction takes.
const MOST: usize = 100;

/// What an item of a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    State,
    Event,
    Attached,
    Slot,
    Bond,
    Quota,
    Address,
    Challenge,
    Answer,
}

/// A transaction in the making.
pub(crate) struct Draft<'a> {
    store: &'a Store,
    pub(super) now: Timestamp,
    /// The place of the change that is being drafted, among all of them.
    place: usize,
    /// For each write: the place of its change, and what it is for.
    pub(super) parts: Vec<(usize, Part)>,
    writes: Vec<TransactWriteItem>,
}

impl<'a> Draft<'a> {
    /// Everything that changes and their answer write.
    pub(super) fn new(
        store: &'a Store,
        changes: &[Change<'_>],
        answer: Option<(&Ticket, &Remembered)>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut draft = Self::blank(store, now);
        for (place, change) in changes.iter().enumerate() {
            draft.place = place;
            draft.change(change)?;
        }
        if let Some((ticket, remembered)) = answer {
            let item = item::write_answer(ticket, remembered, now)?;
            draft.put(Part::Answer, item, Condition::Absent { or_over: true })?;
        }
        let writes = draft.writes.len();
        if !(1..=MOST).contains(&writes) {
            return Err(StoreError::Unwritable(format!(
                "a transaction has 1 to {MOST} items, not {writes}"
            )));
        }
        Ok(draft)
    }

    /// Nothing yet.
    pub(crate) fn blank(store: &'a Store, now: Timestamp) -> Self {
        Self {
            store,
            now,
            place: 0,
            parts: Vec::new(),
            writes: Vec::new(),
        }
    }

    /// The writes, in the order of the parts.
    pub(super) fn writes(&self) -> Vec<TransactWriteItem> {
        self.writes.clone()
    }

    #[expect(
        clippy::too_many_lines,
        reason = "a table: one arm for each kind of change"
    )]
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
                let key = keys::document(after.shown);
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
            Change::Agreement {
                after,
                event,
                claim,
            } => self.agreement(after, event, *claim),
            Change::Session { after, event } => {
                let parties = Some([&after.provider, &after.consumer]);
                let key = keys::session(&after.id);
                self.aggregate(&key, item::write_session(after)?, event, parties)
            }
            Change::Allotment { after, event } => {
                let key = keys::allotment(after.id);
                let state = item::versioned(&key, after.version, after)?;
                self.aggregate(&key, state, event, None)
            }
            Change::Access {
                consumer,
                asset,
                access,
            } => self.access(consumer, asset, access),
            Change::Unchanged(parent) => self.unchanged(*parent),
            Change::Quota { contract, places } => self.quota(*contract, *places),
            Change::Organization { after, event } => {
                let key = keys::organization(&after.id);
                self.aggregate(&key, item::write_organization(after)?, event, None)
            }
            Change::Profile { after, event } => {
                let key = keys::profile(after.id);
                self.aggregate(&key, item::write_profile(after)?, event, None)
            }
            Change::Passcode {
                after,
                event,
                fingerprint,
            } => {
                let key = keys::passcode(after.id);
                self.aggregate(&key, item::write_passcode(after)?, event, None)?;
                match &event.fact {
                    PasscodeFact::Issued { .. } => {
                        let item = item::write_code(fingerprint, after)?;
                        self.put(Part::Attached, item, Condition::Absent { or_over: true })
                    }
                    PasscodeFact::Used { .. } => {
                        let key = keys::code(fingerprint);
                        self.delete(Part::Attached, &key, Condition::CodeOf(after.id))
                    }
                }
            }
            Change::Guesses { owner, after } => {
                let item = item::write_guesses(owner, after, self.now)?;
                let version = after.version.saturating_sub(1);
                self.put(Part::State, item, Condition::After { version })
            }
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

    pub(super) fn aggregate<F: Fact>(
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
        let Some((owner, asset)) = contract.slot() else {
            return Ok(());
        };
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
        } = condition.check(self.now);
        let put = put
            .condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| StoreError::Unwritable(error.to_string()))?;
        self.parts.push((self.place, part));
        self.writes
            .push(TransactWriteItem::builder().put(put).build());
        Ok(())
    }

    /// Writes nothing, on a condition.
    pub(super) fn check(
        &mut self,
        part: Part,
        key: &Key,
        condition: Condition,
    ) -> Result<(), StoreError> {
        let Check {
            expression,
            names,
            values,
        } = condition.check(self.now);
        let check = ConditionCheck::builder()
            .table_name(&*self.store.table)
            .set_key(Some(item::key(key)))
            .condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .build()
            .map_err(|error| StoreError::Unwritable(error.to_string()))?;
        self.parts.push((self.place, part));
        self.writes
            .push(TransactWriteItem::builder().condition_check(check).build());
        Ok(())
    }

    /// Adds to the number under an attribute.
    pub(super) fn add(
        &mut self,
        part: Part,
        key: &Key,
        (attribute, number): (&str, i64),
        condition: Condition,
    ) -> Result<(), StoreError> {
        let Check {
            expression,
            names,
            values,
        } = condition.check(self.now);
        let mut names = names.unwrap_or_default();
        names.insert("#added".to_owned(), attribute.to_owned());
        let mut values = values.unwrap_or_default();
        values.insert(":added".to_owned(), item::number(number));
        let update = Update::builder()
            .table_name(&*self.store.table)
            .set_key(Some(item::key(key)))
            .update_expression("ADD #added :added")
            .condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Unwritable(error.to_string()))?;
        self.parts.push((self.place, part));
        self.writes
            .push(TransactWriteItem::builder().update(update).build());
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
        } = condition.check(self.now);
        let delete = Delete::builder()
            .table_name(&*self.store.table)
            .set_key(Some(item::key(key)))
            .condition_expression(expression)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Unwritable(error.to_string()))?;
        self.parts.push((self.place, part));
        self.writes
            .push(TransactWriteItem::builder().delete(delete).build());
        Ok(())
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
