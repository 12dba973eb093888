//! `POST /passcodes/resolve` – a provider learns whom a passcode stands for.
//!
//! Who: contract managers and the manager of an organisation. The passcode can still be used afterwards. A wrong one, one that
//! was used and one whose time is over are answered alike, and ten of them in an hour are the most.

use lambda_http::http::Method;
use sharepact_domain::event::Digest;
use sharepact_domain::party::Owner;
use sharepact_domain::passcode::{Guesses, Refusal};
use sharepact_http::wire::{ConsumerView, PasscodeBody};
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{
    Access, Answer, App, Grant, Operation, Shape, failed, guessing, idempotency,
};
use sharepact_store::{Change, Outcome, Rejected, Ticket};

use crate::passcode::refused;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "passcode-resolve",
    method: Method::POST,
    path: "/passcodes/resolve",
    summary: "look up a consumer by its passcode",
    description: "A provider's contract manager learns id and name of the organisation that a passcode stands for, and uses \
                  it up by nothing of this. A wrong, used or expired passcode gets one same answer; of these, on passcodes \
                  and invitations together, an organisation has ten in an hour.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<PasscodeBody>()),
    success: (200, Shape::of::<ConsumerView>()),
    problems: &[
        "malformed-passcode",
        "passcode-invalid",
        "role-required",
        "too-many-guesses",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(resolve(app, call)),
};

async fn resolve(app: &App, call: Call) -> Answer {
    let principal = call.principal()?;
    let own = principal.organization.as_ref();
    let own = own.filter(|_| principal.manages_contracts());
    let own = own.ok_or_else(|| refused(Refusal::NotContractManager))?;
    let owner = Owner::Organization(own.clone());
    let code = call.body::<PasscodeBody>()?.parse()?;
    let fingerprint = guessing::fingerprint(app, &code);
    let ticket = idempotency::ticket(&call)?;
    for _ in 0..guessing::ATTEMPTS {
        if let Some(reply) = attempt(app, &call, ticket.as_ref(), (&owner, &fingerprint)).await? {
            return Ok(reply);
        }
    }
    Err(guessing::crowded())
}

/// One attempt; none where another one was faster.
async fn attempt(
    app: &App,
    call: &Call,
    ticket: Option<&Ticket>,
    (owner, fingerprint): (&Owner, &Digest),
) -> Result<Option<Reply>, Problem> {
    let found = app.store.passcode(fingerprint, owner, ticket, call.now);
    let found = found.await.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket, remembered).map(Some);
    }
    let attempt = found
        .value
        .ok_or_else(|| Problem::internal("an attempt without guesses"))?;
    let open = attempt.behind.filter(|passcode| passcode.is_open(call.now));
    let guesses = guessing::attempt(&attempt.guesses, open.is_some(), call.now)?;
    let Some(passcode) = open else {
        return match guessing::wrong(app, owner, &guesses, call.now).await? {
            true => Err(guessing::no_passcode()),
            false => Ok(None),
        };
    };
    let reply = Reply::json(200, &ConsumerView::from(&passcode))?;
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let change = Change::Guesses {
        owner,
        after: &guesses,
    };
    let outcome: Outcome<Guesses> = app
        .commit(change, remembering, call.now)
        .await
        .map_err(failed)?;
    match outcome {
        Outcome::Written => Ok(Some(reply)),
        Outcome::Rejected(Rejected::Answered(remembered)) => {
            idempotency::replay(ticket, remembered).map(Some)
        }
        Outcome::Rejected(rejected) => {
            rejected.stale().map_err(failed)?;
            Ok(None)
        }
    }
}
