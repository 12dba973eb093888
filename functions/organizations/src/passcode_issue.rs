//! `POST /passcodes` – a consumer gets a passcode to tell a provider.
//!
//! Who: contract managers and the manager of an organisation that has a name. The code is in this answer and is kept nowhere:
//! it is derived from the passcode's id, so that a repetition of the request hears the same one.

use lambda_http::http::Method;
use sharepact_domain::event::Link;
use sharepact_domain::id::PasscodeId;
use sharepact_domain::organization::Organization;
use sharepact_domain::passcode::{Passcode, Refusal};
use sharepact_domain::text::Line;
use sharepact_http::wire::{KeptPasscode, NoBody, PasscodeView};
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{
    Access, Answer, App, Grant, Operation, Shape, failed, guessing, idempotency, seal,
};
use sharepact_store::{Change, Outcome, Rejected, Remembered, Ticket};

use crate::passcode::refused;

/// How often another code is derived where one is in use already.
const ATTEMPTS: u32 = 3;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "passcode-issue",
    method: Method::POST,
    path: "/passcodes",
    summary: "issue a passcode",
    description: "A consumer's contract manager gets a code of eight characters to tell a provider. It can be used once, \
                  within 15 minutes, and is shown in this answer only. The organisation needs a name, which whoever enters \
                  the code sees.",
    access: Access::Token,
    query: &[],
    body: None,
    success: (201, Shape::of::<PasscodeView>()),
    problems: &[
        "role-required",
        "unnamed-organization",
        "conflict",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(issue(app, call)),
};

async fn issue(app: &App, call: Call) -> Answer {
    call.body::<NoBody>()?;
    let principal = call.principal()?;
    let own = principal.organization.as_ref();
    let own = own.filter(|_| principal.manages_contracts());
    let own = own.ok_or_else(|| refused(Refusal::NotContractManager))?;
    let ticket = idempotency::ticket(&call)?;
    let found = app.store.organization(own, ticket.as_ref(), call.now).await;
    let found = found.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return replay(app, ticket.as_ref(), remembered);
    }
    let Some(Organization { name, .. }) = found.value else {
        return Err(Problem::new(
            ProblemType::UnnamedOrganization,
            format!(
                "whoever enters the code sees your organisation's name: give it one, PATCH /organizations/{own}"
            ),
        ));
    };
    for _ in 0..ATTEMPTS {
        if let Some(reply) = attempt(app, &call, ticket.as_ref(), name.clone()).await? {
            return Ok(reply);
        }
    }
    Err(Problem::new(
        ProblemType::Conflict,
        "no free code was found: ask again",
    ))
}

/// One attempt; none where another passcode has the same code.
async fn attempt(
    app: &App,
    call: &Call,
    ticket: Option<&Ticket>,
    name: Line,
) -> Result<Option<Reply>, Problem> {
    let id = PasscodeId::new(app.new_id());
    let fact = Passcode::issue(call.principal()?, name, call.now).map_err(refused)?;
    let event = seal(app, call, fact, id.to_string(), Link::FIRST)?;
    let passcode = Passcode::begun(id, &event)
        .ok_or_else(|| Problem::internal("an issue that begins nothing"))?;
    let kept = Reply::json(201, &KeptPasscode::from(&passcode))?;
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &kept)));
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let change = Change::Passcode {
        after: &passcode,
        event: &event,
        fingerprint: &guessing::fingerprint(app, &guessing::code(app, id)),
    };
    let outcome: Outcome<Passcode> = app
        .commit(change, remembering, call.now)
        .await
        .map_err(failed)?;
    match outcome {
        Outcome::Written => reveal(app, kept).map(Some),
        Outcome::Rejected(Rejected::Answered(remembered)) => {
            replay(app, ticket, remembered).map(Some)
        }
        Outcome::Rejected(rejected) => {
            rejected.stale().map_err(failed)?;
            Ok(None)
        }
    }
}

fn replay(app: &App, ticket: Option<&Ticket>, remembered: Remembered) -> Answer {
    reveal(app, idempotency::replay(ticket, remembered)?)
}

/// The answer, of what is kept of it.
fn reveal(app: &App, kept: Reply) -> Answer {
    let passcode: KeptPasscode = serde_json::from_slice(&kept.body)
        .map_err(|error| Problem::internal(format!("a kept passcode: {error}")))?;
    let view = passcode.revealing(&guessing::code(app, passcode.id));
    let body = Reply::json(kept.status, &view)?.body;
    Ok(Reply { body, ..kept })
}
