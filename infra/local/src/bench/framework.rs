//! The framework, measured: what stopping an agreement with many sessions takes, and how fast their ends are recorded.
//!
//! The one rule: what is measured runs alone. The sessions are written before, by the store itself, and their own events
//! are on the bus before the clock starts.

use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use sharepact_domain::agreement::{Agreement, AgreementFact};
use sharepact_domain::asset::{Asset, AssetFact};
use sharepact_domain::event::{Event, Fact, Link};
use sharepact_domain::id::{AgreementId, AssetId, EventId, OrganizationId};
use sharepact_domain::party::Author;
use sharepact_domain::session::{Access, Session, SessionFact, SessionId};
use sharepact_domain::time::Timestamp;
use sharepact_local::{Options, Stack, operations};
use sharepact_runtime::Clock;
use sharepact_store::{Change, Claim, Outcome, Store};
use uuid::Uuid;

use super::figures::{Row, Table, shown};
use crate::Failure;
use crate::demo::TemporaryFolder;

/// How many sessions stand under the agreement.
const SESSIONS: u64 = 10_000;
/// How many are written at the same time.
const WRITERS: usize = 16;
/// The workers that record their ends.
const WORKERS: [&str; 3] = ["event-relay", "framework-cascade", "framework-settle"];
/// Longer than it takes.
const PATIENCE: Duration = Duration::from_mins(20);
/// The organisations.
const PROVIDER: &str = "northline";
const CONSUMER: &str = "harbour";

/// Measures it, and returns the table.
///
/// # Errors
/// When the stack does not start, or a session is left.
pub(super) async fn run() -> Result<String, Failure> {
    let folder = TemporaryFolder::new("bench-framework")?;
    let mut options = Options::on(folder.path());
    options.workers = operations::workers();
    options
        .workers
        .retain(|worker| WORKERS.contains(&worker.name));
    let stack = Stack::start(options).await?;
    let store = Store::new(stack.client.clone(), stack.table.clone());
    let agreement = write(&store).await?;
    if !stack.links().settled(PATIENCE).await {
        return Err("the events of the sessions are not on the bus".into());
    }

    let caller = Caller::new(&stack)?;
    let session = id(agreement, 0);
    caller.entitled(true).await?;
    stack.calls().clear();
    let started = Instant::now();
    caller.stop(agreement).await?;
    let stopped = started.elapsed();
    let trips = stack.calls().take().len();
    caller.entitled(false).await?;
    let refused = started.elapsed();
    let done = stack.links().settled(PATIENCE).await;
    let took = started.elapsed();
    let found = store.session(&session, None, Clock::system().now()).await?;
    let recorded = found
        .value
        .is_some_and(|record| record.session.version == 3);
    let left = store.under_agreement(agreement).await?.len();
    stack.shutdown().await;
    if !done || !recorded || left > 0 {
        return Err(format!("{left} sessions are left").into());
    }

    let mut table = Table::new(&[
        "agreement stopped",
        "answer",
        "calls of the table",
        "entitlement refused",
        "all ends recorded",
        "a second",
    ]);
    let rate = f64::from(u32::try_from(SESSIONS)?) / took.as_secs_f64();
    table.row(Row::of(&format!("{SESSIONS} sessions")).cells([
        shown(stopped),
        trips.to_string(),
        shown(refused),
        shown(took),
        format!("{rate:.0}"),
    ]));
    Ok(format!("\n{table}\n"))
}

/// Both sides, over HTTP.
struct Caller {
    client: reqwest::Client,
    url: String,
    provider: String,
    consumer: String,
}

impl Caller {
    fn new(stack: &Stack) -> Result<Self, Failure> {
        let token = |user: &str, organization: &str| {
            stack.mint(json!({ "sub": user, "org": organization, "roles": ["contract-manager"] }))
        };
        Ok(Self {
            client: reqwest::Client::builder().no_proxy().build()?,
            url: stack.url.clone(),
            provider: token("nora", PROVIDER)?,
            consumer: token("hana", CONSUMER)?,
        })
    }

    async fn stop(&self, agreement: AgreementId) -> Result<(), Failure> {
        let url = format!("{}/framework-agreements/{agreement}/stop", self.url);
        let request = self.client.post(url).bearer_auth(&self.provider);
        let body = json!({ "reason": "The partnership is over." });
        request.json(&body).send().await?.error_for_status()?;
        Ok(())
    }

    async fn entitled(&self, wanted: bool) -> Result<(), Failure> {
        let url = format!("{}/entitlements?assetId={}", self.url, asset(0));
        let request = self.client.get(url).bearer_auth(&self.consumer);
        let answer = request.send().await?.error_for_status()?;
        let answer: Value = answer.json().await?;
        match answer.get("entitled") == Some(&json!(wanted)) {
            true => Ok(()),
            false => Err(format!("the entitlement is not {wanted}: {answer}").into()),
        }
    }
}

fn asset(number: u64) -> String {
    format!("van-{number:05}")
}

fn id(agreement: AgreementId, number: u64) -> SessionId {
    SessionId::new(agreement, None, Uuid::from_u128(u128::from(number) + 1))
}

/// Writes the agreement, one asset, and the sessions, all of which run.
async fn write(store: &Store) -> Result<AgreementId, Failure> {
    let now = Clock::system().now();
    let agreement = AgreementId::new(Uuid::from_u128(1 << 64));
    concluded(store, agreement, now).await?;
    registered(store, now).await?;
    let mut writes = stream::iter(0..SESSIONS)
        .map(|number| begun(store, agreement, number, now))
        .buffer_unordered(WRITERS);
    while let Some(outcome) = writes.next().await {
        outcome?;
    }
    Ok(agreement)
}

async fn concluded(store: &Store, id: AgreementId, now: Timestamp) -> Result<(), Failure> {
    let fact: AgreementFact = serde_json::from_value(
        json!({ "type": "agreement.onboarded", "data": {
            "frame": {
                "entity": "asset",
                "sharing": { "extent": "full", "overlap": false, "onward": "none", "automaticStart": true },
                "contractNeeded": false, "valuePropositions": ["tracking"], "messages": [],
                "payer": "provider", "validFrom": now, "validTo": null,
            },
            "provider": { "organization": PROVIDER, "name": "Northline Rentals", "user": "nora" },
            "consumer": { "organization": CONSUMER, "name": "Harbour Logistics", "user": "nora" },
        }}),
    )?;
    let event = sealed(fact, id.to_string(), Link::FIRST, now)?;
    let after = Agreement::begin(id, &event).ok_or("the first event begins no agreement")?;
    let change = Change::Agreement {
        after: &after,
        event: &event,
        claim: Claim::Take,
    };
    written(&store.commit::<Agreement>(change, None, now).await?)
}

async fn registered(store: &Store, now: Timestamp) -> Result<(), Failure> {
    let fact: AssetFact = serde_json::from_value(json!({ "type": "asset.registered", "data": {
        "owner": { "user": "nora", "organization": PROVIDER },
        "definition": {
            "name": "Van", "accessLevel": "Private",
            "fields": [{ "name": "position", "type": "text" }],
        },
    }}))?;
    let id = AssetId::parse(&asset(0)).map_err(|fault| fault.to_string())?;
    let event = sealed(fact, id.to_string(), Link::FIRST, now)?;
    let after = Asset::after(None, &id, &event).ok_or("the first event registers no asset")?;
    let change = Change::Asset {
        after: &after,
        event: &event,
    };
    written(&store.commit::<Asset>(change, None, now).await?)
}

async fn begun(
    store: &Store,
    agreement: AgreementId,
    number: u64,
    now: Timestamp,
) -> Result<(), Failure> {
    let id = id(agreement, number);
    let fact: SessionFact = serde_json::from_value(json!({ "type": "session.created", "data": {
        "asset": { "id": asset(number), "name": "Van", "accessLevel": "Private", "version": 1 },
        "provider": { "user": "nora", "organization": PROVIDER },
        "consumer": { "user": "nora", "organization": CONSUMER },
        "validFrom": now, "validTo": null, "automatic": true,
    }}))?;
    let created = sealed(fact, id.to_string(), Link::FIRST, now)?;
    let session = Session::begin(id, &created).ok_or("the first event begins no session")?;
    let access = Access::default().with(id, &[], now);
    let consumer = OrganizationId::parse(CONSUMER).map_err(|fault| fault.to_string())?;
    let changes = [
        Change::Session {
            after: &session,
            event: &created,
        },
        Change::Access {
            consumer: &consumer,
            asset: &session.asset.id,
            access: &access,
        },
    ];
    written(&store.commit_all::<Session>(&changes, None, now).await?)?;
    let started = sealed(SessionFact::Started {}, id.to_string(), session.link(), now)?;
    let after = session.apply(&started);
    let change = Change::Session {
        after: &after,
        event: &started,
    };
    written(&store.commit::<Session>(change, None, now).await?)
}

fn sealed<F: Fact>(
    fact: F,
    aggregate: String,
    link: Link,
    now: Timestamp,
) -> Result<Event<F>, Failure> {
    // One id for each event of an aggregate is enough here, and chance is not wanted.
    let number = u128::from(link.sequence) << 100;
    let own: u128 = aggregate.bytes().fold(0, |sum: u128, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    let id = EventId::new(Uuid::from_u128(number ^ own));
    Ok(Event::seal(fact, id, aggregate, link, Author::System, now)?)
}

fn written<T>(outcome: &Outcome<T>) -> Result<(), Failure> {
    match outcome {
        Outcome::Written => Ok(()),
        Outcome::Rejected(_) => Err("it is there already".into()),
    }
}
