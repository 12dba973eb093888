//! What is to be written: sessions with their first events.
//!
//! The one rule: a session's first event follows from the request alone, its id included, so that whoever writes it – the
//! request or, after its death, the worker – writes the same.

use futures::future::try_join_all;
use sharepact_domain::event::{Event, Link};
use sharepact_domain::id::{AssetId, ContractId, EventId, OrganizationId};
use sharepact_domain::party::Author;
use sharepact_domain::session::{Begun, Lineage, Session, SessionFact, SessionId};
use sharepact_domain::time::Timestamp;
use sharepact_domain::trace::TraceParent;
use sharepact_runtime::{App, WorkError};
use sharepact_store::{Change, Outcome, Parent};

/// How many sessions one transaction makes, each with its event.
const TOGETHER: usize = 50;

/// A session that is to be.
#[derive(Clone, Debug)]
pub(crate) struct Newcomer {
    /// The session.
    pub session: Session,
    /// Its first event.
    pub event: Event<SessionFact>,
}

/// Who makes sessions, and when.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub author: Author,
    pub at: Timestamp,
    pub trace: Option<TraceParent>,
}

impl Newcomer {
    /// The session of this id, as it begins.
    pub(crate) fn new(id: SessionId, begun: Begun, cause: &Cause) -> Result<Self, WorkError> {
        let unwritable = |reason: String| WorkError::Poison(reason);
        let event = Event::seal(
            SessionFact::Created(begun),
            // Nothing else has the number of a session.
            EventId::new(id.number()),
            id.to_string(),
            Link::FIRST,
            cause.author.clone(),
            cause.at,
        );
        let event = event.map_err(|error| unwritable(error.to_string()))?;
        let event = event.traced(cause.trace.clone());
        let session = Session::begin(id, &event)
            .ok_or_else(|| unwritable("a beginning that begins nothing".to_owned()))?;
        Ok(Self { session, event })
    }

    /// As an allotment names it; none for an event that begins nothing.
    pub(crate) fn allotted(&self) -> Option<(SessionId, Begun)> {
        match &self.event.fact {
            SessionFact::Created(begun) => Some((self.session.id, begun.clone())),
            SessionFact::Started {}
            | SessionFact::Stopped { .. }
            | SessionFact::Changed { .. }
            | SessionFact::Ended { .. } => None,
        }
    }

    /// What writes it.
    pub(crate) fn change(&self) -> Change<'_> {
        Change::Session {
            after: &self.session,
            event: &self.event,
        }
    }
}

/// Sessions that a request asks for.
#[derive(Debug)]
pub(crate) struct Order {
    /// Towards whom.
    pub consumer: OrganizationId,
    /// Of which assets.
    pub assets: Vec<AssetId>,
    /// The sessions, in the same order.
    pub newcomers: Vec<Newcomer>,
    /// What each hangs from.
    pub lineages: Vec<Lineage>,
    /// May they overlap with others?
    pub overlap: bool,
    /// The quota contract, and how many assets it is for.
    pub quota: Option<(ContractId, u32)>,
    /// Agreement and contract as they were read: sessions are made under these, or not at all.
    pub parents: Vec<Parent>,
}

/// Writes sessions whose places are taken, by as many transactions at once as that takes; false where some of them were
/// there already.
pub(crate) async fn write(
    app: &App,
    newcomers: &[Newcomer],
    now: Timestamp,
) -> Result<bool, WorkError> {
    let parts = newcomers.chunks(TOGETHER).map(|part| async move {
        let changes: Vec<_> = part.iter().map(Newcomer::change).collect();
        let outcome: Outcome<Session> = app.commit_all(&changes, None, now).await?;
        match outcome {
            Outcome::Written => Ok::<_, WorkError>(true),
            Outcome::Rejected(rejected) => {
                rejected.late()?;
                Ok(false)
            }
        }
    });
    let written = try_join_all(parts).await?;
    Ok(written.into_iter().all(|written| written))
}
