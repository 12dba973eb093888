//! HTTP as the handlers see it: requests come in as checked values, answers and refusals go out.
//!
//! | module | owns |
//! | --- | --- |
//! | `call` | a request: caller, path, query, preconditions, idempotency key |
//! | `body` | JSON bodies, read strictly, with a JSON Pointer for whatever is wrong |
//! | `etag` | entity tags and `If-Match` |
//! | `problem` | the registry of problems (RFC 9457) and the one mapping onto it |
//! | `reply` | answers |
//! | `seal` | what is handed out to come back unchanged: cursors, challenges |
//! | `wire` | the JSON forms of the domain's values |
//!
//! The one rule: anything a caller supplies is hostile until it was parsed into a domain value.

mod body;
mod call;
mod etag;
mod problem;
mod reply;
mod seal;
pub mod wire;

pub use body::Check;
pub use call::{Call, IdempotencyKey};
pub use etag::{Precondition, entity_tag, live_tag, noted_tag};
pub use problem::{ErrorItem, Place, Problem, ProblemDocument, ProblemType};
pub use reply::{Reply, respond};
pub use seal::{Derived, Purpose, SealingKey};
