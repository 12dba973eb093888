//! How every command on a webhook travels: one read, the domain's decision, one transaction.
//!
//! The one rule: a handler names its command; nothing of this is written again anywhere.

use sharepact_domain::id::WebhookId;
use sharepact_domain::webhook::{Command, Health, Refusal, Secret, Secrets, Webhook, WebhookFact};
use sharepact_http::wire::{NoBody, WebhookView};
use sharepact_http::{Call, Problem, ProblemType, Reply, noted_tag};
use sharepact_runtime::{Answer, App, failed, idempotency, seal};
use sharepact_store::{Change, Outcome, Rejected, WebhookRecord};

/// Carries out a command of a caller.
pub(crate) async fn run(app: &App, call: Call, command: Command) -> Answer {
    let id = call.path("id", WebhookId::parse)?;
    call.body::<NoBody>()?;
    let principal = call.principal()?;
    let ticket = idempotency::ticket(&call)?;
    let with_secrets = command == Command::Rotate;
    let found = app
        .store
        .webhook(id, with_secrets, ticket.as_ref(), call.now)
        .await
        .map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let record = found
        .value
        .filter(|record| record.webhook.visible_to(principal))
        .ok_or_else(not_found)?;
    if !record.webhook.belongs_to(principal) {
        return Err(Problem::new(
            ProblemType::WrongSide,
            "operators look at webhooks and change none",
        ));
    }
    let WebhookRecord {
        webhook,
        health,
        secrets,
    } = record;
    call.precondition().check(Some(&tag(&webhook, &health)))?;

    let decided = webhook.decide(&call.actor()?, command, call.now);
    let Some(fact) = decided.map_err(refused)? else {
        return answer(200, &webhook, &health, None);
    };
    let secrets = rotated(app, &fact, secrets)?;
    let event = seal(app, &call, fact, id.to_string(), webhook.link())?;
    let after = webhook.apply(&event);
    let reply = answer(200, &after, &health, secrets.as_ref())?;
    let remembered = ticket
        .as_ref()
        .map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let change = Change::Webhook {
        after: &after,
        event: &event,
        secrets: secrets.as_ref(),
    };
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let outcome: Outcome<Webhook> = app
        .commit(change, remembering, call.now)
        .await
        .map_err(failed)?;
    match outcome {
        Outcome::Written => Ok(reply),
        Outcome::Rejected(Rejected::Answered(remembered)) => {
            idempotency::replay(ticket.as_ref(), remembered)
        }
        Outcome::Rejected(rejected) => {
            let current = rejected.stale().map_err(failed)?;
            // 412 to a caller who made a condition of it, 409 to any other.
            let present = current.map(|webhook| tag(&webhook, &health));
            call.precondition().check(present.as_deref())?;
            Err(conflict())
        }
    }
}

/// The secrets that an event brings.
fn rotated(
    app: &App,
    fact: &WebhookFact,
    secrets: Option<Secrets>,
) -> Result<Option<Secrets>, Problem> {
    match fact {
        WebhookFact::SecretRotated { former_until } => {
            let secrets =
                secrets.ok_or_else(|| Problem::internal("a webhook without its secrets"))?;
            let next = Secret::new(app.random()?);
            Ok(Some(secrets.rotated(next, *former_until)))
        }
        WebhookFact::Registered { .. }
        | WebhookFact::Disabled { .. }
        | WebhookFact::Enabled {}
        | WebhookFact::Removed {} => Ok(None),
    }
}

/// A webhook as an answer, with secrets that were just made.
pub(crate) fn answer(
    status: u16,
    webhook: &Webhook,
    health: &Health,
    secrets: Option<&Secrets>,
) -> Answer {
    let view = WebhookView::new(webhook, health);
    let view = match secrets {
        Some(secrets) => view.revealing(secrets),
        None => view,
    };
    Ok(Reply::json(status, &view)?.tagged(tag(webhook, health)))
}

/// The entity tag of a webhook with what came of its deliveries.
pub(crate) fn tag(webhook: &Webhook, health: &Health) -> String {
    noted_tag(webhook.version, health.notes)
}

pub(crate) fn refused(refusal: Refusal) -> Problem {
    let kind = match refusal {
        Refusal::NotTheirs => return not_found(),
        Refusal::NotManager => ProblemType::ManagerRequired,
        Refusal::NoPlace => ProblemType::TooManyWebhooks,
    };
    Problem::new(kind, refusal.to_string())
}

pub(crate) fn not_found() -> Problem {
    Problem::not_found("webhook")
}

pub(crate) fn conflict() -> Problem {
    Problem::new(
        ProblemType::Conflict,
        "the party's webhooks were changed in the same instant; read them again",
    )
}
