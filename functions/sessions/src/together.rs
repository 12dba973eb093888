//! Sessions that fit into one transaction, with their places, their quota and their answer.
//!
//! The one rule: the first attempt takes it that nobody stands in the way, and the transaction itself says so; only where
//! somebody does is anything read.

use sharepact_domain::session::Session;
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Answer, App, failed, idempotency};
use sharepact_store::{Change, Outcome, Places, Rejected, Ticket};

use crate::order::Order;
use crate::places::{ATTEMPTS, among, contended, full, make_room};

/// The most items of one transaction.
const MOST: usize = 100;
/// What a session takes: its state, its event, its place.
const EACH: usize = 3;

/// Does all of it fit?
pub(crate) fn fits(order: &Order, ticket: Option<&Ticket>) -> bool {
    let besides =
        usize::from(order.quota.is_some()) + usize::from(ticket.is_some()) + order.parents.len();
    order.newcomers.len() * EACH + besides <= MOST
}

/// Makes the sessions.
pub(crate) async fn make(
    app: &App,
    call: &Call,
    order: &Order,
    ticket: Option<&Ticket>,
    reply: Reply,
) -> Answer {
    let now = call.now;
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let answer = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let count = u32::try_from(order.newcomers.len()).unwrap_or(u32::MAX);
    let mut accesses = order.first(now);
    let mut made_room = false;
    for _ in 0..ATTEMPTS {
        // Sessions first: theirs are the versions that the outcome speaks of.
        let sessions = order.newcomers.iter().map(|newcomer| newcomer.change());
        let quota = order.quota.map(|(contract, limit)| Change::Quota {
            contract,
            places: Places::Take { count, limit },
        });
        let changes: Vec<_> = sessions
            .chain(order.taking(&accesses))
            .chain(quota)
            .chain(order.parents.iter().copied().map(Change::Unchanged))
            .collect();
        let outcome: Outcome<Session> = app
            .commit_all(&changes, answer, now)
            .await
            .map_err(failed)?;
        let rejected = match outcome {
            Outcome::Written => return Ok(reply),
            Outcome::Rejected(rejected) => rejected,
        };
        match (rejected, order.quota) {
            (Rejected::Answered(remembered), _) => return idempotency::replay(ticket, remembered),
            (Rejected::Full, Some((contract, _))) if !made_room => {
                make_room(app, contract, count, now).await?;
                made_room = true;
            }
            (Rejected::Full, Some((_, limit))) => return Err(full(limit)),
            (rejected, _) => {
                rejected.late().map_err(failed)?;
                accesses = among(app, order, now).await?;
            }
        }
    }
    Err(contended())
}
