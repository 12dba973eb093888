//! How every command on a contract travels: one read, the domain's decision, one transaction.
//!
//! The one rule: a handler names its command; nothing of this is written again anywhere.

use sharepact_domain::contract::{
    Command, CommandKind, Contract, ContractFact, Decision, Revision,
};
use sharepact_domain::event::Event;
use sharepact_domain::id::ContractId;
use sharepact_domain::terms::Terms;
use sharepact_http::wire::{CommandBody, ContractView};
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{Answer, App, failed, idempotency, note, seal};
use sharepact_store::{Change, Claim, Outcome, Parent, Rejected, Ticket};

/// Runs the command that the body is.
pub(crate) async fn run<B: CommandBody>(app: &App, call: Call) -> Answer {
    let id = call.path("id", ContractId::parse)?;
    let command = call.body::<B>()?.command()?;
    carry_out(app, &call, id, command).await
}

async fn carry_out(app: &App, call: &Call, id: ContractId, command: Command) -> Answer {
    let principal = call.principal()?;
    let ticket = idempotency::ticket(call)?;
    let found = app.store.contract(id, ticket.as_ref(), call.now);
    let found = found.await.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let record = found
        .value
        .filter(|record| record.contract.visible_to(principal))
        .ok_or_else(|| Problem::not_found("contract"))?;
    if record.contract.side_of(principal).is_none() {
        return Err(Problem {
            allowed: Some(Vec::new()),
            ..Problem::new(
                ProblemType::WrongSide,
                "operators look at contracts and bind nobody",
            )
        });
    }
    let tag = ContractView::tag(&record.contract, call.now);
    call.precondition().check(Some(&tag))?;

    let actor = call.actor()?;
    note(|notes| notes.command(id, command.kind(), record.contract.recorded));
    let Decision { fact, terms } = record.contract.decide(&actor, command, call.now)?;
    let event = seal(app, call, fact, id.to_string(), record.contract.link())?;
    let after = record.contract.apply(&event);
    let change = Written {
        claim: claim(&event.fact),
        under: None,
        event,
        after,
        terms: terms.or(record.terms),
    };
    write(app, call, ticket.as_ref(), change, 200).await
}

/// What a command comes to, ready to be written.
pub(crate) struct Written {
    pub event: Event<ContractFact>,
    pub after: Contract,
    pub terms: Option<Terms>,
    pub claim: Claim,
    /// What must not have changed since it was read, so that nothing begins under what has ended.
    pub under: Option<Parent>,
}

/// Writes a change with its answer, and turns what stood in the way into a problem.
pub(crate) async fn write(
    app: &App,
    call: &Call,
    ticket: Option<&Ticket>,
    change: Written,
    status: u16,
) -> Answer {
    let principal = call.principal()?;
    let view = |contract: &Contract, terms: Option<&Terms>| {
        ContractView::new(contract, terms, principal, call.now)
    };
    let after = &change.after;
    let mut reply = Reply::json(status, &view(after, change.terms.as_ref()))?
        .tagged(ContractView::tag(after, call.now));
    if status == 201 {
        reply = reply.located(format!("/contracts/{}", after.id));
    }
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let revision = Revision::brought_by(&change.event.fact, after, change.terms.as_ref());
    let written = Change::Contract {
        after,
        event: &change.event,
        revision: revision.as_ref(),
        claim: change.claim,
    };
    let under = change.under.map(Change::Unchanged);
    let changes: Vec<_> = std::iter::once(written).chain(under).collect();
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let outcome: Outcome<Contract> = app
        .commit_all(&changes, remembering, call.now)
        .await
        .map_err(failed)?;
    match outcome {
        Outcome::Written => Ok(reply),
        Outcome::Rejected(Rejected::Answered(remembered)) => {
            idempotency::replay(ticket, remembered)
        }
        Outcome::Rejected(Rejected::Occupied(contract)) => Err(Problem::new(
            ProblemType::LiveContract,
            format!("your side has a live contract on this asset: /contracts/{contract}"),
        )),
        Outcome::Rejected(Rejected::StaleBeside(_)) => Err(Problem::new(
            ProblemType::Conflict,
            "the agreement was changed in the same instant; look at what it is now",
        )),
        Outcome::Rejected(rejected) => {
            let current = rejected.stale().map_err(failed)?;
            Err(stale(call, current.as_ref()))
        }
    }
}

/// Somebody else was faster: 412 to a caller who made a condition of it, 409 to any other.
fn stale(call: &Call, current: Option<&Contract>) -> Problem {
    let present = current.map(|contract| ContractView::tag(contract, call.now));
    if let Err(problem) = call.precondition().check(present.as_deref()) {
        return problem;
    }
    let view = current
        .zip(call.principal().ok())
        .and_then(|(contract, principal)| {
            let view = ContractView::new(contract, None, principal, call.now);
            let body = Reply::json(200, &view).ok()?.body;
            let allowed = contract.allowed(principal, call.now);
            Some((allowed.into_iter().map(CommandKind::name).collect(), body))
        });
    let problem = Problem::new(
        ProblemType::Conflict,
        "another command was carried out in the same instant; look at what is there now",
    );
    match view {
        Some((allowed, body)) => Problem {
            allowed: Some(allowed),
            ..problem.showing(&body)
        },
        None => problem,
    }
}

/// What a fact does to the place that one live contract of a side on an asset holds.
fn claim(fact: &ContractFact) -> Claim {
    match fact {
        ContractFact::Requested { .. }
        | ContractFact::Acquired { .. }
        | ContractFact::Opened { .. } => Claim::Take,
        // A quota is for no asset in particular.
        ContractFact::Granted { .. } => Claim::Untouched,
        ContractFact::Drafted { .. }
        | ContractFact::Negotiated { .. }
        | ContractFact::Signed { .. } => Claim::Untouched,
        ContractFact::Activated { .. } | ContractFact::Extended { .. } => Claim::Hold,
        ContractFact::Declined { .. }
        | ContractFact::Rejected { .. }
        | ContractFact::Stopped { .. } => Claim::Release,
        // Its time was over, and with it its claim; another contract may hold the place by now.
        ContractFact::Expiring { .. } | ContractFact::Expired { .. } => Claim::Untouched,
    }
}
