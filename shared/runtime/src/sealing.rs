//! A fact → an event in its place in the chain: the caller's, or Sharepact's own.

use sharepact_domain::event::{Event, Fact, Link};
use sharepact_domain::id::EventId;
use sharepact_domain::party::Author;
use sharepact_domain::time::Timestamp;
use sharepact_http::{Call, Problem};

use crate::{App, WorkError};

/// Seals what the caller brought about, at the request's instant.
///
/// # Errors
/// When the call has no caller.
pub fn seal<F: Fact>(
    app: &App,
    call: &Call,
    fact: F,
    aggregate: impl Into<String>,
    link: Link,
) -> Result<Event<F>, Problem> {
    let author = Author::from(&call.actor()?);
    let id = EventId::new(app.new_id());
    Event::seal(fact, id, aggregate, link, author, call.now)
        .map(|event| event.traced(call.trace()))
        .map_err(|error| Problem::internal(error.to_string()))
}

/// Seals what Sharepact itself brought about.
///
/// # Errors
/// Only when the fact cannot be written as JSON.
pub fn seal_by_system<F: Fact>(
    app: &App,
    fact: F,
    aggregate: impl Into<String>,
    link: Link,
    now: Timestamp,
) -> Result<Event<F>, WorkError> {
    let id = EventId::new(app.new_id());
    Event::seal(fact, id, aggregate, link, Author::System, now)
        .map_err(|error| WorkError::Poison(error.to_string()))
}
