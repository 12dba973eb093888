//! `GET /wallets/{owner}` – the registered address of a user or an organisation, what it holds and how it was funded.
//!
//! Balance and funding are read afresh each time, and the entity tag says them too: who has another balance is told the new
//! one. A change is held against the registration's part of it alone.
//!
//! Who: the user itself, the organisation's members, operators; to anyone else there is none.

use std::time::Duration;

use lambda_http::http::Method;
use sharepact_domain::chain::Wei;
use sharepact_domain::id::{OrganizationId, TransferId, UserId};
use sharepact_domain::party::Owner;
use sharepact_domain::transfer::Key;
use sharepact_domain::wallet::{Address, Wallet, owner_for};
use sharepact_http::wire::{WalletStateView, transfer_status};
use sharepact_http::{Call, Problem, Reply, live_tag};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, QueryParameter, Shape, failed};

/// How long the chain may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "wallet-view",
    method: Method::GET,
    path: "/wallets/{owner}",
    summary: "view a wallet",
    description: "The registered address of a user or an organisation, those before it, what it \
                  holds on the chain and whether the platform has funded it. For the user, the \
                  organisation's members and operators.",
    access: Access::Token,
    query: &[QueryParameter::optional(
        "kind",
        "user or organization: whose wallet an operator means, where one id names both",
    )],
    body: None,
    success: (200, Shape::of::<WalletStateView>()),
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
        [wallet] => answer(app, &call, wallet).await,
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

async fn answer(app: &App, call: &Call, wallet: &Wallet) -> Answer {
    let address = &wallet.current.address;
    let funding = app.store.transfer(TransferId::of(address, Key::Funding));
    let (funding, (ledger, balance)) = tokio::join!(funding, balance(app, address));
    let funding = funding.map_err(failed)?;
    let funding = funding.map_or("none", |transfer| transfer_status(transfer.status));
    let view = WalletStateView::new(wallet, ledger, balance, funding);
    let balance = view.balance.as_deref();
    let found: Vec<_> = [ledger, funding].into_iter().chain(balance).collect();
    let tag = live_tag(wallet.version, &found);
    if call.precondition().is_current(&tag) {
        return Ok(Reply::not_modified(tag));
    }
    Ok(Reply::json(200, &view)?.tagged(tag))
}

/// What the chain says; one that does not answer in time is left out.
async fn balance(app: &App, address: &Address) -> (&'static str, Option<Wei>) {
    let Ok(chain) = app.links.chain() else {
        return ("off", None);
    };
    let asked = async {
        chain.network().await?;
        chain.balance(address).await
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(balance)) => ("on", Some(balance)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a wallet is shown without its balance");
            ("unreachable", None)
        }
        Err(_) => ("unreachable", None),
    }
}
