//! The functions of the bundle, context by context: operations behind HTTP, and workers.
//!
//! The one rule: nothing else lists functions. The router, the event sources, the policies and the
//! OpenAPI document are made from this table, so a function that is missing here is missing
//! everywhere.

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
    /// Its functions that are not behind HTTP.
    pub workers: &'static [&'static Worker],
}

/// Every context, in the order in which a reader meets them.
pub const CONTEXTS: &[Context] = &[
    Context {
        name: "contracts",
        description: "Contracts between a consumer and a provider, from request to expiry.",
        operations: sharepact_contracts::OPERATIONS,
        workers: &[],
    },
    Context {
        name: "assets",
        description: "The registry of what contracts are about, and what a user has acquired.",
        operations: sharepact_assets::OPERATIONS,
        workers: &[],
    },
    Context {
        name: "wallets",
        description: "The ledger address of a user or an organisation.",
        operations: sharepact_wallets::OPERATIONS,
        workers: &[],
    },
    Context {
        name: "documents",
        description: "Contracts as PDF.",
        operations: sharepact_documents::OPERATIONS,
        workers: sharepact_documents::WORKERS,
    },
    Context {
        name: "ledger",
        description: "The hashes of events on a blockchain, what proves that nothing was altered, ether for wallets.",
        operations: sharepact_ledger::OPERATIONS,
        workers: sharepact_ledger::WORKERS,
    },
    Context {
        name: "events",
        description: "Every event on the bus, in order.",
        operations: &[],
        workers: sharepact_events::WORKERS,
    },
    Context {
        name: "expiry",
        description: "The daily record of what time has ended, and the warning before it.",
        operations: &[],
        workers: sharepact_expiry::WORKERS,
    },
    Context {
        name: "webhooks",
        description: "Where a party wants to hear of events, and their signed delivery.",
        operations: sharepact_webhooks::OPERATIONS,
        workers: sharepact_webhooks::WORKERS,
    },
    Context {
        name: "organizations",
        description: "Organisations, the profiles that they onboard others with, invitations and passcodes.",
        operations: sharepact_organizations::OPERATIONS,
        workers: &[],
    },
    Context {
        name: "agreements",
        description: "Framework agreements between two organisations.",
        operations: sharepact_agreements::OPERATIONS,
        workers: &[],
    },
    Context {
        name: "sessions",
        description: "The sharing of assets' data under an agreement, on and off; and who may use an asset now.",
        operations: sharepact_sessions::OPERATIONS,
        workers: sharepact_sessions::WORKERS,
    },
    Context {
        name: "openapi",
        description: "The description of this API.",
        operations: sharepact_openapi::OPERATIONS,
        workers: &[],
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
    CONTEXTS
        .iter()
        .flat_map(|context| context.workers.iter().copied())
        .collect()
}
