//! What a cancelled transaction means: the first condition that did not hold, in the order of what a caller must hear.

use aws_sdk_dynamodb::types::CancellationReason;
use serde::de::DeserializeOwned;
use sharepact_domain::id::{AgreementId, ContractId};

use super::Rejected;
use super::transaction::{Draft, Part};
use crate::StoreError;
use crate::item::{self, Item};

impl Draft<'_> {
    /// Which condition failed? None when no condition did: another transaction was in the way.
    ///
    /// An answer that was given comes first: the same request won a race against itself. So does a
    /// challenge that was used: with another version it would be refused again. Then the versions, in the
    /// order of the changes: who is late hears what the aggregate is now, and not a consequence of it.
    pub(super) fn judge<T: DeserializeOwned>(
        &self,
        reasons: &[CancellationReason],
    ) -> Result<Option<Rejected<T>>, StoreError> {
        let failed = |wanted: Part| self.failed(reasons, wanted);
        if let Some((_, Some(stored))) = failed(Part::Answer)
            && let Some(remembered) = item::read_answer(stored, self.now)?
        {
            return Ok(Some(Rejected::Answered(remembered)));
        }
        if failed(Part::Challenge).is_some() {
            return Ok(Some(Rejected::ChallengeUsed));
        }
        match failed(Part::State) {
            Some((0, stored)) => {
                let current = stored.map(|stored| item::read(stored, item::STATE));
                return Ok(Some(Rejected::Stale(current.transpose()?)));
            }
            Some((beside, _)) => return Ok(Some(Rejected::StaleBeside(beside))),
            None => {}
        }
        if let Some((place, _)) = failed(Part::Event) {
            return Ok(Some(late(place)));
        }
        if let Some((place, stored)) = failed(Part::Slot) {
            let holder = stored
                .map(|stored| {
                    ContractId::parse(item::read_text(stored, "contract")?)
                        .map_err(|fault| item::corrupt(stored, "contract", fault))
                })
                .transpose()?;
            return Ok(Some(holder.map_or_else(|| late(place), Rejected::Occupied)));
        }
        if let Some((place, stored)) = failed(Part::Bond) {
            let holder = stored
                .map(|stored| {
                    AgreementId::parse(item::read_text(stored, "agreement")?)
                        .map_err(|fault| item::corrupt(stored, "agreement", fault))
                })
                .transpose()?;
            return Ok(Some(holder.map_or_else(|| late(place), Rejected::Bound)));
        }
        if failed(Part::Address).is_some() {
            return Ok(Some(Rejected::AddressTaken));
        }
        if let Some((place, _)) = failed(Part::Attached) {
            return Ok(Some(late(place)));
        }
        // Last: who also met another session in its place must look at that one first.
        Ok(failed(Part::Quota).map(|_| Rejected::Full))
    }

    /// The first item of this kind whose condition did not hold: the place of its change, and what stands there.
    fn failed<'r>(
        &self,
        reasons: &'r [CancellationReason],
        wanted: Part,
    ) -> Option<(usize, Option<&'r Item>)> {
        self.parts
            .iter()
            .zip(reasons)
            .find(|((_, part), reason)| {
                *part == wanted && reason.code() == Some("ConditionalCheckFailed")
            })
            .map(|((place, _), reason)| (*place, reason.item()))
    }
}

fn late<T>(place: usize) -> Rejected<T> {
    match place {
        0 => Rejected::Stale(None),
        beside => Rejected::StaleBeside(beside),
    }
}
