//! `POST /invitations/redeem` – the first person of an onboarded organisation follows the invitation.
//!
//! Who: a user whose token names that organisation. A wrong token, one that was used and one whose time is over are answered
//! alike, and ten of them in an hour are the most.

use lambda_http::http::Method;
use sharepact_domain::id::OrganizationId;
use sharepact_domain::organization::{Organization, OrganizationFact, Refusal, Token};
use sharepact_domain::party::Owner;
use sharepact_http::wire::{OrganizationView, RedeemBody};
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{
    Access, Answer, App, Grant, Operation, Shape, failed, guessing, idempotency, seal,
};
use sharepact_store::{Attempt, Change, Outcome, Rejected, Ticket};

use crate::command::{refused, shown};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "invitation-redeem",
    method: Method::POST,
    path: "/invitations/redeem",
    summary: "follow an invitation",
    description: "The first person of an organisation that another one has onboarded shows the invitation's token, once. \
                  The caller's own token names the organisation. Of wrong tries, on passcodes and invitations together, an \
                  organisation has ten in an hour.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<RedeemBody>()),
    success: (200, Shape::of::<OrganizationView>()),
    problems: &[
        "invitation-invalid",
        "organization-required",
        "too-many-guesses",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(redeem(app, call)),
};

async fn redeem(app: &App, call: Call) -> Answer {
    let token = call.body::<RedeemBody>()?.token;
    let Some(id) = call.principal()?.organization.clone() else {
        return Err(Problem::new(
            ProblemType::OrganizationRequired,
            "takes a bearer token of the organisation that the invitation is to",
        ));
    };
    let ticket = idempotency::ticket(&call)?;
    for _ in 0..guessing::ATTEMPTS {
        if let Some(reply) = attempt(app, &call, ticket.as_ref(), (&id, &token)).await? {
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
    (id, token): (&OrganizationId, &str),
) -> Result<Option<Reply>, Problem> {
    let found = app.store.joining(id, ticket, call.now).await;
    let found = found.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket, remembered).map(Some);
    }
    let attempt = found
        .value
        .ok_or_else(|| Problem::internal("an attempt without guesses"))?;
    let principal = call.principal()?;
    let joining = attempt.behind.as_ref().and_then(|organization| {
        let fact = organization.join(principal, &Token::hash(token), call.now);
        fact.ok()
    });
    let Some(fact) = joining else {
        let owner = Owner::Organization(id.clone());
        let guesses = guessing::attempt(&attempt.guesses, false, call.now)?;
        return match guessing::wrong(app, &owner, &guesses, call.now).await? {
            true => Err(refused(Refusal::NoInvitation)),
            false => Ok(None),
        };
    };
    join(app, call, ticket, (attempt, fact)).await
}

async fn join(
    app: &App,
    call: &Call,
    ticket: Option<&Ticket>,
    (attempt, fact): (Attempt<Organization>, OrganizationFact),
) -> Result<Option<Reply>, Problem> {
    let Attempt { behind, guesses } = attempt;
    let organization = behind.ok_or_else(|| Problem::internal("nobody to join"))?;
    let id = organization.id.clone();
    let owner = Owner::Organization(id.clone());
    let guesses = guessing::attempt(&guesses, true, call.now)?;
    let event = seal(app, call, fact, id.to_string(), organization.link())?;
    let after = Organization::after(Some(organization), &id, &event)
        .ok_or_else(|| Problem::internal("nobody has joined"))?;
    let reply = shown(200, &after, call)?;
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let changes = [
        Change::Organization {
            after: &after,
            event: &event,
        },
        Change::Guesses {
            owner: &owner,
            after: &guesses,
        },
    ];
    let outcome: Outcome<Organization> = app
        .commit_all(&changes, remembering, call.now)
        .await
        .map_err(failed)?;
    match outcome {
        Outcome::Written => Ok(Some(reply)),
        Outcome::Rejected(Rejected::Answered(remembered)) => {
            idempotency::replay(ticket, remembered).map(Some)
        }
        Outcome::Rejected(rejected) => {
            rejected.late().map_err(failed)?;
            Ok(None)
        }
    }
}
