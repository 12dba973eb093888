//! `GET /contracts/tasks` – what waits for the caller, oldest first.
//!
//! Who: anyone, for what they may act on: their own contracts, and as manager the organisation's.

use lambda_http::http::Method;
use sharepact_domain::contract::Contract;
use sharepact_domain::party::{Owner, Principal};
use sharepact_http::wire::{ContractPage, ContractView};
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Access, Answer, App, CURSOR, Grant, LIMIT, Operation, Shape};
use sharepact_store::{Index, Order, Source};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-tasks",
    method: Method::GET,
    path: "/contracts/tasks",
    summary: "what waits for the caller",
    description: "Contracts that go on only when the caller acts, oldest first: requests to \
                  answer, drafts and negotiations whose turn it is, signed contracts to activate. \
                  A plain member of an organisation binds nobody, so nothing of it waits for them.",
    access: Access::Token,
    query: &[LIMIT, CURSOR],
    body: None,
    success: (200, Shape::of::<ContractPage>()),
    problems: &["invalid-cursor"],
    grants: &[Grant::QueryIndex("by-waiting")],
    run: |app, call| Box::pin(tasks(app, call)),
};

async fn tasks(app: &App, call: Call) -> Answer {
    let principal = call.principal()?;
    let sources: Vec<_> = bound(principal)
        .map(|owner| Source {
            index: Index::Waiting,
            partition: owner.to_string(),
            prefix: String::new(),
        })
        .collect();
    let keep = |contract: &Contract| contract.visible_to(principal);
    let page = sharepact_runtime::list(app, &call, &sources, Order::Ascending, keep).await?;
    let view = |contract: &Contract| ContractView::new(contract, None, principal, call.now);
    Reply::json(
        200,
        &ContractPage {
            items: page.items.iter().map(view).collect(),
            next_cursor: page.next_cursor,
        },
    )
}

/// Whom the caller may bind: always themselves, and as manager the organisation.
fn bound(principal: &Principal) -> impl Iterator<Item = Owner> {
    let managed = principal.organization.clone().filter(|_| principal.binds());
    std::iter::once(Owner::User(principal.user.clone())).chain(managed.map(Owner::Organization))
}
