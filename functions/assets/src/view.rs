//! `GET /assets/{assetId}` – an asset of the register.
//!
//! Who: anyone; a Confidential one its owner's side and operators only.

use lambda_http::http::Method;
use sharepact_domain::id::AssetId;
use sharepact_http::wire::AssetView;
use sharepact_http::{Call, Problem, Reply, entity_tag};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "asset-view",
    method: Method::GET,
    path: "/assets/{assetId}",
    summary: "view an asset",
    description: "An asset with its fields, their types and the licence. A Confidential asset is \
                  seen by its owner's side and operators only.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<AssetView>()),
    problems: &[],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let id = call.path("assetId", AssetId::parse)?;
    let principal = call.principal()?;
    let found = app.store.asset(&id).await.map_err(failed)?;
    let asset = found
        .filter(|asset| asset.visible_to(principal))
        .ok_or_else(|| Problem::not_found("asset"))?;
    let tag = entity_tag(asset.version, false);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    Ok(Reply::json(200, &AssetView::from(&asset))?.tagged(tag))
}
