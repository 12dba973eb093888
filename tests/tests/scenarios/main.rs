//! The API's scenarios: what the bundle promises, asked for over HTTP and nothing else.
//!
//! The one rule: the same scenarios run on the local stack and on a deployed one
//! (`SHAREPACT_TARGET`). They share its ready-made people and run at the same time, so each works
//! on assets of its own and says of a list what it holds, not what it is.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a scenario that cannot go on has failed, and says so by panicking"
)]

mod acquisition;
mod agreements_contracts;
mod agreements_documents;
mod agreements_ended;
mod agreements_listed;
mod agreements_made;
mod agreements_refused;
mod authentication;
mod coverage;
mod cursors;
mod endings;
mod entitlement;
mod history;
mod idempotency;
mod lists;
mod machine;
mod malformed;
mod money;
mod one_live;
mod organization_records;
mod organizations;
mod pages;
mod passcodes;
mod pipeline;
mod possession;
mod preconditions;
mod profiles;
mod races;
mod refused_values;
mod sessions_made;
mod sessions_onward;
mod sessions_seen;
mod sessions_switched;
mod tasks;
mod time;
mod visibility;
mod wallets;
mod webhooks;
