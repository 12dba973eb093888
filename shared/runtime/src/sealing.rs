//! A fact → the caller's event, in its place in the chain.

use sharepact_domain::event::{Event, Fact, Link};
use sharepact_domain::id::EventId;
use sharepact_domain::party::Author;
use sharepact_http::{Call, Problem};

use crate::App;

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
