//! What agreements and sessions write besides state and event: the place of a live agreement, the places of an asset's
//! sessions, the places of a quota.
//!
//! The one rule: a place is taken and given back in the transaction of what holds it.

use sharepact_domain::agreement::{Agreement, AgreementFact};
use sharepact_domain::event::Event;
use sharepact_domain::id::{AssetId, ContractId, OrganizationId};
use sharepact_domain::session::Access;

use super::condition::Condition;
use super::transaction::{Draft, Part};
use super::{Claim, Parent, Places};
use crate::{StoreError, item, keys};

/// How long places that nobody holds are remembered, in seconds: a day, far longer than any write is under way.
const EMPTY: i64 = 24 * 60 * 60;

impl Draft<'_> {
    pub(super) fn agreement(
        &mut self,
        after: &Agreement,
        event: &Event<AgreementFact>,
        claim: Claim,
    ) -> Result<(), StoreError> {
        let parties = [after.provider.party(), after.consumer.party()];
        let [provider, consumer] = &parties;
        let key = keys::agreement(after.id);
        let state = item::write_agreement(after)?;
        self.aggregate(&key, state, event, Some([provider, consumer]))?;
        let held = Condition::HeldByAgreement(after.id);
        match claim {
            Claim::Untouched => Ok(()),
            Claim::Take => self.put(Part::Bond, item::write_bond(after), Condition::Free),
            Claim::Hold => self.put(Part::Bond, item::write_bond(after), held),
            Claim::Release => self.delete(Part::Bond, &keys::bond(&after.bond()), held),
        }
    }

    /// The next version of the places. An item without places stays for a while: who read it before must not meet its
    /// version again.
    pub(super) fn access(
        &mut self,
        consumer: &OrganizationId,
        asset: &AssetId,
        access: &Access,
    ) -> Result<(), StoreError> {
        let before = Condition::After {
            version: access.version.saturating_sub(1),
        };
        let mut item = item::write_access(consumer, asset, access)?;
        if access.places.is_empty() {
            let end = self.now.epoch_seconds().saturating_add(EMPTY);
            item.insert(item::TTL.to_owned(), item::number(end));
        }
        self.put(Part::Attached, item, before)
    }

    pub(super) fn unchanged(&mut self, parent: Parent) -> Result<(), StoreError> {
        let (key, version) = match parent {
            Parent::Agreement(id, version) => (keys::agreement(id), version),
            Parent::Contract(id, version) => (keys::contract(id), version),
        };
        self.check(Part::Attached, &key, Condition::After { version })
    }

    pub(super) fn quota(&mut self, contract: ContractId, places: Places) -> Result<(), StoreError> {
        let key = keys::quota(contract);
        let (number, condition) = match places {
            Places::Take { count, limit } => {
                let most = limit.checked_sub(count).ok_or_else(|| {
                    StoreError::Unwritable("more places than the quota has".to_owned())
                })?;
                (i64::from(count), Condition::UsedAtMost(most))
            }
            Places::Release => (-1, Condition::Used),
        };
        self.add(Part::Quota, &key, (item::USED, number), condition)
    }
}
