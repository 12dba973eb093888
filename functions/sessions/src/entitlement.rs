//! `GET /entitlements` – may the caller use an asset now, through what, which part of it, until when.
//!
//! Who: anyone, for itself and the organisation it acts for. What a data plane asks before it gives anything out; so nothing
//! of the answer is kept anywhere, and each is about its own instant.

use lambda_http::http::Method;
use sharepact_domain::entitlement::{by_contract, by_session};
use sharepact_domain::id::AssetId;
use sharepact_domain::party::Owner;
use sharepact_http::wire::EntitlementView;
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, QueryParameter, Shape, failed};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "entitlement-view",
    method: Method::GET,
    path: "/entitlements",
    summary: "may an asset be used now",
    description: "Whether the caller may use an asset at this instant: by a contract on it or a session that runs, which fields \
                  and rows, and until when. An asset that nobody knows and one that the caller may not use are answered alike.",
    access: Access::Token,
    query: &[QueryParameter::optional(
        "assetId",
        "The asset; the operation takes exactly one",
    )],
    body: None,
    success: (200, Shape::of::<EntitlementView>()),
    problems: &[],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let text = call.query("assetId")?;
    let text = text.ok_or_else(|| call.refuse("assetId", "takes the id of an asset"))?;
    let id = AssetId::parse(text).map_err(|fault| Problem::parameter("assetId", &fault))?;
    let principal = call.principal()?;
    let user = Owner::User(principal.user.clone());
    let organization = principal.organization.clone().map(Owner::Organization);
    let owners: Vec<_> = std::iter::once(user).chain(organization).collect();
    let found = app.store.entitling(&owners, &id).await.map_err(failed)?;
    let grounds: Vec<_> = match &found.asset {
        None => Vec::new(),
        Some(asset) => {
            let contracts = found.contracts.iter();
            let contracts =
                contracts.filter_map(|contract| by_contract(contract, asset, principal, call.now));
            let sessions = found.sessions.iter().filter_map(|record| {
                by_session(&record.session, &record.lineage, asset, principal, call.now)
            });
            contracts.chain(sessions).collect()
        }
    };
    Reply::json(200, &EntitlementView::new(&id, &grounds, call.now))
}
