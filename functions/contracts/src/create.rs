//! `POST /contracts` – a consumer requests an asset: the pipeline begins.
//!
//! Who: anyone who may see the asset and does not own it; a user outside any organisation and the
//! manager of one need a wallet. One command, `request`; the answer is the contract.

use lambda_http::http::Method;
use sharepact_domain::contract;
use sharepact_http::Call;
use sharepact_http::wire::{ContractView, RequestBody};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape};

use crate::begin;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-create",
    method: Method::POST,
    path: "/contracts",
    summary: "create",
    description: "A consumer requests a private asset: how long, offline or not, which fields and \
                  filters. The contract is in status Request and waits for the provider. A user \
                  outside any organisation and the manager of one need a wallet first.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<RequestBody>()),
    success: (201, Shape::of::<ContractView>()),
    problems: &[
        "not-found",
        "unknown-field",
        "invalid-filter",
        "live-contract",
        "own-asset",
        "public-asset",
        "wallet-required",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(create(app, call)),
};

async fn create(app: &App, call: Call) -> Answer {
    let (asset, request) = call.body::<RequestBody>()?.parse()?;
    begin::run(app, &call, &asset, |asset, principal, has_wallet| {
        contract::request(asset, principal, has_wallet, request)
    })
    .await
}
