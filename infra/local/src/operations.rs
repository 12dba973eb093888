//! The operations of the bundle, context by context.
//!
//! The one rule: nothing else lists operations. The router, the policies and the OpenAPI document
//! are made from this table, so a function that is missing here is missing everywhere.

use sharepact_runtime::Operation;

use crate::sources::Worker;

/// The operations of one context.
#[derive(Clone, Copy)]
pub struct Context {
    /// Its name, as in the folder under `functions/`.
    pub name: &'static str,
    /// What it is about.
    pub description: &'static str,
    /// Its operations.
    pub operations: &'static [&'static Operation],
}

/// Every context, in the order in which a reader meets them.
pub const CONTEXTS: &[Context] = &[
    Context {
        name: "contracts",
        description: "Contracts between a consumer and a provider, from request to expiry.",
        operations: sharepact_contracts::OPERATIONS,
    },
    Context {
        name: "assets",
        description: "The registry of what contracts are about, and what a user has acquired.",
        operations: sharepact_assets::OPERATIONS,
    },
    Context {
        name: "wallets",
        description: "The ledger address of a user or an organisation.",
        operations: sharepact_wallets::OPERATIONS,
    },
    Context {
        name: "documents",
        description: "Contracts as PDF.",
        operations: sharepact_documents::OPERATIONS,
    },
    Context {
        name: "openapi",
        description: "The description of this API.",
        operations: sharepact_openapi::OPERATIONS,
    },
];

/// Every operation.
#[must_use]
pub fn all() -> Vec<&'static Operation> {
    CONTEXTS
        .iter()
        .flat_map(|context| context.operations.iter().copied())
        .collect()
}

/// Every function that is not behind HTTP.
#[must_use]
pub fn workers() -> Vec<&'static Worker> {
    [
        sharepact_events::WORKERS,
        sharepact_documents::WORKERS,
        sharepact_expiry::WORKERS,
    ]
    .concat()
}
