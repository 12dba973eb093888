//! `GET /wallets/{owner}` – the registered address of a user or an organisation.
//!
//! Who: the user itself, the organisation's members, operators; to anyone else there is none.

use lambda_http::http::Method;
use sharepact_domain::id::{OrganizationId, UserId};
use sharepact_domain::party::Owner;
use sharepact_domain::wallet::{Wallet, owner_for};
use sharepact_http::wire::WalletView;
use sharepact_http::{Call, Problem, Reply, entity_tag};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, QueryParameter, Shape, failed};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "wallet-view",
    method: Method::GET,
    path: "/wallets/{owner}",
    summary: "view a wallet",
    description: "The registered address of a user or an organisation, and those before it. For \
                  the user, the organisation's members and operators.",
    access: Access::Token,
    query: &[QueryParameter::optional(
        "kind",
        "user or organization: whose wallet an operator means, where one id names both",
    )],
    body: None,
    success: (200, Shape::of::<WalletView>()),
    problems: &[],
    grants: &[Grant::BatchGet],
    run: |app, call| Box::pin(view(app, call)),
};

async fn view(app: &App, call: Call) -> Answer {
    let id = call.path("owner", UserId::parse)?;
    let principal = call.principal()?;
    let kind = call.query("kind")?;
    if !matches!(kind, None | Some("user" | "organization")) {
        return Err(call.refuse("kind", "takes user or organization"));
    }
    let mut owners = match principal.is_operator() {
        true => candidates(id),
        false => owner_for(principal, id.as_str()).into_iter().collect(),
    };
    owners.retain(|owner| is_kind(owner, kind));
    if owners.is_empty() {
        return Err(Problem::not_found("wallet"));
    }
    let wallets = app.store.wallets(&owners).await.map_err(failed)?;
    match wallets.as_slice() {
        [] => Err(Problem::not_found("wallet")),
        [wallet] => answer(&call, wallet),
        [_, ..] => Err(call.refuse("kind", "a user and an organisation have this id: say which")),
    }
}

/// An operator says an id alone: it may be a user's or an organisation's.
fn candidates(id: UserId) -> Vec<Owner> {
    let organization = OrganizationId::parse(id.as_str())
        .ok()
        .map(Owner::Organization);
    std::iter::once(Owner::User(id))
        .chain(organization)
        .collect()
}

fn is_kind(owner: &Owner, kind: Option<&str>) -> bool {
    match (kind, owner) {
        (None, _) => true,
        (Some(kind), Owner::User(_)) => kind == "user",
        (Some(kind), Owner::Organization(_)) => kind == "organization",
    }
}

fn answer(call: &Call, wallet: &Wallet) -> Answer {
    let tag = entity_tag(wallet.version, false);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    Ok(Reply::json(200, &WalletView::from(wallet))?.tagged(tag))
}
