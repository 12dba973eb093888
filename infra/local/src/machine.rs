//! What the stack itself reads from the machine: its clock, its environment, fresh identifiers.
//!
//! The one rule: none of it reaches a handler. Handlers have the clock that they are given.

use std::ffi::OsString;

use chrono::{DateTime, Utc};
use sharepact_runtime::Clock;
use uuid::Uuid;

/// The present instant by the machine's clock, which is also that of the tokens' issuer.
pub(crate) fn now() -> DateTime<Utc> {
    Clock::system().now().to_chrono()
}

/// A setting of the person who runs the stack.
#[expect(
    clippy::disallowed_methods,
    reason = "the functions' configuration is no home for the settings of the stack"
)]
pub(crate) fn setting(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// An identifier that nothing else has.
#[expect(
    clippy::disallowed_methods,
    reason = "it stands in for the gateway, which names requests by itself"
)]
pub(crate) fn fresh_id() -> String {
    Uuid::now_v7().to_string()
}
