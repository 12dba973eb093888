//! The places of sessions: who stands in whose way, who has left, and room in a quota.
//!
//! The one rule: who has ended is in nobody's way, whether or not that is recorded; and a place whose session is still to
//! come is kept for it, for a minute, and from the decision on for good.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;
use sharepact_domain::id::ContractId;
use sharepact_domain::session::{Access, Allotment, Place, RESERVED, SessionId, SessionStatus};
use sharepact_domain::time::Timestamp;
use sharepact_http::{Problem, ProblemType};
use sharepact_runtime::{App, WorkError, failed, record_session};
use sharepact_store::{Change, Child, SessionRecord};

use crate::order::{Newcomer, Order};

/// How often places that somebody else changes in the same instant are looked at again.
pub(crate) const ATTEMPTS: u32 = 5;
/// How many ends are recorded at once.
const AT_ONCE: usize = 8;

impl Order {
    /// The places as they are where nobody ever had one.
    pub(crate) fn first(&self, now: Timestamp) -> Vec<Access> {
        let ids = self.newcomers.iter().map(|newcomer| newcomer.session.id);
        ids.map(|id| Access::default().with(id, &[], now)).collect()
    }

    /// What writes the places.
    pub(crate) fn taking<'a>(
        &'a self,
        accesses: &'a [Access],
    ) -> impl Iterator<Item = Change<'a>> + 'a {
        let each = self.assets.iter().zip(accesses);
        each.map(|(asset, access)| Change::Access {
            consumer: &self.consumer,
            asset,
            access,
        })
    }
}

/// The places with the newcomers in them: those who have ended leave theirs.
///
/// # Errors
/// `session-overlap`, with the places of the assets in the list; or the store's failure.
pub(crate) async fn among(
    app: &App,
    order: &Order,
    now: Timestamp,
) -> Result<Vec<Access>, Problem> {
    let accesses = app.store.accesses(&order.consumer, &order.assets).await;
    let accesses = accesses.map_err(failed)?;
    let places: Vec<Place> = accesses
        .iter()
        .flat_map(|access| access.places.iter().copied())
        .collect();
    let gone = gone(app, &places, now).await?;
    let pairs = || accesses.iter().zip(&order.newcomers);
    let occupied = |(access, newcomer): (&Access, &Newcomer)| {
        let others = access.in_the_way(&newcomer.session.id, order.overlap);
        others.iter().any(|place| !gone.contains(&place.session))
    };
    let occupied: Vec<usize> = pairs()
        .enumerate()
        .filter(|(_, pair)| occupied(*pair))
        .map(|(index, _)| index)
        .collect();
    if !occupied.is_empty() {
        let detail = "the asset has a session towards the consumer that has not ended";
        return Err(Problem::listed(
            ProblemType::SessionOverlap,
            &occupied,
            detail,
        ));
    }
    let with = pairs().map(|(access, newcomer)| access.with(newcomer.session.id, &gone, now));
    Ok(with.collect())
}

/// Those of the holders who have ended, and those who never came.
async fn gone(app: &App, places: &[Place], now: Timestamp) -> Result<Vec<SessionId>, Problem> {
    let ids: BTreeSet<SessionId> = places.iter().map(|place| place.session).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let records = app.store.sessions(&ids).await.map_err(failed)?;
    let records: BTreeMap<SessionId, &SessionRecord> = records
        .iter()
        .map(|record| (record.session.id, record))
        .collect();
    let ended = |record: &SessionRecord| {
        record.session.standing(&record.lineage, now).status == SessionStatus::Ended
    };
    let (mut gone, mut lapsed) = (Vec::new(), Vec::new());
    for place in places {
        match records.get(&place.session) {
            Some(record) if ended(record) => gone.push(place.session),
            Some(_) => {}
            // Whoever was to make it has had its time: a function does not live that long.
            None if place.since.plus(RESERVED).is_some_and(|end| end <= now) => {
                lapsed.push(place.session);
            }
            None => {}
        }
    }
    if !lapsed.is_empty() {
        let allotments = lapsed.iter().map(Allotment::behind).collect();
        let made = app.store.allotted(&allotments).await.map_err(failed)?;
        gone.extend(
            lapsed
                .into_iter()
                .filter(|session| !made.contains(&Allotment::behind(session))),
        );
    }
    Ok(gone)
}

/// Records the ends of sessions under a quota contract that time has brought, so that their places are given back: of as
/// many as places are wanted, which is enough.
pub(crate) async fn make_room(
    app: &App,
    contract: ContractId,
    count: u32,
    now: Timestamp,
) -> Result<(), Problem> {
    let overdue = app.store.overdue(contract, now).await.map_err(failed)?;
    let session = |child: Child| match child {
        Child::Session(session) => Some(session),
        Child::Contract(_) => None,
    };
    let wanted = usize::try_from(count).unwrap_or(usize::MAX);
    let sessions = overdue.into_iter().filter_map(session).take(wanted);
    let sessions: Vec<_> = sessions.collect();
    for part in sessions.chunks(AT_ONCE) {
        let recorded = part.iter().map(|session| record_session(app, session));
        try_join_all(recorded).await.map_err(unworkable)?;
    }
    Ok(())
}

/// The refusal where a quota has no room.
pub(crate) fn full(limit: u32) -> Problem {
    let detail = format!("the contract is for {limit} assets, and too few of them are free");
    Problem::new(ProblemType::QuotaExceeded, detail)
}

/// The refusal where others keep changing the same places.
pub(crate) fn contended() -> Problem {
    Problem::new(
        ProblemType::Conflict,
        "others make sessions of the same assets, or change what they hang from, in the same instant; nothing was made",
    )
}

/// A worker's failure, as a caller hears of it.
pub(crate) fn unworkable(error: WorkError) -> Problem {
    match error {
        WorkError::Passing(cause) => Problem::unavailable(cause),
        WorkError::Poison(cause) => Problem::internal(cause),
    }
}
