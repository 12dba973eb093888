//! `webhook-deliver` – makes one request to one endpoint, signed as Standard Webhooks has it.
//!
//! Started by: the queue that `webhook-plan` fills. A delivery that fails is sent back to the queue
//! with the time of its next attempt; an endpoint that is gone, or has failed for three days, is
//! disabled.
//!
//! The one rule: at least once. What was delivered is noted after the answer, and an event whose
//! delivery is noted is not sent again; a crash between the two sends it twice, under one id.

use std::time::Duration;

use sharepact_domain::id::EventId;
use sharepact_domain::party::Actor;
use sharepact_domain::time::Timestamp;
use sharepact_domain::webhook::{
    Attempt, Command, Health, Outcome, Reason, Secret, Secrets, Webhook, next_attempt,
};
use sharepact_outbound::Failure;
use sharepact_runtime::{
    App, Grant, Source, WorkError, Worker, messages_at_once, note, seal_by_system,
};
use sharepact_store::{Change, Outcome as Write, Told, WebhookRecord};

use crate::order::Order;
use crate::outgoing::outgoing;
use crate::signature::sign;

/// How often a write is tried that meets another one.
const ATTEMPTS: u32 = 5;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "webhook-deliver",
    source: Source::Queue,
    description: "Makes one signed request to one endpoint; sends what fails back for later.",
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::Send("Deliveries"),
        Grant::Send("DeliveriesDead"),
    ],
    run: |app, event| {
        Box::pin(messages_at_once(app, WORKER.name, event, move |order| {
            deliver(app, order)
        }))
    },
};

async fn deliver(app: &App, order: Order) -> Result<(), WorkError> {
    if let Some(reason) = carry_out(app, &order).await? {
        tracing::info!(
            worker = WORKER.name,
            webhook.id = %order.webhook,
            event.id = %order.event,
            attempt = order.attempt,
            reason,
            "dropped"
        );
        note(|notes| notes.count("dropped", 1));
    }
    Ok(())
}

/// Carries out an order; why it is not, or not again, where that is the end of it.
async fn carry_out(app: &App, order: &Order) -> Result<Option<&'static str>, WorkError> {
    let now = app.clock.now();
    if let Some(wait) = order.due.and_then(|due| ahead(due, now)) {
        // A queue holds a message back for a quarter of an hour at most: it takes several rounds.
        let queue = app.links.deliveries()?;
        queue.send_after(order.body()?, wait).await?;
        note(|notes| notes.count("waiting", 1));
        return Ok(None);
    }
    let found = app
        .store
        .delivery(order.webhook, order.event, &order.aggregate, order.sequence);
    let found = found.await?;
    if found.delivered {
        return Ok(Some("it is delivered already"));
    }
    let Some(record) = found.record else {
        return Ok(Some("there is no such webhook"));
    };
    if record.webhook.enabled_since().is_none() {
        return Ok(Some("the webhook is disabled or removed"));
    }
    let missing =
        |what| WorkError::Poison(format!("{what} of webhook {} is not there", order.webhook));
    let told = found.event.ok_or_else(|| missing("an event"))?;
    let secrets = record
        .secrets
        .as_ref()
        .ok_or_else(|| missing("the secret"))?;

    let outcome = request(app, &record.webhook, secrets, &told, now).await?;
    let attempt = Attempt { at: now, outcome };
    tracing::info!(
        worker = WORKER.name,
        webhook.id = %order.webhook,
        event.id = %order.event,
        attempt = order.attempt,
        outcome = outcome.name(),
        status = outcome.status(),
        "attempted"
    );
    if outcome.is_delivered() {
        let noted = app.store.note_delivered(order.webhook, order.event, now);
        noted.await?;
        observe(app, record, attempt, false).await?;
        note(|notes| notes.count("delivered", 1));
        return Ok(None);
    }
    let next = next_attempt(order.attempt, app.clock.now(), chance(order.event));
    note(|notes| notes.count("undelivered", 1));
    let (webhook, health) = observe(app, record, attempt, next.is_none()).await?;
    if let Some(reason) = health.ends(&webhook, attempt) {
        disable(app, webhook, reason).await?;
        return Ok(Some("the webhook was disabled"));
    }
    let Some(due) = next else {
        return Ok(Some("the last attempt has failed"));
    };
    again(app, order, due).await?;
    Ok(None)
}

/// Sends an order back to the queue, for its next attempt.
async fn again(app: &App, order: &Order, due: Timestamp) -> Result<(), WorkError> {
    let next = Order {
        attempt: order.attempt + 1,
        due: Some(due),
        ..order.clone()
    };
    let wait = ahead(due, app.clock.now()).unwrap_or_default();
    app.links.deliveries()?.send_after(next.body()?, wait).await
}

/// How far `due` lies ahead of `now`.
fn ahead(due: Timestamp, now: Timestamp) -> Option<Duration> {
    let wait = due.to_chrono() - now.to_chrono();
    wait.to_std().ok().filter(|wait| !wait.is_zero())
}

/// Spreads the attempts of many deliveries that failed together; the same for each of a delivery.
fn chance(event: EventId) -> u8 {
    event.to_string().bytes().fold(0, u8::wrapping_add)
}

/// Makes the request. The address is held to the rule again, at this moment.
async fn request(
    app: &App,
    webhook: &Webhook,
    secrets: &Secrets,
    told: &Told,
    now: Timestamp,
) -> Result<Outcome, WorkError> {
    let outbound = outgoing(app).map_err(|error| WorkError::Passing(error.to_string()))?;
    let (id, timestamp) = (told.id.to_string(), now.epoch_seconds());
    let signature = sign(
        secrets.live(now).map(Secret::key),
        &id,
        timestamp,
        &told.text,
    );
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signature),
    ];
    let answer = outbound
        .post(webhook.url.as_str(), &headers, told.text.clone())
        .await;
    Ok(match answer {
        Ok(answer) => Outcome::Answered {
            status: answer.status,
        },
        Err(Failure::NotAllowed(_)) => Outcome::NotAllowed,
        Err(Failure::NotResolved) => Outcome::NotResolved,
        Err(Failure::NotConnected) => Outcome::NotConnected,
        Err(Failure::TimedOut) => Outcome::TimedOut,
        Err(Failure::Broken) => Outcome::Broken,
    })
}

/// Notes what came of an attempt; the webhook and its health as they are then.
async fn observe(
    app: &App,
    record: WebhookRecord,
    attempt: Attempt,
    last: bool,
) -> Result<(Webhook, Health), WorkError> {
    let mut record = record;
    for _ in 0..ATTEMPTS {
        if !record.health.is_news(attempt) {
            return Ok((record.webhook, record.health));
        }
        let health = record.health.noted(attempt, last);
        let id = record.webhook.id;
        if app.store.note_health(id, &health).await? {
            return Ok((record.webhook, health));
        }
        record = read(app, &record.webhook).await?;
    }
    // Many deliveries end in the same instant: one note of many is not worth another request.
    Ok((record.webhook, record.health))
}

/// Disables a webhook, unless its owner or another delivery was faster.
async fn disable(app: &App, webhook: Webhook, reason: Reason) -> Result<(), WorkError> {
    let mut webhook = webhook;
    for _ in 0..ATTEMPTS {
        let now = app.clock.now();
        let command = Command::Disable(reason);
        let Ok(Some(fact)) = webhook.decide(&Actor::System, command, now) else {
            return Ok(());
        };
        let id = webhook.id;
        let event = seal_by_system(app, fact, id.to_string(), webhook.link(), now)?;
        let after = webhook.clone().apply(&event);
        let change = Change::Webhook {
            after: &after,
            event: &event,
            secrets: None,
        };
        let outcome: Write<Webhook> = app.commit(change, None, now).await?;
        match outcome {
            Write::Written => {
                tracing::warn!(worker = WORKER.name, webhook.id = %id, ?reason, "disabled");
                return Ok(());
            }
            Write::Rejected(rejected) => {
                rejected.stale()?;
                webhook = read(app, &webhook).await?.webhook;
            }
        }
    }
    let id = webhook.id;
    Err(WorkError::Passing(format!("webhook {id} keeps changing")))
}

async fn read(app: &App, webhook: &Webhook) -> Result<WebhookRecord, WorkError> {
    let id = webhook.id;
    let found = app.store.webhook(id, false, None, app.clock.now()).await;
    let record = found?.value;
    record.ok_or_else(|| WorkError::Poison(format!("there is no webhook {id}")))
}
