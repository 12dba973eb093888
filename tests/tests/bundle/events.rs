//! `tests/events/<operation>.json`: what API Gateway would send, for `cargo lambda invoke` and
//! `sam local invoke`. Each fits its operation, and the real handlers take it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use serde_json::{Value, json};
use sharepact_domain::time::Timestamp;
use sharepact_http::CursorKey;
use sharepact_local::{Options, Stack, operations};
use sharepact_runtime::{Access, App, Clock, answer};
use sharepact_store::Store;

use crate::named;

/// The contract that the files speak of.
const SAMPLE: &str = "019614a0-7c3e-7b52-9d1f-4a6be0c2f7d8";
/// The public asset that contract-acquire speaks of; asset-register registers another.
const PUBLIC: &str = "nyc-taxi-zones";
const PRIVATE: &str = "nyc-yellow-taxi-trips";

fn event(name: &str) -> Value {
    let path = format!("tests/events/{name}.json");
    let text = crate::read(&path);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path} is no JSON: {error}"))
}

#[test]
fn every_operation_has_its_event_and_every_event_its_operation() {
    let files: BTreeSet<_> = std::fs::read_dir(crate::root().join("tests/events"))
        .expect("tests/events can be read")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let expected: BTreeSet<_> = operations::all()
        .iter()
        .map(|operation| format!("{}.json", operation.name))
        .collect();
    assert_eq!(
        files, expected,
        "left: tests/events; right: the operations of the code"
    );
}

/// The parameters that a path template takes from a path, or None where they do not fit.
fn parameters(template: &str, path: &str) -> Option<BTreeMap<String, Value>> {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    (template.len() == path.len()).then_some(())?;
    let mut found = BTreeMap::new();
    for (wanted, given) in template.into_iter().zip(path) {
        match wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) => {
                found.insert(name.to_owned(), Value::from(given));
            }
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(found)
}

#[test]
fn an_event_is_what_the_gateway_would_send() {
    for operation in operations::all() {
        let (name, event) = (operation.name, event(operation.name));
        let route = format!("{} {}", operation.method, operation.path);
        let context = &event["requestContext"];
        assert_eq!(event["version"], "2.0", "{name}");
        assert_eq!(event["routeKey"], route, "{name}");
        assert_eq!(context["routeKey"], route, "{name}");
        assert_eq!(
            context["http"]["method"],
            operation.method.as_str(),
            "{name}"
        );
        let path = event["rawPath"].as_str().expect("a path");
        assert_eq!(context["http"]["path"], path, "{name}");
        let expected = parameters(operation.path, path)
            .unwrap_or_else(|| panic!("{name}: {path} is no path of {}", operation.path));
        let found = event["pathParameters"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        assert_eq!(
            found.into_iter().collect::<BTreeMap<_, _>>(),
            expected,
            "{name}"
        );

        let claims = &context["authorizer"]["jwt"]["claims"];
        assert_eq!(
            claims.is_object(),
            operation.access == Access::Token,
            "{name}: claims"
        );
        for (claim, value) in claims.as_object().into_iter().flatten() {
            assert!(
                value.is_string(),
                "{name}: the gateway hands on {claim} as a text"
            );
        }
        let known: BTreeSet<_> = operation
            .query
            .iter()
            .map(|parameter| parameter.name)
            .collect();
        let raw = event["rawQueryString"]
            .as_str()
            .expect("a query, perhaps empty");
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let parameter = pair.split('=').next().unwrap_or_default();
            assert!(
                known.contains(parameter),
                "{name} takes no query parameter {parameter}"
            );
        }
        let body = event["body"].as_str();
        let length = event["headers"]["content-length"].as_str();
        let expected = body.map(|body| body.len().to_string());
        assert_eq!(length, expected.as_deref(), "{name}: content-length");
        let text = serde_json::to_string(&event).expect("JSON");
        lambda_http::request::from_str(&text)
            .unwrap_or_else(|error| panic!("{name}: the runtime does not read it: {error}"));
    }
}

#[test]
fn the_body_of_an_event_fits_its_operations_schema() {
    let document: Value = serde_json::from_str(&crate::read("infra/openapi.json")).expect("JSON");
    for operation in operations::all() {
        let (name, event) = (operation.name, event(operation.name));
        let method = operation.method.as_str().to_lowercase();
        let described = &document["paths"][operation.path][&method]["requestBody"];
        let schema = &described["content"]["application/json"]["schema"];
        assert_eq!(
            schema.is_null(),
            operation.body.is_none(),
            "{name}: body in the document"
        );
        let Some(body) = event["body"].as_str() else {
            assert!(
                operation.body.is_none(),
                "{name} takes a body: give its event one"
            );
            continue;
        };
        let body: Value = serde_json::from_str(body).expect("the body is JSON");
        let whole = json!({ "allOf": [schema], "components": document["components"] });
        let validator = jsonschema::validator_for(&whole)
            .unwrap_or_else(|error| panic!("{name}: the schema is none: {error}"));
        let faults: Vec<_> = validator
            .iter_errors(&body)
            .map(|fault| fault.to_string())
            .collect();
        assert!(
            faults.is_empty(),
            "tests/events/{name}.json, body: {faults:?}"
        );
    }
}

/// A folder that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("sharepact-bundle-{name}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn path(&self) -> &Path {
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

/// The handlers as `cargo lambda invoke` reaches them: no gateway, one table.
struct Handlers {
    stack: Stack,
    _scratch: Scratch,
}

impl Handlers {
    async fn start(name: &str) -> Self {
        let scratch = Scratch::new(name);
        let stack = Stack::start(Options::on(scratch.path()))
            .await
            .expect("the stack starts");
        Self {
            stack,
            _scratch: scratch,
        }
    }

    /// Status and body of the operation's answer to an event, at the event's own time.
    async fn run(&self, name: &str, event: &Value) -> (u16, Value) {
        let sent = event["requestContext"]["timeEpoch"]
            .as_i64()
            .expect("a time");
        let sent = Timestamp::new(DateTime::from_timestamp_millis(sent).expect("an instant"));
        let app = App {
            store: Store::new(self.stack.client.clone(), self.stack.table.clone()),
            clock: Clock::from_fn(move || sent),
            cursors: CursorKey::new(&[7; 32]).expect("a key"),
        };
        let text = serde_json::to_string(event).expect("JSON");
        let request = lambda_http::request::from_str(&text).expect("the runtime reads it");
        let response = answer(named(name), &app, request).await;
        let body = response.body().as_ref();
        let json = serde_json::from_slice(body).unwrap_or(Value::Null);
        (response.status().as_u16(), json)
    }

    /// Runs an event and insists on the status; gives the body.
    async fn expect(&self, status: u16, name: &str, event: &Value) -> Value {
        let (found, body) = self.run(name, event).await;
        assert_eq!(
            found, status,
            "tests/events/{name}.json was answered {body}"
        );
        body
    }
}

/// The event with the real contract's id, and a key of its own.
fn about(name: &str, contract: &str) -> Value {
    let text = serde_json::to_string(&event(name)).expect("JSON");
    let mut event: Value = serde_json::from_str(&text.replace(SAMPLE, contract)).expect("JSON");
    if event["headers"]["idempotency-key"].is_string() {
        event["headers"]["idempotency-key"] = Value::from(format!("{name}-{contract}"));
    }
    event
}

const ORDER: [&str; 25] = [
    "asset-register",
    "wallet-register",
    "contract-create",
    "contract-acquire",
    "contract-view",
    "contract-requested",
    "contract-tasks",
    "contract-draft",
    "contract-update",
    "contract-negotiate",
    "contract-accept",
    "contract-activate",
    "contract-active",
    "contract-history",
    "contract-stop",
    "contract-decline",
    "contract-reject",
    "contract-list",
    "asset-view",
    "asset-list",
    "asset-contracts",
    "assets-pending",
    "assets-acquired",
    "wallet-view",
    "openapi-view",
];

/// As the files are: a contract of that id is not there, which is a 404 and nothing worse.
#[tokio::test]
async fn every_event_is_taken_as_it_stands() {
    let handlers = Handlers::start("as-it-stands").await;
    let all: BTreeSet<_> = operations::all()
        .iter()
        .map(|operation| operation.name)
        .collect();
    assert_eq!(BTreeSet::from(ORDER), all, "ORDER holds every operation");
    for name in ORDER {
        let (status, body) = handlers.run(name, &event(name)).await;
        let known =
            name == "asset-register" || name == "wallet-register" || name == "contract-create";
        let fine = matches!(status, 200 | 201) || (!known && status == 404);
        assert!(
            fine,
            "tests/events/{name}.json was answered {status}: {body}"
        );
    }
    handlers.stack.shutdown().await;
}

/// With the id of a contract that exists, the files tell the whole story.
#[tokio::test]
async fn the_events_tell_the_whole_story() {
    let handlers = Handlers::start("story").await;
    handlers
        .expect(201, "asset-register", &event("asset-register"))
        .await;
    handlers
        .expect(201, "wallet-register", &event("wallet-register"))
        .await;
    let text = serde_json::to_string(&event("asset-register")).expect("JSON");
    let text = text.replace(PRIVATE, PUBLIC).replace("Private", "Public");
    let public: Value = serde_json::from_str(&text).expect("JSON");
    handlers.expect(201, "asset-register", &public).await;
    handlers
        .expect(201, "contract-acquire", &event("contract-acquire"))
        .await;

    let mut done = BTreeSet::from(["asset-register", "wallet-register", "contract-acquire"]);
    // Each story on a request of its own: from the status it leaves to the one it comes to.
    let stories: [&[(&str, &str)]; 4] = [
        &[("contract-decline", "Declined")],
        &[
            ("contract-draft", "Draft"),
            ("contract-update", "Negotiate"),
            ("contract-reject", "Rejected"),
        ],
        &[("contract-reject", "Rejected")],
        &[
            ("contract-draft", "Draft"),
            ("contract-negotiate", "Negotiate"),
            ("contract-accept", "Signed"),
            ("contract-activate", "Active"),
            ("contract-stop", "Stopped"),
        ],
    ];
    for (number, story) in stories.iter().enumerate() {
        let create = about("contract-create", &number.to_string());
        let contract = handlers.expect(201, "contract-create", &create).await;
        let id = contract["id"].as_str().expect("an id").to_owned();
        done.extend(reads(&handlers, &id, "Request").await);
        for (name, status) in *story {
            let after = handlers.expect(200, name, &about(name, &id)).await;
            assert_eq!(after["status"], *status, "after tests/events/{name}.json");
            done.extend(reads(&handlers, &id, status).await);
            done.insert(name);
        }
        done.insert("contract-create");
    }
    let all: BTreeSet<_> = operations::all()
        .iter()
        .map(|operation| operation.name)
        .collect();
    assert_eq!(
        done, all,
        "left: the events that the story tells; right: all operations"
    );
    handlers.stack.shutdown().await;
}

/// Every read shows the contract as it is.
async fn reads(handlers: &Handlers, id: &str, status: &str) -> Vec<&'static str> {
    let run =
        |name: &'static str| async move { handlers.expect(200, name, &about(name, id)).await };
    let holds = |page: &Value, wanted: &str| {
        let items = page["items"].as_array().cloned().unwrap_or_default();
        items
            .iter()
            .any(|item| item == wanted || item["id"] == wanted || item["assetId"] == wanted)
    };
    let live = !["Declined", "Rejected", "Stopped"].contains(&status);
    assert_eq!(run("contract-view").await["status"], status);
    let requested = run("contract-requested").await;
    assert_eq!(
        requested["id"] == id,
        status == "Request",
        "{status}: {requested}"
    );
    let active = run("contract-active").await;
    assert_eq!(active["id"] == id, status == "Active", "{status}: {active}");
    let waits = ["Request", "Negotiate", "Signed"].contains(&status);
    assert_eq!(
        holds(&run("contract-tasks").await, id),
        waits,
        "{status}: the provider's tasks"
    );
    assert_eq!(
        holds(&run("contract-list").await, id),
        status == "Active",
        "{status}"
    );
    assert_eq!(holds(&run("asset-contracts").await, id), live, "{status}");
    assert_eq!(
        holds(&run("assets-pending").await, PRIVATE),
        live,
        "{status}"
    );
    let acquired = run("assets-acquired").await;
    assert_eq!(
        holds(&acquired, PRIVATE),
        status == "Active",
        "{status}: {acquired}"
    );
    assert!(holds(&run("asset-list").await, PRIVATE), "{status}");
    assert!(run("contract-history").await["items"].is_array());
    assert_eq!(run("asset-view").await["id"], PRIVATE);
    assert_eq!(run("wallet-view").await["owner"], "nordic-mobility");
    assert!(run("openapi-view").await["openapi"].is_string());
    vec![
        "contract-view",
        "contract-requested",
        "contract-active",
        "contract-tasks",
        "contract-list",
        "asset-contracts",
        "assets-pending",
        "assets-acquired",
        "asset-list",
        "contract-history",
        "asset-view",
        "wallet-view",
        "openapi-view",
    ]
}
