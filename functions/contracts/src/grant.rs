//! `POST /framework-agreements/{id}/contracts` – a provider lets a consumer use so many assets under their agreement.
//!
//! Who: the provider's contract managers and manager; to whoever is no party there is no such agreement. One decision,
//! `grant`; the answer is the contract.

use lambda_http::http::Method;
use sharepact_domain::contract::{self, Contract, Decision};
use sharepact_domain::event::Link;
use sharepact_domain::id::{AgreementId, ContractId};
use sharepact_http::wire::{ContractView, GrantBody};
use sharepact_http::{Call, Problem, ProblemType};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, idempotency, seal};
use sharepact_store::{Claim, Parent};

use crate::command::{Written, write};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-grant",
    method: Method::POST,
    path: "/framework-agreements/{id}/contracts",
    summary: "grant a contract under a framework agreement",
    description: "A provider's contract manager lets the consumer use so many assets for a time within the agreement's, each \
                  by a session of its own. The contract is Active at once.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<GrantBody>()),
    success: (201, Shape::of::<ContractView>()),
    problems: &[
        "invalid-quota",
        "invalid-term",
        "wrong-side",
        "manager-required",
        "agreement-not-active",
        "conflict",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put, Grant::Check],
    run: |app, call| Box::pin(grant(app, call)),
};

async fn grant(app: &App, call: Call) -> Answer {
    let id = call.path("id", AgreementId::parse)?;
    let granted = call.body::<GrantBody>()?.parse()?;
    let principal = call.principal()?;
    let ticket = idempotency::ticket(&call)?;
    let found = app.store.agreement(id, ticket.as_ref(), call.now);
    let found = found.await.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let agreement = found
        .value
        .filter(|agreement| agreement.visible_to(principal))
        .ok_or_else(|| Problem::not_found("agreement"))?;
    if agreement.side_of(principal).is_none() {
        return Err(Problem::new(
            ProblemType::WrongSide,
            "operators look at agreements and bind nobody",
        ));
    }

    let Decision { fact, terms } = contract::grant(&agreement, principal, granted, call.now)?;
    let id = ContractId::new(app.new_id());
    let event = seal(app, &call, fact, id.to_string(), Link::FIRST)?;
    let after = Contract::begin(id, &event)
        .ok_or_else(|| Problem::internal("the decision begins no contract"))?;
    let change = Written {
        event,
        after,
        terms,
        claim: Claim::Untouched,
        under: Some(Parent::Agreement(agreement.id, agreement.version)),
    };
    write(app, &call, ticket.as_ref(), change, 201).await
}
