//! `POST /contracts/{id}/document` – renders the contract as PDF now (the seed's `generatePDF`).
//!
//! Who: both sides and operators. Before the contract is in force, and after, its status stands
//! across every page.

use lambda_http::http::Method;
use sharepact_domain::id::ContractId;
use sharepact_http::wire::{ContractView, NoBody};
use sharepact_http::{Call, Problem};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};
use sharepact_store::Printable;

use crate::printed;
use crate::sheet::{CONTRACTS, Sheet};
use crate::wire::DocumentView;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-print",
    method: Method::POST,
    path: "/contracts/{id}/document",
    summary: "generatePDF",
    description: "Renders the contract as it is now, watermarked with its status unless it is \
                  Active, and answers a link that works for five minutes. Asked again, it leads \
                  to the same document, so no key is needed.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<NoBody>()),
    success: (200, Shape::of::<DocumentView>()),
    problems: &["stale-version"],
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::KeepDocument(CONTRACTS),
        Grant::LinkDocument(CONTRACTS),
    ],
    run: |app, call| Box::pin(print(app, call)),
};

async fn print(app: &App, call: Call) -> Answer {
    let id = call.path("id", ContractId::parse)?;
    let NoBody {} = call.body()?;
    let principal = call.principal()?;
    let found = app.store.printable(id).await.map_err(failed)?;
    let Printable { record, document } = found
        .filter(|found| found.record.contract.visible_to(principal))
        .ok_or_else(|| Problem::not_found("contract"))?;
    let tag = ContractView::tag(&record.contract, call.now);
    printed::print(app, &call, &Sheet::Contract(record), document, tag).await
}
