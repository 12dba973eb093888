//! The links as a whole: a stack over a small template, with workers that a test looks into.

mod chain;
mod luck;
mod time;

use std::collections::{BTreeMap, HashMap};
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::{Value, json};
use sharepact_runtime::App;

use crate::clients::Clients;
use crate::scratch::Scratch;
use crate::sources::{Perform, Source, WorkError, Worker};
use crate::stack::{Options, Stack};
use crate::template::Template;
use crate::template::tests::LINKS;

fn never(
    _app: &App,
    _event: Value,
) -> Pin<Box<dyn Future<Output = Result<Value, WorkError>> + Send + '_>> {
    Box::pin(pending())
}

static WORKERS: [Worker; 3] = [
    Worker {
        name: "test-relay",
        source: Source::Stream,
        description: "for a test",
        grants: &[],
        run: never,
    },
    Worker {
        name: "test-consumer",
        source: Source::Queue,
        description: "for a test",
        grants: &[],
        run: never,
    },
    Worker {
        name: "test-plan",
        source: Source::Schedule,
        description: "for a test",
        grants: &[],
        run: never,
    },
];

/// What the workers of a test do and have seen.
#[derive(Clone, Default)]
struct Lab(Arc<Inner>);

#[derive(Default)]
struct Inner {
    clients: OnceLock<BTreeMap<&'static str, Clients>>,
    /// The events that each worker got, in order.
    seen: Mutex<Vec<(&'static str, Value)>>,
    /// The bodies that the consumer is done with.
    done: Mutex<Vec<String>>,
    /// What goes wrong, by the worker and the text that an item has.
    trouble: Mutex<BTreeMap<(&'static str, String), Trouble>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    /// It fails each time.
    Poison,
    /// It fails with its whole batch, each time.
    Explosive,
    /// It panics, the first time.
    Panic,
    /// It takes for ever, the first time.
    Hang,
}

impl Lab {
    fn perform(&self) -> Perform {
        let lab = self.clone();
        Arc::new(move |worker, _app, event| {
            let lab = lab.clone();
            Box::pin(async move { lab.work(worker.name, event).await })
        })
    }

    fn options(&self, scratch: &Scratch) -> Options {
        Options {
            operations: Vec::new(),
            template: Some(Template::parse(LINKS).unwrap()),
            workers: WORKERS.iter().collect(),
            perform: self.perform(),
            ..Options::on(scratch.path())
        }
    }

    async fn start(&self, scratch: &Scratch) -> Stack {
        let stack = Stack::start(self.options(scratch)).await.unwrap();
        self.connect(&stack);
        stack
    }

    fn connect(&self, stack: &Stack) {
        let clients = WORKERS
            .iter()
            .map(|worker| {
                (
                    worker.name,
                    stack.links().clients_of(worker.name).unwrap().clone(),
                )
            })
            .collect();
        self.0.clients.set(clients).ok().unwrap();
    }

    fn seen(&self, worker: &str) -> Vec<Value> {
        let seen = self.0.seen.lock().unwrap();
        let of = seen.iter().filter(|(name, _)| *name == worker);
        of.map(|(_, event)| event.clone()).collect()
    }

    fn done(&self) -> Vec<String> {
        let mut done = self.0.done.lock().unwrap().clone();
        done.sort();
        done
    }

    fn trouble(&self, worker: &'static str, text: &str, trouble: Trouble) {
        let mut troubles = self.0.trouble.lock().unwrap();
        troubles.insert((worker, text.to_owned()), trouble);
    }

    /// What is wrong with an item; what happens only once is over then.
    fn meets(&self, worker: &'static str, text: &str) -> Option<Trouble> {
        let mut troubles = self.0.trouble.lock().unwrap();
        let found = troubles.get(&(worker, text.to_owned())).copied();
        if matches!(found, Some(Trouble::Panic | Trouble::Hang)) {
            troubles.remove(&(worker, text.to_owned()));
        }
        found
    }

    async fn work(&self, name: &'static str, event: Value) -> Result<Value, WorkError> {
        self.0.seen.lock().unwrap().push((name, event.clone()));
        let records = event["Records"].as_array().cloned().unwrap_or_default();
        match name {
            "test-relay" => self.relay(records).await,
            "test-consumer" => self.consume(records).await,
            _ => Ok(Value::Null),
        }
    }

    /// Publishes the records, as the real relay does, and reports the first that failed.
    async fn relay(&self, records: Vec<Value>) -> Result<Value, WorkError> {
        let clients = loop {
            match self.0.clients.get() {
                Some(clients) => break clients["test-relay"].clone(),
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        let (mut call, mut poison) = (clients.bus.put_events(), None);
        for (at, record) in records.iter().enumerate() {
            let image = &record["dynamodb"]["NewImage"];
            let text = image["text"]["S"].as_str().unwrap();
            match self.meets("test-relay", text) {
                Some(Trouble::Explosive) => return Err(WorkError::Passing("boom".to_owned())),
                // As the real one: it publishes what stands before, and reports this one.
                Some(Trouble::Poison) => {
                    poison = Some(at);
                    break;
                }
                Some(Trouble::Panic) => panic!("asked to"),
                Some(Trouble::Hang) => pending().await,
                None => {}
            }
            call = call.entries(
                PutEventsRequestEntry::builder()
                    .source("sharepact")
                    .detail_type(image["type"]["S"].as_str().unwrap())
                    .detail(json!({ "text": text }).to_string())
                    .event_bus_name("sharepact")
                    .trace_header("Root=1-2-3")
                    .build(),
            );
        }
        if poison == Some(0) {
            return Ok(report(&records, poison));
        }
        let answer = call.send().await.map_err(|error| {
            WorkError::Passing(aws_sdk_dynamodb::error::DisplayErrorContext(error).to_string())
        })?;
        let failed = answer
            .entries()
            .iter()
            .position(|entry| entry.error_code().is_some());
        assert_eq!(failed.is_some(), answer.failed_entry_count() > 0);
        Ok(report(&records, failed.or(poison)))
    }

    async fn consume(&self, records: Vec<Value>) -> Result<Value, WorkError> {
        let mut failed = Vec::new();
        for record in records {
            let body: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
            let text = body["detail"]["text"].as_str().unwrap().to_owned();
            match self.meets("test-consumer", &text) {
                Some(Trouble::Poison) => {
                    failed.push(json!({ "itemIdentifier": record["messageId"] }));
                    continue;
                }
                Some(Trouble::Explosive) => return Err(WorkError::Passing("boom".to_owned())),
                Some(Trouble::Panic) => panic!("asked to"),
                Some(Trouble::Hang) => pending().await,
                None => {}
            }
            self.0.done.lock().unwrap().push(text);
        }
        Ok(json!({ "batchItemFailures": failed }))
    }
}

/// The report of a relay that came as far as this record.
fn report(records: &[Value], failed: Option<usize>) -> Value {
    let failed: Vec<_> = failed
        .iter()
        .map(|at| json!({ "itemIdentifier": records[*at]["dynamodb"]["SequenceNumber"] }))
        .collect();
    json!({ "batchItemFailures": failed })
}

fn item(sk: &str, kind: &str, text: &str) -> HashMap<String, AttributeValue> {
    [
        ("pk", "CONTRACT#1"),
        ("sk", sk),
        ("type", kind),
        ("text", text),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
    .collect()
}

fn event_item(kind: &str, text: &str) -> HashMap<String, AttributeValue> {
    item(&format!("EVENT#{text}"), kind, text)
}

async fn put(stack: &Stack, item: HashMap<String, AttributeValue>) {
    let put = stack.client.put_item().table_name(&stack.table);
    put.set_item(Some(item)).send().await.unwrap();
}

async fn put_event(stack: &Stack, kind: &str, text: &str) {
    put(stack, event_item(kind, text)).await;
}

async fn settled(stack: &Stack) {
    let settled = stack.links().settled(Duration::from_secs(20)).await;
    assert!(settled, "the links are still at work");
}

/// The texts of the relayed events, in the order in which the queue got them.
fn relayed(stack: &Stack) -> Vec<String> {
    let messages = stack
        .links()
        .queues()
        .look("sharepact-everything", 10_000)
        .unwrap();
    messages
        .iter()
        .map(|message| {
            let body: Value = serde_json::from_str(&message.body).unwrap();
            body["detail"]["text"].as_str().unwrap().to_owned()
        })
        .collect()
}
