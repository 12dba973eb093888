//! `GET /assets/pending` – the ids of the assets that users have live contracts on.
//!
//! Who: anyone, for contracts they are a party to; operators for any.

use lambda_http::http::Method;
use sharepact_domain::contract::Contract;
use sharepact_http::wire::AssetIds;
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, CURSOR, Grant, LIMIT, Operation, Shape, USER_ID};

use crate::consumed;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "assets-pending",
    method: Method::GET,
    path: "/assets/pending",
    summary: "retrieveActivePending",
    description: "The ids of the assets that the users have live contracts on as consumers: not Declined, Rejected, Expired or Stopped. Each id once a page.",
    access: Access::Token,
    query: &[USER_ID, LIMIT, CURSOR],
    body: None,
    success: (200, Shape::of::<AssetIds>()),
    problems: &["invalid-cursor"],
    grants: &[
        Grant::QueryIndex("by-consumer"),
        Grant::QueryIndex("by-consumer-organization"),
    ],
    run: |app, call| Box::pin(pending(app, call)),
};

async fn pending(app: &App, call: Call) -> Answer {
    let keep = |contract: &Contract| contract.status(call.now).is_live();
    let page = consumed::contracts(app, &call, keep).await?;
    let mut items: Vec<String> = Vec::new();
    for contract in &page.items {
        let id = contract.asset().map(|asset| asset.id.to_string());
        items.extend(id.filter(|id| !items.contains(id)));
    }
    Reply::json(
        200,
        &AssetIds {
            items,
            next_cursor: page.next_cursor,
        },
    )
}
