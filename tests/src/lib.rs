//! What the scenarios talk through: the API over HTTP, and nothing else of the bundle.
//!
//! | file | owns |
//! | --- | --- |
//! | `target` | which API: a deployed one, a running one, or a stack of its own |
//! | `deployment` | what is known of a deployed one besides its address |
//! | `person` | who calls |
//! | `call` | a request, and the answer to it |
//! | `description` | the OpenAPI document, held against every answer |
//! | `schemas` | the schemas of events, held against every event that is seen |
//! | `onboarding` | an organisation that another one has onboarded |
//! | `listing` | lists, page by page |
//! | `deal` | a contract on its way from request to end |
//! | `framework` | two organisations with a framework agreement |
//! | `session` | sessions under it, and what they entitle to |
//!
//! The one rule: a scenario cannot tell which API it talks to. `SHAREPACT_TARGET` names the
//! `local.json` of a running stack, or a file of the same form for a deployment (`tests/deploy/run`
//! writes one); without it a stack is started in the test's own process.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    clippy::return_self_not_must_use,
    reason = "a scenario that cannot go on has failed, and says so by panicking"
)]

mod call;
mod deal;
mod deployment;
mod description;
mod framework;
mod listing;
mod onboarding;
mod person;
mod schemas;
mod session;
mod target;
mod wallet;

pub use call::{Answer, Call};
pub use deal::{COMMANDS, Deal, STAGES, asset, draft, request};
pub use deployment::Deployment;
pub use description::Description;
pub use framework::{Framework, NO_STAFF, Staff, frame, onboarding, proposal};
pub use listing::Walk;
pub use onboarding::{Onboarded, onboard};
pub use person::{Person, webhook};
pub use schemas::Schemas;
pub use sharepact_chain::possession::Key;
pub use target::{Api, scenario, scratch, skipped, unique};
pub use wallet::{answered, fresh_key, signed};
