//! `PUT /wallets/{owner}` – a user or an organisation registers its Ethereum address.
//!
//! Who: the user itself, outside any organisation; for an organisation its manager. To anyone else
//! there is no such wallet.

use lambda_http::http::Method;
use sharepact_domain::event::Link;
use sharepact_domain::id::UserId;
use sharepact_domain::wallet::{Wallet, WalletFact, owner_for};
use sharepact_http::wire::{WalletBody, WalletView};
use sharepact_http::{Call, Problem, ProblemType, Reply, entity_tag};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, seal};
use sharepact_store::{Change, Outcome, Rejected};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "wallet-register",
    method: Method::PUT,
    path: "/wallets/{owner}",
    summary: "register a wallet",
    description: "A user outside any organisation registers its Ethereum address, or a manager \
                  that of the organisation: 201 when it is the first, 200 otherwise. The owner is \
                  the user's or the organisation's id. Another address takes the place of the one \
                  before it, which stays in the history.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<WalletBody>()),
    success: (200, Shape::of::<WalletView>()),
    problems: &[
        "invalid-address",
        "manager-required",
        "address-taken",
        "conflict",
        "stale-version",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(register(app, call)),
};

async fn register(app: &App, call: Call) -> Answer {
    let id = call.path("owner", UserId::parse)?;
    let principal = call.principal()?;
    let owner = owner_for(principal, id.as_str()).ok_or_else(|| Problem::not_found("wallet"))?;
    if !principal.binds() {
        return Err(Problem::new(
            ProblemType::ManagerRequired,
            "only the manager of an organisation registers its wallet",
        ));
    }
    let address = call.body::<WalletBody>()?.parse()?;
    let owners = [owner.clone()];
    let existing = app.store.wallets(&owners).await.map_err(failed)?.pop();
    let tag = existing
        .as_ref()
        .map(|wallet| entity_tag(wallet.version, false));
    call.precondition().check(tag.as_deref())?;
    if let Some(wallet) = existing
        .as_ref()
        .filter(|wallet| wallet.current.address == address)
    {
        return answer(200, wallet);
    }

    let status = if existing.is_some() { 200 } else { 201 };
    let link = existing.as_ref().map_or(Link::FIRST, Wallet::link);
    let fact = WalletFact::Registered { owner, address };
    let event = seal(app, &call, fact, id.to_string(), link)?;
    let after = Wallet::after(existing, &event);
    let change = Change::Wallet {
        after: &after,
        event: &event,
    };
    let outcome: Outcome<Wallet> = app.commit(change, None, call.now).await.map_err(failed)?;
    match outcome {
        Outcome::Written => answer(status, &after),
        Outcome::Rejected(Rejected::AddressTaken) => Err(Problem::new(
            ProblemType::AddressTaken,
            "the address is registered to another owner; an address has one owner, ever",
        )),
        Outcome::Rejected(Rejected::Stale(current)) => {
            // 412 to a caller who made a condition of it, 409 to any other.
            let present = current.map(|wallet| entity_tag(wallet.version, false));
            call.precondition().check(present.as_deref())?;
            Err(Problem::new(
                ProblemType::Conflict,
                "the wallet was changed in the same instant; read it again",
            ))
        }
        Outcome::Rejected(Rejected::Answered(_) | Rejected::Occupied(_)) => Err(Problem::internal(
            "a wallet's transaction was refused for another aggregate",
        )),
    }
}

fn answer(status: u16, wallet: &Wallet) -> Answer {
    let reply = Reply::json(status, &WalletView::from(wallet))?;
    let reply = reply.tagged(entity_tag(wallet.version, false));
    Ok(match status {
        201 => reply.located(format!("/wallets/{}", wallet.owner.id())),
        _ => reply,
    })
}
