//! What every function binary shares: the description of an operation, the things a handler may
//! use, and the `main` that connects both to the Lambda runtime.
//!
//! The one rule: a handler reaches the outside world only through [`App`]. The local stack and the
//! tests build an `App` of their own and call the very same handlers.

mod app;
mod config;
mod operation;
mod serve;

pub use app::{App, Clock};
pub use config::{Config, ConfigError};
pub use operation::{
    Access, Answer, Grant, Handler, Operation, QueryParameter, Reply, Shape, answer,
};
pub use serve::serve;
