//! The lines that functions write of their invocations: complete, readable by CloudWatch, and
//! silent about what callers wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use sharepact_runtime::{Log, Metric, NAMESPACE};

use crate::world::{World, ask, challenge, command, definition, get, key, post, put};

/// How long what follows a commit may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A world whose lines are kept.
struct Told {
    world: World,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Told {
    async fn start() -> Self {
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&lines);
        let world = World::with(|options| {
            // Its work takes long and tells nothing that the others do not.
            options
                .workers
                .retain(|worker| worker.name != "document-render");
            options.lines = Log::lines(move |_, line| kept.lock().unwrap().push(line.to_owned()));
        })
        .await;
        Self { world, lines }
    }

    async fn settled(&self) {
        let links = self.world.stack.links();
        assert!(links.settled(PATIENCE).await, "the links come to rest");
    }

    /// From request to expiry, with a refusal, a stranger and a poison message on the way.
    async fn live(&self) -> String {
        let world = &self.world;
        let id = world.contract("Active").await;
        world.expect(409, &command("accept", &id)).await;
        world
            .expect(404, &get("manager", format!("/contracts/{id}")))
            .await;
        self.settled().await;
        self.poison().await;
        world.pass(TimeDelta::days(31));
        let links = world.stack.links();
        links.fire("expiry-plan").await.expect("the plan runs");
        self.settled().await;
        id
    }

    async fn poison(&self) {
        let links = self.world.stack.links();
        let queue = links.queue_url("Expiries").expect("a queue").to_owned();
        let body = json!({ "order": "expire", "contract": "geheim" }).to_string();
        let sent = links.clients().queues.send_message();
        let sent = sent.queue_url(queue).message_body(body).send().await;
        sent.expect("SQS takes it");
        self.settled().await;
    }

    fn lines(&self) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        let parsed = lines.iter().map(|line| serde_json::from_str(line));
        parsed.map(|line| line.expect("a line is JSON")).collect()
    }

    /// The lines of a function that came to this.
    fn of(&self, function: &str, outcome: &str) -> Vec<Value> {
        let mut lines = self.lines();
        lines.retain(|line| line["Function"] == function && line["outcome"] == outcome);
        lines
    }
}

/// Sums of a metric, by the values of its last dimension.
fn sums(lines: &[Value], metric: Metric) -> BTreeMap<String, u64> {
    let by = metric.dimensions().last().expect("a dimension");
    let mut sums = BTreeMap::new();
    for line in lines {
        if let Some(value) = line[metric.name()].as_u64() {
            let key = line[*by].as_str().expect("a dimension is a text");
            *sums.entry(key.to_owned()).or_default() += value;
        }
    }
    sums
}

/// One life serves all that is asked of lines: looking for what is due takes long in a debug build.
#[tokio::test]
async fn a_life_is_told_from_request_to_expiry() {
    let told = Told::start().await;
    let id = told.live().await;
    it_is_complete(&told, &id);
    cloudwatch_can_read_it(&told);
    it_holds_nothing_that_a_caller_wrote(&told, &id).await;
}

fn it_is_complete(told: &Told, id: &str) {
    let lines = told.lines();

    // Every event once, whichever line tells of it: all the table holds of them, and no more.
    let transitions = sums(&lines, Metric::Transitions);
    let expected = [
        ("asset.registered", 1),
        ("contract.activated", 1),
        ("contract.drafted", 1),
        ("contract.expired", 1),
        ("contract.requested", 1),
        ("contract.signed", 1),
        ("transfer.ordered", 1),
        ("wallet.registered", 1),
    ];
    let expected = expected.map(|(event, count)| (event.to_owned(), count));
    assert_eq!(transitions, BTreeMap::from(expected));
    let rejections = sums(&lines, Metric::Rejections);
    let expected = [
        ("illegal-status".to_owned(), 1),
        ("not-found".to_owned(), 1),
    ];
    assert_eq!(rejections, BTreeMap::from(expected));
    // An environment is cold once.
    let cold = sums(&lines, Metric::ColdStart);
    assert!(cold.values().all(|count| *count == 1), "{cold:?}");
    assert!(cold.contains_key("event-relay") && cold.contains_key("contract-draft"));

    let accepted = &told.of("contract-accept", "ok")[0];
    assert_eq!(accepted["level"], "INFO");
    assert_eq!(accepted["status"], 200);
    assert_eq!(accepted["contract"], id);
    assert_eq!(accepted["command"], "accept");
    assert_eq!(accepted["from"], "Draft");
    assert!(accepted["requestId"].is_string());
    assert!(accepted["DurationMs"].as_f64().expect("a time") > 0.0);
    let transition = &accepted["transitions"][0];
    assert_eq!(transition["event"], "contract.signed");
    assert_eq!(transition["contract"], id);
    assert_eq!(
        (&transition["from"], &transition["to"]),
        (&json!("Draft"), &json!("Signed"))
    );
    assert_eq!(transition["sequence"], 3);

    let refused = &told.of("contract-accept", "refused")[0];
    assert_eq!(refused["status"], 409);
    assert_eq!(refused["Problem"], "illegal-status");
    assert_eq!(refused["from"], "Active");
    assert!(refused.get("transitions").is_none());

    let lags = |metric: Metric| -> Vec<i64> {
        let values = lines
            .iter()
            .filter_map(|line| line[metric.name()].as_array());
        values.flatten().filter_map(Value::as_i64).collect()
    };
    assert_eq!(lags(Metric::OutboxLagMs).len(), 8, "one for each event");
    // 30 days were agreed on, 31 have passed.
    let [expiry] = lags(Metric::ExpiryLagMs)[..] else {
        panic!("one contract expired");
    };
    assert_eq!(TimeDelta::milliseconds(expiry), TimeDelta::days(1));
}

#[tokio::test]
async fn a_record_that_fails_is_told_with_its_reason_and_without_its_words() {
    let told = Told::start().await;
    told.poison().await;
    let lines = told.of("contract-expire", "partial");
    let [line] = lines.as_slice() else {
        panic!("one batch failed in part: {:?}", told.lines());
    };
    assert_eq!(line["level"], "WARN");
    assert_eq!(
        (&line["records"], &line["succeeded"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(line["FailedRecords"], 1);
    let failure = &line["failures"][0];
    assert_eq!(failure["kind"], "poison");
    assert!(failure["record"].is_string());
    let reason = failure["reason"].as_str().expect("a reason");
    assert!(
        reason.starts_with("the message cannot be read: "),
        "{reason}"
    );
    assert!(!reason.contains("geheim"), "{reason}");
}

fn cloudwatch_can_read_it(told: &Told) {
    let schema: Value = serde_json::from_str(include_str!("emf.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let mut seen = BTreeSet::new();
    for line in told.lines() {
        let faults: Vec<_> = schema
            .iter_errors(&line)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:?} in {line}");
        for directive in line["_aws"]["CloudWatchMetrics"]
            .as_array()
            .expect("a list")
        {
            assert_eq!(directive["Namespace"], NAMESPACE);
            let dimensions = directive["Dimensions"][0].as_array().expect("a set");
            for name in dimensions {
                let value = line[name.as_str().expect("a name")]
                    .as_str()
                    .expect("a text");
                assert!(
                    (1..=1024).contains(&value.len()) && value.is_ascii(),
                    "{name} in {line}"
                );
            }
            for metric in directive["Metrics"].as_array().expect("a list") {
                let name = metric["Name"].as_str().expect("a name");
                let known = Metric::ALL.into_iter().find(|known| known.name() == name);
                let known = known.unwrap_or_else(|| panic!("{name} is no metric of ours"));
                assert_eq!(metric["Unit"], known.unit());
                assert_eq!(dimensions, &known.dimensions().to_vec());
                let values = match &line[name] {
                    Value::Array(values) => values.as_slice(),
                    one => std::slice::from_ref(one),
                };
                assert!((1..=100).contains(&values.len()) && values.iter().all(Value::is_number));
                seen.insert(known);
            }
        }
    }
    assert_eq!(
        seen,
        BTreeSet::from(Metric::ALL),
        "the life shows every metric"
    );
}

async fn it_holds_nothing_that_a_caller_wrote(told: &Told, id: &str) {
    let world = &told.world;
    let mut asset = definition("Private");
    asset["name"] = json!("Kartoffel");
    world
        .expect(201, &put("manager", "/assets/kartoffel-1", asset))
        .await;
    world
        .expect(
            400,
            &post(
                "consumer",
                "/contracts",
                json!({ "kartoffel": "kartoffel" }),
            ),
        )
        .await;
    world
        .expect(400, &get("consumer", "/contracts?kartoffel=kartoffel"))
        .await;
    world
        .expect(400, &get("consumer", "/contracts/kartoffel"))
        .await;
    let stop = ask("provider", Method::POST, format!("/contracts/{id}/stop"));
    world
        .send(&stop.body(json!({ "reason": "kartoffel" })).key("kartoffel"))
        .await;
    // A key that nobody asked for.
    let owner = world.user("consumer");
    let secret = json!("0xc0ffee");
    let mut asked = challenge("consumer", &owner, &key(1));
    let mut proof = world.proof("consumer", &owner, &key(1)).await;
    for request in [&mut asked, &mut proof] {
        let body = request.body.as_mut().expect("a body");
        body["privateKey"] = secret.clone();
        world.expect(400, request).await;
    }
    let body = proof.body.as_mut().expect("a body");
    body.as_object_mut().expect("members").remove("privateKey");
    for member in ["signature", "challenge"] {
        body[member] = secret.clone();
    }
    world.expect(400, &proof).await;
    told.settled().await;

    let users = world.stack.users().values().cloned();
    let tokens = world.stack.tokens().values().cloned();
    let words = [
        "kartoffel",
        "Taxi",
        "fare",
        "Research",
        "100.00",
        "INV-1",
        "acme-mobility",
    ];
    let texts = words
        .map(str::to_owned)
        .into_iter()
        .chain([key(0).address().to_string(), "0xc0ffee".to_owned()]);
    let hidden: Vec<String> = users.chain(tokens).chain(texts).collect();
    let lines = told.lines.lock().unwrap();
    assert!(lines.len() > 10);
    for line in lines.iter() {
        for word in &hidden {
            let found = line.to_lowercase().contains(&word.to_lowercase());
            assert!(!found, "{word} stands in {line}");
        }
    }
}
