//! `GET /assets/acquired` – the assets that users may use now.
//!
//! Who: anyone, for contracts they are a party to; operators for any.

use lambda_http::http::Method;
use sharepact_domain::contract::{Contract, Status};
use sharepact_http::wire::{AcquiredAsset, AcquiredPage};
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, CURSOR, Grant, LIMIT, Operation, Shape, USER_ID};

use crate::consumed;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "assets-acquired",
    method: Method::GET,
    path: "/assets/acquired",
    summary: "retrieveAcquiredAssets",
    description: "The assets that the users have Active contracts on as consumers, with the fields and the rows that may be used, and until when.",
    access: Access::Token,
    query: &[USER_ID, LIMIT, CURSOR],
    body: None,
    success: (200, Shape::of::<AcquiredPage>()),
    problems: &["invalid-cursor"],
    grants: &[
        Grant::QueryIndex("by-consumer"),
        Grant::QueryIndex("by-consumer-organization"),
    ],
    run: |app, call| Box::pin(acquired(app, call)),
};

async fn acquired(app: &App, call: Call) -> Answer {
    let keep = |contract: &Contract| contract.status(call.now) == Status::Active;
    let page = consumed::contracts(app, &call, keep).await?;
    let items = page.items.iter().filter_map(AcquiredAsset::of).collect();
    Reply::json(
        200,
        &AcquiredPage {
            items,
            next_cursor: page.next_cursor,
        },
    )
}
