//! `Idempotency-Key`: the answer to a request is kept in the same transaction as its effect, and
//! given again to the same caller with the same key and request.
//!
//! The one rule: only what took effect is remembered. A refusal changed nothing, so asking again
//! is harmless and may be answered otherwise.

use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_store::{Remembered, Ticket};

use crate::Answer;

/// What the request is known by, if it carries a key.
///
/// # Errors
/// A key that cannot be taken.
pub fn ticket(call: &Call) -> Result<Option<Ticket>, Problem> {
    Ok(call.idempotency_key()?.map(|key| Ticket {
        scope: key.scope,
        fingerprint: key.fingerprint,
    }))
}

/// The answer given before; or, where the key was used for something else, a refusal.
///
/// # Errors
/// `idempotency-key-reused`.
pub fn replay(ticket: Option<&Ticket>, remembered: Remembered) -> Answer {
    if ticket.is_none_or(|ticket| ticket.fingerprint != remembered.fingerprint) {
        return Err(Problem::new(
            ProblemType::IdempotencyKeyReused,
            "this key was used for another request within the last 24 hours: take a new key for a new request",
        ));
    }
    Ok(Reply {
        status: remembered.status,
        etag: remembered.etag,
        location: remembered.location,
        body: remembered.body,
        replayed: true,
    })
}

/// The answer as it will be remembered.
#[must_use]
pub fn remember(ticket: &Ticket, reply: &Reply) -> Remembered {
    Remembered {
        fingerprint: ticket.fingerprint,
        status: reply.status,
        etag: reply.etag.clone(),
        location: reply.location.clone(),
        body: reply.body.clone(),
    }
}
