//! `POST /assets/{assetId}/acquisitions` – a consumer takes an asset with a public licence.
//!
//! Who: anyone who does not own it. One command, `acquire`; the answer is the contract, Active.

use lambda_http::http::Method;
use sharepact_domain::contract;
use sharepact_domain::id::AssetId;
use sharepact_http::Call;
use sharepact_http::wire::{AcquisitionBody, ContractView};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape};

use crate::begin;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-acquire",
    method: Method::POST,
    path: "/assets/{assetId}/acquisitions",
    summary: "acquire a public asset",
    description: "A consumer takes an asset with a public licence, without the pipeline: the \
                  contract is Active at once, with all fields, without end, at price zero and \
                  with the licence as its terms.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<AcquisitionBody>()),
    success: (201, Shape::of::<ContractView>()),
    problems: &[
        "live-contract",
        "own-asset",
        "not-public",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(acquire(app, call)),
};

async fn acquire(app: &App, call: Call) -> Answer {
    let asset = call.path("assetId", AssetId::parse)?;
    let acquisition = call.body::<AcquisitionBody>()?.parse()?;
    begin::run(app, &call, &asset, |asset, principal, _| {
        contract::acquire(asset, principal, acquisition)
    })
    .await
}
