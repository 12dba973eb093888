//! `GET /contracts/{id}/history` – every event, and what changed between two revisions.
//!
//! Who: both sides and operators; to anyone else there is no such contract.

use lambda_http::http::Method;
use sharepact_domain::contract::{Revision, difference};
use sharepact_domain::id::ContractId;
use sharepact_domain::party::Party;
use sharepact_http::wire::{DifferenceView, EventView, HistoryView};
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{
    Access, Answer, App, CURSOR, Grant, LIMIT, Operation, QueryParameter, Shape, failed,
};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "contract-history",
    method: Method::GET,
    path: "/contracts/{id}/history",
    summary: "history and difference of revisions",
    description: "Every event of a contract, oldest first, as it was recorded and hashed; with \
                  from and to also what changed in price and terms between two revisions.",
    access: Access::Token,
    query: &[
        QueryParameter::optional("from", "The earlier revision of a comparison; goes with to"),
        QueryParameter::optional("to", "The later revision of a comparison; goes with from"),
        LIMIT,
        CURSOR,
    ],
    body: None,
    success: (200, Shape::of::<HistoryView>()),
    problems: &["invalid-cursor"],
    grants: &[Grant::BatchGet, Grant::Query],
    run: |app, call| Box::pin(history(app, call)),
};

async fn history(app: &App, call: Call) -> Answer {
    let id = call.path("id", ContractId::parse)?;
    let principal = call.principal()?;
    let compared = compared(&call)?;
    let after = match call.cursor(&app.seals)? {
        None => 0,
        Some(position) => position
            .parse()
            .map_err(|_| Problem::internal("a signed cursor holds no sequence"))?,
    };
    let limit = u32::try_from(call.limit()?).unwrap_or(u32::MAX);
    let page = app.store.history(id, after, limit, compared);
    let page = page.await.map_err(failed)?;
    // The events name both parties, so that they authorise themselves.
    let visible = |parties: &[Party; 2]| {
        principal.is_operator() || parties.iter().any(|party| party.includes(principal))
    };
    page.parties
        .filter(visible)
        .ok_or_else(|| Problem::not_found("contract"))?;
    let difference = match page.compared {
        None => None,
        Some(revisions) => Some(compare(&call, revisions)?),
    };
    let last = page.events.last().filter(|_| page.more);
    let next_cursor = last.map(|event| call.seal(&app.seals, &event.sequence.to_string()));
    let items: Result<Vec<_>, _> = page.events.iter().map(EventView::try_from).collect();
    Reply::json(
        200,
        &HistoryView {
            items: items?,
            difference,
            next_cursor,
        },
    )
}

fn compared(call: &Call) -> Result<Option<[u32; 2]>, Problem> {
    let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
    let takes = "takes the number of a revision, from 1";
    let from = call.choices("from", number, takes)?;
    let to = call.choices("to", number, takes)?;
    match (from.as_slice(), to.as_slice()) {
        ([], []) => Ok(None),
        ([from], [to]) => Ok(Some([*from, *to])),
        (_, _) => Err(call.refuse("from", "from and to go together, once each")),
    }
}

fn compare(call: &Call, revisions: [Option<Revision>; 2]) -> Result<DifferenceView, Problem> {
    let [from, to] = revisions;
    let missing = |name| call.refuse(name, "the contract has no such revision");
    let from = from.ok_or_else(|| missing("from"))?;
    let to = to.ok_or_else(|| missing("to"))?;
    let found = difference(&from, &to);
    Ok(DifferenceView::new(&from, &to, found))
}
