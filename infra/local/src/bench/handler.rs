//! The CPU time of the handlers alone: one thread, DynamoDB's answers replayed.

use std::time::Duration;

use http::Method;
use lambda_http::Body;
use rustix::time::ClockId;
use serde_json::{Value, json};
use sharepact_chain::possession::Key;
use sharepact_http::SealingKey;
use sharepact_local::Stack;
use sharepact_runtime::{App, Clock, Operation, answer};
use sharepact_store::Store;

use super::figures::each;
use super::payload::{operation, payload};
use super::replay::{Recorder, recording, replaying};
use crate::Failure;
use crate::demo::material;

/// Who takes part.
const PROVIDER: &str = "bench-handler-provider";
const CONSUMER: &str = "bench-handler-consumer";
/// What they deal with.
const ASSET: &str = "bench-handler-asset";
/// Runs before the clock is read: caches are warm in a function that is in use.
const WARM: usize = 20;

/// A request that can be answered again and again.
pub(super) struct Case {
    operation: &'static Operation,
    payload: String,
    status: u16,
    app: App,
}

/// What came of one.
pub(super) struct Figure {
    /// The operation.
    pub name: &'static str,
    /// How often it ran.
    pub count: usize,
    cpu: Duration,
}

impl Figure {
    /// The CPU time of one request.
    pub(super) fn cpu_each(&self) -> Duration {
        each(self.cpu, self.count)
    }
}

/// Walks one contract through its life and records what DynamoDB says to each step.
pub(super) async fn record(stack: &Stack) -> Result<Vec<Case>, Failure> {
    let mut stage = Stage::new(stack)?;
    let asset: Value = serde_json::from_str(material::ASSET)?;
    stage
        .prepare("asset-register", ("assetId", ASSET), PROVIDER, &asset)
        .await?;
    let (key, owner) = (Key::random()?, ("owner", CONSUMER));
    let asked = json!({ "address": key.address() });
    let told = stage
        .prepare("wallet-challenge", owner, CONSUMER, &asked)
        .await?;
    let proof = material::proof(&key, &serde_json::from_str(&told)?)?;
    stage
        .prepare("wallet-register", owner, CONSUMER, &proof)
        .await?;

    let request = material::request(ASSET, &material::filters());
    let made = stage
        .act("contract-create", None, CONSUMER, Some(&request))
        .await?;
    let made: Value = serde_json::from_str(&made)?;
    let id = made.get("id").and_then(Value::as_str).map(str::to_owned);
    let id = id.ok_or("the contract that was made has no id")?;
    let (counter, payment) = (
        material::counter_offer(),
        json!({"paymentReference": material::PAYMENT}),
    );
    for (name, user, body) in [
        ("contract-draft", PROVIDER, Some(&material::draft())),
        ("contract-negotiate", CONSUMER, Some(&counter)),
        ("contract-accept", PROVIDER, Some(&json!({}))),
        ("contract-activate", PROVIDER, Some(&payment)),
        ("contract-view", CONSUMER, None),
        ("contract-history", CONSUMER, None),
    ] {
        stage.act(name, Some(&id), user, body).await?;
    }
    Ok(stage.cases)
}

/// Answers each request for about this long.
pub(super) fn measure(cases: &[Case], time: Duration) -> Result<Vec<Figure>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let figures = cases.iter().map(|case| {
        runtime.block_on(async {
            for _ in 0..WARM {
                case.run().await?;
            }
            let (start, mut count) = (super::cpu(ClockId::ThreadCPUTime), 0);
            loop {
                case.run().await?;
                count += 1;
                let cpu = super::cpu(ClockId::ThreadCPUTime).saturating_sub(start);
                if cpu >= time {
                    let name = case.operation.name;
                    return Ok(Figure { name, count, cpu });
                }
            }
        })
    });
    figures.collect()
}

impl Case {
    async fn run(&self) -> Result<(), Failure> {
        run(self.operation, &self.app, &self.payload, self.status)
            .await
            .map(drop)
    }
}

/// What it takes to record.
struct Stage<'a> {
    stack: &'a Stack,
    recorder: Recorder,
    app: App,
    cases: Vec<Case>,
}

impl<'a> Stage<'a> {
    fn new(stack: &'a Stack) -> Result<Self, Failure> {
        let recorder = Recorder::new();
        let client = recording(&stack.client, recorder.clone());
        Ok(Self {
            stack,
            recorder,
            app: App {
                store: Store::new(client, stack.table.clone()),
                clock: Clock::system(),
                seals: SealingKey::new(&[7; 32]).ok_or("the sealing key is too short")?,
                links: sharepact_runtime::Links::default(),
                log: sharepact_runtime::Log::default(),
            },
            cases: Vec::new(),
        })
    }

    /// Does what has to be there before.
    async fn prepare(
        &self,
        name: &'static str,
        (parameter, value): (&str, &str),
        user: &str,
        body: &Value,
    ) -> Result<String, Failure> {
        let operation = operation(name)?;
        let status = if operation.method == Method::PUT {
            201
        } else {
            200
        };
        let text = payload(operation, None, user, Some(body));
        let mut payload: Value = serde_json::from_str(&text)?;
        if let Some(members) = payload.as_object_mut() {
            members.insert("pathParameters".to_owned(), json!({ parameter: value }));
        }
        run(operation, &self.app, &payload.to_string(), status).await
    }

    /// Does a step and keeps it as a case.
    async fn act(
        &mut self,
        name: &'static str,
        id: Option<&str>,
        user: &str,
        body: Option<&Value>,
    ) -> Result<String, Failure> {
        let operation = operation(name)?;
        let status = if id.is_some() { 200 } else { 201 };
        let payload = payload(operation, id, user, body);
        drop(self.recorder.take());
        let answer = run(operation, &self.app, &payload, status).await?;
        let client = replaying(&self.stack.client, self.recorder.take());
        self.cases.push(Case {
            operation,
            payload,
            status,
            app: App {
                store: Store::new(client, self.stack.table.clone()),
                ..self.app.clone()
            },
        });
        Ok(answer)
    }
}

async fn run(
    operation: &'static Operation,
    app: &App,
    payload: &str,
    status: u16,
) -> Result<String, Failure> {
    let request = lambda_http::request::from_str(payload)?;
    let response = answer(operation, app, request).await;
    let found = response.status().as_u16();
    let body = match response.into_body() {
        Body::Text(text) => text,
        _ => String::new(),
    };
    if found == status {
        Ok(body)
    } else {
        Err(format!(
            "{} answered {found} instead of {status}: {body}",
            operation.name
        )
        .into())
    }
}

#[cfg(test)]
mod tests {
    use sharepact_local::Options;

    use super::*;
    use crate::demo::TemporaryFolder;

    #[tokio::test(flavor = "multi_thread")]
    async fn recorded_answers_can_be_replayed() {
        let folder = TemporaryFolder::new("bench-test").unwrap();
        let stack = Stack::start(Options::on(folder.path())).await.unwrap();
        let cases = record(&stack).await.unwrap();
        // Without a database any more, and more than once.
        stack.shutdown().await;
        let figures =
            tokio::task::spawn_blocking(move || measure(&cases, Duration::from_millis(1)));
        let figures = figures.await.unwrap().unwrap();
        assert_eq!(figures.len(), 7);
        assert!(
            figures
                .iter()
                .all(|figure| figure.cpu_each() > Duration::ZERO)
        );
    }
}
