//! `GET /assets/{assetId}/active-contract` – the Active contract that users have on an asset.
//!
//! Who: anyone, for contracts they are a party to; operators for any.

use lambda_http::http::Method;
use sharepact_domain::contract::Status;
use sharepact_http::wire::ContractView;
use sharepact_runtime::{Access, Grant, Operation, Shape, USER_ID};

use crate::live;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-active",
    method: Method::GET,
    path: "/assets/{assetId}/active-contract",
    summary: "retrieveActiveByAssetId",
    description: "The contract on the asset that has one of the users as consumer and is Active now, or null.",
    access: Access::Token,
    query: &[USER_ID],
    body: None,
    success: (
        200,
        Shape::of::<Option<ContractView>>().named("ContractOrNull"),
    ),
    problems: &[],
    grants: &[Grant::QueryIndex("by-asset")],
    run: |app, call| Box::pin(live::newest(app, call, Status::Active)),
};
