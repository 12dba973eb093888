//! A stack of its own for each test, a clock that only the test moves, and callers of the API.

mod agreements;
mod framework;
mod organizations;
mod wallets;
mod webhooks;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use sharepact_domain::time::Timestamp;
use sharepact_local::{Options, Stack};
use sharepact_runtime::Clock;
use sharepact_store::Store;

pub use agreements::{Agreed, frame};
pub use framework::{CONSUMER, PROVIDER, sessions};
pub use organizations::profile;
pub use wallets::{challenge, key, registration};
pub use webhooks::webhook;

/// Where the test's clock starts.
pub const START: &str = "2026-03-16T09:00:00.000Z";

/// A folder that goes with the test.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sharepact-inside-{}-{next}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} stays: {error}", self.0.display());
        }
    }
}

/// A request of one of the ready-made identities.
#[derive(Clone, Debug)]
pub struct Request {
    pub who: &'static str,
    pub method: Method,
    pub path: String,
    pub body: Option<Value>,
    pub headers: Vec<(&'static str, String)>,
}

pub fn ask(who: &'static str, method: Method, path: impl Into<String>) -> Request {
    Request {
        who,
        method,
        path: path.into(),
        body: None,
        headers: Vec::new(),
    }
}

pub fn get(who: &'static str, path: impl Into<String>) -> Request {
    ask(who, Method::GET, path)
}

pub fn post(who: &'static str, path: impl Into<String>, body: Value) -> Request {
    ask(who, Method::POST, path).body(body)
}

pub fn put(who: &'static str, path: impl Into<String>, body: Value) -> Request {
    ask(who, Method::PUT, path).body(body)
}

pub fn delete(who: &'static str, path: impl Into<String>) -> Request {
    ask(who, Method::DELETE, path)
}

pub fn patch(who: &'static str, path: impl Into<String>, body: Value) -> Request {
    ask(who, Method::PATCH, path).body(body)
}

impl Request {
    pub fn body(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with an idempotency key.
    pub fn key(self, key: impl Into<String>) -> Self {
        self.header("idempotency-key", key)
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("a header is ASCII"))
    }

    /// The last part of the problem's type.
    pub fn problem(&self) -> String {
        let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
        kind.rsplit(':').next().unwrap_or_default().to_owned()
    }

    /// The member `id`.
    pub fn id(&self) -> String {
        self.json()["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id in {self:?}"))
            .to_owned()
    }
}

/// The way in: an address, and tokens for it.
#[derive(Clone)]
pub struct Door {
    url: String,
    tokens: BTreeMap<String, String>,
    http: reqwest::Client,
}

impl Door {
    pub fn new(url: impl Into<String>, tokens: &BTreeMap<String, String>) -> Self {
        Self {
            url: url.into(),
            tokens: tokens.clone(),
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client is built"),
        }
    }

    /// Sends a request; an error when the answer does not come, or not whole.
    pub async fn send(&self, request: &Request) -> Result<Answer, reqwest::Error> {
        let url = format!("{}{}", self.url, request.path);
        let mut builder = self.http.request(request.method.clone(), url);
        // Who brings a token of their own is nobody of the ready-made ones.
        if request
            .headers
            .iter()
            .all(|(name, _)| *name != "authorization")
        {
            builder = builder.bearer_auth(&self.tokens[request.who]);
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        let response = builder.send().await?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await?,
        })
    }
}

/// A stack, and what a test needs around it.
pub struct World {
    pub stack: Stack,
    door: Door,
    later: Arc<AtomicI64>,
    serial: AtomicU64,
    /// Last, so that the folder goes when nothing uses it any more.
    scratch: Scratch,
}

impl World {
    /// A world in which nothing happens after a commit: what the operations do is all there is.
    pub async fn start() -> Self {
        Self::with(|options| options.workers.clear()).await
    }

    /// A world in which everything runs.
    pub async fn working() -> Self {
        Self::with(|_| {}).await
    }

    /// A world in which everything runs, and this worker dies the first time when its work is done:
    /// after the effect, and before its message is deleted. The number counts its runs.
    pub async fn with_a_crash(name: &'static str) -> (Self, Arc<AtomicU64>) {
        let runs = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&runs);
        let world = Self::with(|options| {
            options.perform = Arc::new(move |worker, app, event: Value| {
                let counted = Arc::clone(&counted);
                Box::pin(async move {
                    let answer = (worker.run)(&app, event).await;
                    if worker.name == name {
                        let run = counted.fetch_add(1, Ordering::SeqCst);
                        assert!(run > 0, "the first one dies when it is done");
                    }
                    answer
                })
            });
        })
        .await;
        (world, runs)
    }

    /// A world of its own kind.
    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let scratch = Scratch::new();
        let later = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&later);
        let mut options = Options::on(scratch.path());
        options.clock = Clock::from_fn(move || at(clock.load(Ordering::SeqCst)));
        change(&mut options);
        let stack = Stack::start(options).await.expect("the stack starts");
        Self {
            door: Door::new(&stack.url, stack.tokens()),
            stack,
            later,
            serial: AtomicU64::new(0),
            scratch,
        }
    }

    /// The same world, started again on the same folder.
    pub async fn again(self, change: impl FnOnce(&mut Options)) -> Self {
        let Self {
            stack,
            later,
            serial,
            scratch,
            ..
        } = self;
        stack.shutdown().await;
        let mut options = Options::on(scratch.path());
        let clock = Arc::clone(&later);
        options.clock = Clock::from_fn(move || at(clock.load(Ordering::SeqCst)));
        change(&mut options);
        let stack = Stack::start(options).await.expect("the stack starts again");
        Self {
            door: Door::new(&stack.url, stack.tokens()),
            stack,
            later,
            serial,
            scratch,
        }
    }

    /// The present instant of the functions.
    pub fn now(&self) -> Timestamp {
        at(self.later.load(Ordering::SeqCst))
    }

    /// Lets time pass.
    pub fn pass(&self, span: TimeDelta) {
        self.later
            .fetch_add(span.num_milliseconds(), Ordering::SeqCst);
    }

    /// A store on the client that no policy restricts.
    pub fn store(&self) -> Store {
        Store::new(self.stack.client.clone(), self.stack.table.clone())
    }

    /// A name that nothing in this world has yet.
    pub fn fresh(&self, prefix: &str) -> String {
        format!("{prefix}-{}", self.serial.fetch_add(1, Ordering::SeqCst))
    }

    pub fn user(&self, who: &str) -> String {
        self.stack.users()[who].clone()
    }

    pub async fn send(&self, request: &Request) -> Answer {
        let answer = self.door.send(request).await;
        answer.expect("the stack answers")
    }

    /// Sends, and insists on one of these.
    pub async fn expect_one_of(&self, statuses: &[u16], request: Request) -> Answer {
        let answer = self.send(&request).await;
        assert!(
            statuses.contains(&answer.status),
            "{request:?} was answered {answer:?}"
        );
        answer
    }

    /// Sends, and insists on the status.
    pub async fn expect(&self, status: u16, request: &Request) -> Answer {
        let answer = self.send(request).await;
        assert_eq!(answer.status, status, "{request:?} was answered {answer:?}");
        answer
    }
}

fn at(milliseconds: i64) -> Timestamp {
    let start: Timestamp = START.parse().expect("START is an instant");
    start
        .plus(TimeDelta::milliseconds(milliseconds))
        .expect("the test's time stays in the calendar")
}

/// The steps of the pipeline, for tests that begin somewhere in the middle.
impl World {
    /// Registers an asset of `owner` and gives its id.
    pub async fn asset(&self, owner: &'static str, level: &str) -> String {
        let id = self.fresh("asset");
        self.expect(201, &put(owner, format!("/assets/{id}"), definition(level)))
            .await;
        id
    }

    /// A contract of the consumer on a fresh asset of the provider, in this status.
    pub async fn contract(&self, status: &str) -> String {
        self.wallet("consumer", &self.user("consumer"), &key(0))
            .await;
        let asset = self.asset("provider", "Private").await;
        let asked = post("consumer", "/contracts", request(&asset));
        let id = self.expect(201, &asked).await.id();
        let steps: &[&str] = match status {
            "Request" => &[],
            "Draft" => &["draft"],
            "Negotiate" => &["draft", "negotiate"],
            "Signed" => &["draft", "accept"],
            "Active" => &["draft", "accept", "activate"],
            other => panic!("no way to {other}"),
        };
        for step in steps {
            self.expect(200, &command(step, &id)).await;
        }
        id
    }
}

/// Addresses with a right checksum.
pub const ADDRESSES: [&str; 4] = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
];

pub fn definition(level: &str) -> Value {
    json!({
        "name": "Taxi trips",
        "accessLevel": level,
        "licence": "# Licence\n\nUse it, and name the source.",
        "fields": [
            { "name": "picked_up", "type": "date" },
            { "name": "fare", "type": "decimal" },
            { "name": "zone", "type": "text" },
        ],
    })
}

pub fn request(asset: &str) -> Value {
    json!({
        "assetId": asset,
        "duration": 30,
        "offlineRetention": false,
        "fields": ["picked_up", "fare"],
        "filters": [{ "field": "fare", "from": "1.50" }],
    })
}

/// A step of the pipeline by the side that takes it when it comes first.
pub fn command(name: &str, id: &str) -> Request {
    let (who, body) = match name {
        "decline" => ("provider", json!({ "reason": "Not for sale" })),
        "draft" => (
            "provider",
            json!({ "price": "100.00", "currency": "EUR", "vat": "24", "terms": "# Use\n\nResearch." }),
        ),
        "negotiate" => ("consumer", json!({ "price": "80.00", "comment": "Less" })),
        "accept" => ("consumer", json!({})),
        "reject" => ("consumer", json!({ "reason": "No funds" })),
        "activate" => ("provider", json!({ "paymentReference": "INV-1" })),
        "stop" => ("provider", json!({ "reason": "The terms were broken" })),
        other => panic!("no command {other}"),
    };
    post(who, format!("/contracts/{id}/{name}"), body)
}
