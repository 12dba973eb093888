//! The event files run through the real handlers, as `cargo lambda invoke` would run them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use serde_json::Value;
use sharepact_domain::time::Timestamp;
use sharepact_http::SealingKey;
use sharepact_local::template::Template;
use sharepact_local::{Options, Stack, operations};
use sharepact_runtime::{App, Bucket, Clock, Links, answer};
use sharepact_store::Store;

use crate::events::{SEALING_KEY, event};
use crate::named;

/// The contract that the files speak of.
const SAMPLE: &str = "019614a0-7c3e-7b52-9d1f-4a6be0c2f7d8";
/// The own part of the session that they speak of, which stands under an agreement of that id.
const SESSION: &str = "019614a1-0b2c-7d3e-8f4a-5b6c7d8e9f0a";
/// The public asset that contract-acquire speaks of; asset-register registers another.
const PUBLIC: &str = "nyc-taxi-zones";
const PRIVATE: &str = "nyc-yellow-taxi-trips";

/// The contract that sessions are made under.
const QUOTA: &str = "019614a2-1c3d-7e4f-9a5b-6c7d8e9f0a1b";
/// What is shared by sessions.
const VAN: &str = "rental-van-7";

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
    /// Where documents are kept.
    bucket: String,
    _scratch: Scratch,
}

impl Handlers {
    async fn start(name: &str) -> Self {
        let scratch = Scratch::new(name);
        let options = Options {
            workers: Vec::new(),
            ..Options::on(scratch.path())
        };
        let stack = Stack::start(options).await.expect("the stack starts");
        let template = Template::load().expect("the template can be read");
        Self {
            stack,
            bucket: template.buckets["Documents"].clone(),
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
            seals: SealingKey::new(&SEALING_KEY).expect("a key"),
            links: Links {
                documents: Some(Bucket::new(
                    self.stack.links().clients().documents,
                    self.bucket.clone(),
                )),
                ..Links::default()
            },
            log: sharepact_runtime::Log::default(),
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

const ORDER: [&str; 65] = [
    "asset-register",
    "wallet-challenge",
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
    "contract-print",
    "contract-document",
    "contract-evidence",
    "contract-verification",
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
    "wallet-transfer",
    "transfer-view",
    "webhook-register",
    "webhook-list",
    "webhook-view",
    "webhook-rotate",
    "webhook-enable",
    "webhook-remove",
    "organization-change",
    "organization-view",
    "organization-invite",
    "invitation-redeem",
    "profile-create",
    "profile-list",
    "profile-view",
    "profile-change",
    "passcode-issue",
    "passcode-resolve",
    "agreement-create",
    "agreement-list",
    "agreement-view",
    "contract-grant",
    "contract-extend",
    "agreement-print",
    "agreement-document",
    "agreement-approve",
    "agreement-reject",
    "agreement-stop",
    "session-create",
    "session-list",
    "session-view",
    "session-change",
    "session-start",
    "session-stop",
    "entitlement-view",
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
        let known = [
            "asset-register",
            "wallet-challenge",
            "wallet-register",
            "contract-create",
            "webhook-register",
            "organization-change",
            "organization-view",
            "profile-create",
            "passcode-issue",
        ]
        .contains(&name);
        // Without a blockchain, what an operator orders is refused.
        let off = name == "wallet-transfer" && status == 503;
        let fine = matches!(status, 200 | 201) || (!known && status == 404) || off;
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
        .expect(200, "wallet-challenge", &event("wallet-challenge"))
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

    let mut done = BTreeSet::from([
        "asset-register",
        "wallet-challenge",
        "wallet-register",
        "contract-acquire",
    ]);
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
    done.extend(webhooks(&handlers).await);
    done.extend(organizations(&handlers).await);
    done.extend(agreements(&handlers).await);
    let refused = event("wallet-transfer");
    let refused = handlers.expect(503, "wallet-transfer", &refused).await;
    assert_eq!(refused["type"], "urn:problem-type:sharepact:ledger-off");
    let missing = event("transfer-view");
    handlers.expect(404, "transfer-view", &missing).await;
    done.extend(["wallet-transfer", "transfer-view"]);
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

/// An organisation from its name to its passcode. Nobody has onboarded it, so nobody is invited to it.
async fn organizations(handlers: &Handlers) -> Vec<&'static str> {
    let named = event("organization-change");
    let named = handlers.expect(201, "organization-change", &named).await;
    let seen = event("organization-view");
    let seen = handlers.expect(200, "organization-view", &seen).await;
    assert_eq!(seen, named);
    let made = event("profile-create");
    let made = handlers.expect(201, "profile-create", &made).await;
    let id = made["id"].as_str().expect("an id");
    let listed = event("profile-list");
    let listed = handlers.expect(200, "profile-list", &listed).await;
    assert_eq!(listed["items"][0]["id"], id);
    let seen = about("profile-view", id);
    let seen = handlers.expect(200, "profile-view", &seen).await;
    assert_eq!(seen, made);
    let changed = about("profile-change", id);
    let changed = handlers.expect(200, "profile-change", &changed).await;
    assert_eq!(changed["version"], 2);
    let issued = event("passcode-issue");
    let issued = handlers.expect(201, "passcode-issue", &issued).await;
    let wrong = event("passcode-resolve");
    let wrong = handlers.expect(404, "passcode-resolve", &wrong).await;
    assert_eq!(wrong["type"], "urn:problem-type:sharepact:passcode-invalid");
    let mut right = event("passcode-resolve");
    let body = serde_json::json!({ "passcode": issued["passcode"] });
    right["body"] = body.to_string().into();
    let held = handlers.expect(200, "passcode-resolve", &right).await;
    assert_eq!(held["organizationId"], "nordic-mobility");
    for name in ["organization-invite", "invitation-redeem"] {
        handlers.expect(404, name, &event(name)).await;
    }
    vec![
        "organization-change",
        "organization-view",
        "profile-create",
        "profile-list",
        "profile-view",
        "profile-change",
        "passcode-issue",
        "passcode-resolve",
        "organization-invite",
        "invitation-redeem",
    ]
}

/// An agreement with a consumer that comes to the platform with it, and a contract under it. It is Active at once, so that
/// nothing is left to approve or to reject.
async fn agreements(handlers: &Handlers) -> Vec<&'static str> {
    let profiles = event("profile-list");
    let profiles = handlers.expect(200, "profile-list", &profiles).await;
    let profile = profiles["items"][0]["id"].as_str().expect("an id");
    let made = about("agreement-create", profile);
    let made = handlers.expect(201, "agreement-create", &made).await;
    assert_eq!(made["status"], "Active");
    let id = made["id"].as_str().expect("an id");
    let listed = event("agreement-list");
    let listed = handlers.expect(200, "agreement-list", &listed).await;
    assert_eq!(listed["items"][0]["id"], id);
    let seen = about("agreement-view", id);
    let seen = handlers.expect(200, "agreement-view", &seen).await;
    assert_eq!(seen, made);
    let granted = about("contract-grant", id);
    let granted = handlers.expect(201, "contract-grant", &granted).await;
    let contract = granted["id"].as_str().expect("an id");
    let extended = about("contract-extend", contract);
    let extended = handlers.expect(200, "contract-extend", &extended).await;
    assert_eq!(extended["expiresAt"], "2027-03-31T00:00:00.000Z");
    let printed = about("agreement-print", id);
    let printed = handlers.expect(200, "agreement-print", &printed).await;
    let linked = about("agreement-document", id);
    let linked = handlers.expect(200, "agreement-document", &linked).await;
    assert_eq!(linked["sha256"], printed["sha256"]);
    let sessions = sessions(handlers, id, contract).await;
    for name in ["agreement-approve", "agreement-reject"] {
        let refused = handlers.expect(403, name, &about(name, id)).await;
        assert_eq!(refused["type"], "urn:problem-type:sharepact:wrong-side");
    }
    let stopped = about("agreement-stop", id);
    let stopped = handlers.expect(200, "agreement-stop", &stopped).await;
    assert_eq!(stopped["status"], "Stopped");
    let agreements = [
        "agreement-create",
        "agreement-list",
        "agreement-view",
        "contract-grant",
        "contract-extend",
        "agreement-print",
        "agreement-document",
        "agreement-approve",
        "agreement-reject",
        "agreement-stop",
    ];
    agreements.into_iter().chain(sessions).collect()
}

/// A session of the provider's asset under the agreement, from its making to its stop.
async fn sessions(handlers: &Handlers, agreement: &str, contract: &str) -> [&'static str; 7] {
    let text = serde_json::to_string(&event("asset-register")).expect("JSON");
    let text = text.replace(PRIVATE, VAN);
    let text = text.replace("nyc-tlc", "nordic-mobility");
    let registered = serde_json::from_str(&text).expect("JSON");
    handlers.expect(201, "asset-register", &registered).await;
    let text = serde_json::to_string(&about("session-create", agreement)).expect("JSON");
    let made = serde_json::from_str(&text.replace(QUOTA, contract)).expect("JSON");
    let made = handlers.expect(201, "session-create", &made).await;
    let id = made["items"][0]["id"].as_str().expect("an id");
    let listed = event("session-list");
    let listed = handlers.expect(200, "session-list", &listed).await;
    assert_eq!(listed["items"][0]["id"], id);
    // The files name one that stands under the sample agreement.
    let (_, own) = id.split_once('.').expect("its agreement, and its own part");
    let about_it = |name: &str| -> Value {
        let text = serde_json::to_string(&about(name, agreement)).expect("JSON");
        serde_json::from_str(&text.replace(SESSION, own)).expect("JSON")
    };
    let refused = about_it("session-change");
    let refused = handlers.expect(409, "session-change", &refused).await;
    assert_eq!(
        refused["type"],
        "urn:problem-type:sharepact:bound-by-contract"
    );
    for (name, status) in [
        ("session-view", "Scheduled"),
        ("session-start", "Running"),
        ("session-stop", "Stopped"),
    ] {
        let after = handlers.expect(200, name, &about_it(name)).await;
        assert_eq!(after["status"], status, "after tests/events/{name}.json");
    }
    let entitled = event("entitlement-view");
    let entitled = handlers.expect(200, "entitlement-view", &entitled).await;
    assert_eq!(
        entitled["entitled"], false,
        "its own provider has no need of it"
    );
    [
        "session-create",
        "session-list",
        "session-view",
        "session-change",
        "session-start",
        "session-stop",
        "entitlement-view",
    ]
}

/// A webhook from its registration to its removal.
async fn webhooks(handlers: &Handlers) -> [&'static str; 6] {
    let registered = about("webhook-register", "story");
    let registered = handlers.expect(201, "webhook-register", &registered).await;
    let id = registered["id"].as_str().expect("an id");
    let secret = &registered["secret"];
    assert!(secret.as_str().expect("a secret").starts_with("whsec_"));
    let list = event("webhook-list");
    let listed = handlers.expect(200, "webhook-list", &list).await;
    assert_eq!(listed["items"][0]["id"], id);
    let mut names = vec!["webhook-register", "webhook-list"];
    for name in [
        "webhook-rotate",
        "webhook-enable",
        "webhook-view",
        "webhook-remove",
    ] {
        let after = handlers.expect(200, name, &about(name, id)).await;
        assert_eq!(after["id"], id, "after tests/events/{name}.json");
        assert_ne!(&after["secret"], secret, "after tests/events/{name}.json");
        names.push(name);
    }
    names.try_into().expect("six of them")
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
    let printed = run("contract-print").await;
    assert_eq!(run("contract-document").await["sha256"], printed["sha256"]);
    assert!(run("contract-evidence").await["digest"].is_string());
    assert_eq!(run("contract-verification").await["holds"], true);
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
        "contract-print",
        "contract-document",
        "contract-evidence",
        "contract-verification",
        "asset-view",
        "wallet-view",
        "openapi-view",
    ]
}
