//! `POST /webhooks` – a party says where it wants to hear of its contracts.
//!
//! Who: a user outside any organisation, or the manager of one, for the party that they bind. The
//! answer holds the secret that deliveries are signed with; no later answer does.

use lambda_http::http::Method;
use sharepact_domain::event::Link;
use sharepact_domain::id::WebhookId;
use sharepact_domain::webhook::{Health, Refusal, Registration, Secret, Secrets, Webhook};
use sharepact_http::wire::{WebhookBody, WebhookView};
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, idempotency, seal};
use sharepact_store::{Change, Outcome, Rejected, Ticket};

use crate::command::{self, refused};
use crate::outgoing::outgoing;

/// How often another place is tried when somebody else takes one in the same instant.
const ATTEMPTS: u32 = 5;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "webhook-register",
    method: Method::POST,
    path: "/webhooks",
    summary: "register a webhook",
    description: "A user outside any organisation, or the manager of one, says where events of \
                  their contracts are delivered, and which. Deliveries are signed as Standard \
                  Webhooks has it, with the secret in this answer; no later answer holds it. The \
                  address must be https and lead to public addresses only, now and at each \
                  delivery. A party has at most twenty webhooks.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<WebhookBody>()),
    success: (201, Shape::of::<WebhookView>()),
    problems: &[
        "invalid-url",
        "invalid-event-type",
        "invalid-text",
        "manager-required",
        "too-many-webhooks",
        "conflict",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(register(app, call)),
};

async fn register(app: &App, call: Call) -> Answer {
    // Nobody who may not register makes us look a name up.
    if !call.principal()?.binds() {
        return Err(refused(Refusal::NotManager));
    }
    let body = call.body::<WebhookBody>()?;
    let outbound = outgoing(app).map_err(|error| Problem::internal(error.to_string()))?;
    let url = outbound.admit(&body.url).await;
    let registration = body.parse(url)?;
    let ticket = idempotency::ticket(&call)?;
    for _ in 0..ATTEMPTS {
        if let Some(answer) = attempt(app, &call, ticket.as_ref(), registration.clone()).await? {
            return Ok(answer);
        }
    }
    Err(command::conflict())
}

/// One attempt; none where somebody else took the place in the same instant.
async fn attempt(
    app: &App,
    call: &Call,
    ticket: Option<&Ticket>,
    registration: Registration,
) -> Result<Option<Reply>, Problem> {
    let principal = call.principal()?;
    let owner = principal.party().owner();
    let found = app.store.webhook_beginning(&owner, ticket, call.now);
    let found = found.await.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket, remembered).map(Some);
    }
    let taken = found.value.unwrap_or_default();
    let id = WebhookId::new(app.new_id());
    let chance = id.to_string().bytes().fold(0, u8::wrapping_add);
    let fact = Webhook::register(principal, &registration, &taken, chance).map_err(refused)?;
    let event = seal(app, call, fact, id.to_string(), Link::FIRST)?;
    let webhook = Webhook::begun(id, registration, &event)
        .ok_or_else(|| Problem::internal("a registration that begins nothing"))?;
    let secrets = Secrets::first(Secret::new(app.random()?));
    let reply = command::answer(201, &webhook, &Health::default(), Some(&secrets))?
        .located(format!("/webhooks/{id}"));
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let change = Change::Webhook {
        after: &webhook,
        event: &event,
        secrets: Some(&secrets),
    };
    let outcome: Outcome<Webhook> = app
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
