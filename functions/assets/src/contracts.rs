//! `GET /assets/{assetId}/contracts` – the ids of an asset's live contracts.
//!
//! Who: anyone, for contracts they are a party to; so an asset's owner sees all of them.

use lambda_http::http::Method;
use sharepact_domain::contract::Contract;
use sharepact_domain::id::AssetId;
use sharepact_http::wire::ContractIds;
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, CURSOR, Grant, LIMIT, Operation, Shape};
use sharepact_store::{Index, Order, Source};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "asset-contracts",
    method: Method::GET,
    path: "/assets/{assetId}/contracts",
    summary: "retrieveByAssetId",
    description: "The ids of the contracts on an asset that are not Declined, Rejected, Expired or \
                  Stopped. The asset's owner sees all of them, a consumer its own.",
    access: Access::Token,
    query: &[LIMIT, CURSOR],
    body: None,
    success: (200, Shape::of::<ContractIds>()),
    problems: &["invalid-cursor"],
    grants: &[Grant::QueryIndex("by-asset")],
    run: |app, call| Box::pin(contracts(app, call)),
};

async fn contracts(app: &App, call: Call) -> Answer {
    let asset = call.path("assetId", AssetId::parse)?;
    let principal = call.principal()?;
    let sources = [Source {
        index: Index::Asset,
        partition: asset.to_string(),
        prefix: String::new(),
    }];
    let keep =
        |contract: &Contract| contract.status(call.now).is_live() && contract.visible_to(principal);
    let page = sharepact_runtime::list(app, &call, &sources, Order::Ascending, keep).await?;
    Reply::json(
        200,
        &ContractIds {
            items: page
                .items
                .iter()
                .map(|contract| contract.id.to_string())
                .collect(),
            next_cursor: page.next_cursor,
        },
    )
}
