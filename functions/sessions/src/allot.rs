//! More sessions than one transaction takes: their places are taken first, then all of it is decided at once, then the
//! sessions are made.
//!
//! The one rule: the allotment is the decision. Before it nothing holds but places that lapse by themselves; from it on all
//! of the sessions will be: what this request does not come to, the worker `session-make` makes.

use sharepact_domain::event::{Event, Link};
use sharepact_domain::id::{AgreementId, EventId};
use sharepact_domain::party::Author;
use sharepact_domain::session::{Access, Allotment, AllotmentFact, Session};
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{Answer, App, failed, idempotency, note};
use sharepact_store::{Change, Outcome, Places, Rejected, StoreError, Ticket};
use uuid::Uuid;

use crate::order::{self, Newcomer, Order};
use crate::places::{ATTEMPTS, among, contended, full, make_room};

/// What an attempt to decide came to.
enum Decided {
    /// All of the sessions will be.
    Yes,
    /// None of them.
    No(Answer),
}

/// Makes the sessions whose numbers were made of this UUID.
pub(crate) async fn make(
    app: &App,
    call: &Call,
    order: &Order,
    numbered: Uuid,
    ticket: Option<&Ticket>,
    reply: Reply,
) -> Answer {
    let held = reserve(app, order, call).await?;
    // Where this fails it may have been decided all the same: then the places must stay, and otherwise they lapse.
    match decide(app, call, order, numbered, (ticket, &reply)).await? {
        Decided::Yes => {}
        Decided::No(answer) => {
            give_back(app, call, order, held).await;
            return answer;
        }
    }
    match order::write(app, &order.newcomers, call.now).await {
        Ok(true) => {}
        Ok(false) => note(|notes| notes.count("made-already", 1)),
        Err(error) => {
            tracing::warn!(%error, "sessions are left to be made");
            note(|notes| notes.count("left", 1));
        }
    }
    Ok(reply)
}

/// Takes the places, all of them or none.
async fn reserve(app: &App, order: &Order, call: &Call) -> Result<Vec<Access>, Problem> {
    let mut accesses = order.first(call.now);
    for _ in 0..ATTEMPTS {
        let changes: Vec<_> = order.taking(&accesses).collect();
        let outcome: Outcome<Session> = app
            .commit_all(&changes, None, call.now)
            .await
            .map_err(failed)?;
        match outcome {
            Outcome::Written => return Ok(accesses),
            Outcome::Rejected(rejected) => {
                rejected.late().map_err(failed)?;
                accesses = among(app, order, call.now).await?;
            }
        }
    }
    Err(contended())
}

/// One transaction: the quota, the allotment, the answer.
async fn decide(
    app: &App,
    call: &Call,
    order: &Order,
    numbered: Uuid,
    (ticket, reply): (Option<&Ticket>, &Reply),
) -> Result<Decided, Problem> {
    let event = sealed(app, call, order, numbered)?;
    let allotment = Allotment::of(Allotment::id(numbered), &event);
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, reply)));
    let answer = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let count = u32::try_from(order.newcomers.len()).unwrap_or(u32::MAX);
    let quota = order.quota.map(|(contract, limit)| Change::Quota {
        contract,
        places: Places::Take { count, limit },
    });
    let decision = Change::Allotment {
        after: &allotment,
        event: &event,
    };
    let changes: Vec<_> = std::iter::once(decision)
        .chain(quota)
        .chain(order.parents.iter().copied().map(Change::Unchanged))
        .collect();
    let mut made_room = false;
    loop {
        let outcome: Outcome<Allotment> = app
            .commit_all(&changes, answer, call.now)
            .await
            .map_err(failed)?;
        let rejected = match outcome {
            Outcome::Written => return Ok(Decided::Yes),
            Outcome::Rejected(rejected) => rejected,
        };
        match (rejected, order.quota) {
            (Rejected::Answered(remembered), _) => {
                return Ok(Decided::No(idempotency::replay(ticket, remembered)));
            }
            (Rejected::Full, Some((contract, _))) if !made_room => {
                make_room(app, contract, count, call.now).await?;
                made_room = true;
            }
            (Rejected::Full, Some((_, limit))) => return Ok(Decided::No(Err(full(limit)))),
            // Agreement or contract changed in the same instant.
            (Rejected::StaleBeside(_), _) => return Ok(Decided::No(Err(contended()))),
            (rejected, _) => {
                // Nobody else has this allotment's id.
                rejected.stale().map_err(failed)?;
                return Err(failed(StoreError::Foreign("an allotment")));
            }
        }
    }
}

fn sealed(
    app: &App,
    call: &Call,
    order: &Order,
    numbered: Uuid,
) -> Result<Event<AllotmentFact>, Problem> {
    let sessions: Vec<_> = order
        .newcomers
        .iter()
        .filter_map(Newcomer::allotted)
        .collect();
    let agreement = order.newcomers.first();
    let agreement: AgreementId = agreement
        .map(|newcomer| newcomer.session.id.agreement())
        .ok_or_else(|| Problem::internal("an allotment of nothing"))?;
    let contract = order.quota.map(|(contract, _)| contract);
    let event = Event::seal(
        Allotment::fact(agreement, contract, &sessions),
        EventId::new(app.new_id()),
        Allotment::id(numbered).to_string(),
        Link::FIRST,
        Author::from(&call.actor()?),
        call.now,
    );
    let event = event.map_err(|error| Problem::internal(error.to_string()))?;
    Ok(event.traced(call.trace()))
}

/// Gives the places back; those that are not given back lapse.
async fn give_back(app: &App, call: &Call, order: &Order, held: Vec<Access>) {
    let mut held = held;
    for _ in 0..ATTEMPTS {
        let without: Vec<_> = held
            .iter()
            .zip(&order.newcomers)
            .map(|(access, newcomer)| access.without(&newcomer.session.id))
            .collect();
        let changes: Vec<_> = order.taking(&without).collect();
        let outcome: Result<Outcome<Session>, _> = app.commit_all(&changes, None, call.now).await;
        let late = match outcome {
            Ok(Outcome::Written) => return,
            Ok(Outcome::Rejected(rejected)) => rejected.late(),
            Err(error) => Err(error),
        };
        let again = match late {
            Ok(()) => app.store.accesses(&order.consumer, &order.assets).await,
            Err(error) => Err(error),
        };
        match again {
            Ok(accesses) => held = accesses,
            Err(error) => {
                tracing::warn!(%error, "places are left to lapse");
                return;
            }
        }
    }
}
