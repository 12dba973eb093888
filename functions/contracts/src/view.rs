//! `GET /contracts/{id}` – a contract as the caller sees it now.
//!
//! Who: both sides and operators; to anyone else there is no such contract.

use lambda_http::http::Method;
use sharepact_domain::id::ContractId;
use sharepact_http::wire::ContractView;
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-view",
    method: Method::GET,
    path: "/contracts/{id}",
    summary: "retrieve",
    description: "A contract with the terms on the table and what the caller may do now; of one under a framework \
                  agreement also how much of its quota is in use. For both sides and operators.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<ContractView>()),
    problems: &[],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let id = call.path("id", ContractId::parse)?;
    let principal = call.principal()?;
    let found = app.store.contract_in_use(id).await.map_err(failed)?;
    let (record, used) = found
        .filter(|(record, _)| record.contract.visible_to(principal))
        .ok_or_else(|| Problem::not_found("contract"))?;
    let tag = ContractView::tag(&record.contract, call.now);
    // How much of a quota is in use changes without the contract: that is told anew each time.
    if record.contract.quota().is_none() && call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    let view = ContractView::new(&record.contract, record.terms.as_ref(), principal, call.now);
    Ok(Reply::json(200, &view.using(used))?.tagged(tag))
}
