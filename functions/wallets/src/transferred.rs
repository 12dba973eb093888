//! `GET /wallets/{ethaddress}/transfers/{id}` – how far a transfer has come.
//!
//! Who: platform operators; to anyone else there is none. (A wallet's owner sees its funding with the wallet.)

use lambda_http::http::Method;
use sharepact_domain::id::TransferId;
use sharepact_domain::wallet::Address;
use sharepact_http::wire::TransferView;
use sharepact_http::{Call, Problem, Reply, entity_tag};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "transfer-view",
    method: Method::GET,
    path: "/wallets/{ethaddress}/transfers/{id}",
    summary: "view a transfer",
    description: "How far a transfer of ether has come: ordered, submitted, confirmed or failed, \
                  its transaction and its block. For operators.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<TransferView>()),
    problems: &["invalid-address"],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let missing = || Problem::not_found("transfer");
    if !call.principal()?.is_operator() {
        return Err(missing());
    }
    let address = call.path("ethaddress", Address::parse)?;
    let id = call.path("id", TransferId::parse)?;
    let found = app.store.transfer(id).await.map_err(failed)?;
    let transfer = found
        .filter(|transfer| transfer.address == address)
        .ok_or_else(missing)?;
    let tag = entity_tag(transfer.version, false);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    Ok(Reply::json(200, &TransferView::from(&transfer))?.tagged(tag))
}
