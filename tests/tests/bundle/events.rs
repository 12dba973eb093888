//! `tests/events/<operation>.json`: what API Gateway would send, for `cargo lambda invoke` and
//! `sam local invoke`. Each fits its operation; `story` runs them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sharepact_domain::id::OrganizationId;
use sharepact_domain::party::Owner;
use sharepact_domain::time::Timestamp;
use sharepact_domain::wallet::{Challenge, Nonce};
use sharepact_http::{Purpose, SealingKey};
use sharepact_local::operations;
use sharepact_runtime::Access;
use sharepact_tests::{Key, signed};

/// What the functions of the story seal with.
pub const SEALING_KEY: [u8; 32] = [7; 32];

pub fn event(name: &str) -> Value {
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

/// The wallet's event answers a challenge that the story's functions have sealed a minute before.
#[test]
fn the_registration_of_the_wallet_is_proven() {
    let event = event("wallet-register");
    let key = Key::from_bytes(&[1; 32]).expect("a key");
    let owner = event["pathParameters"]["owner"].as_str().expect("an owner");
    let owner = Owner::Organization(OrganizationId::parse(owner).expect("an id"));
    let issued: Timestamp = "2026-03-16T09:51:00.000Z".parse().expect("an instant");
    let nonce = Nonce::new([9; 16]);
    let challenge = Challenge::issue(owner.clone(), key.address().clone(), nonce, issued);
    let seals = SealingKey::new(&SEALING_KEY).expect("a key");
    let binding = Challenge::binding(&owner, key.address());
    let body = json!({
        "address": key.address(),
        "challenge": seals.seal(Purpose::Challenge, &binding, &challenge.content()),
        "signature": signed(&key, &challenge.message()),
    });
    let body = body.to_string();
    // Line by line, so that the file keeps its order.
    let path = "tests/events/wallet-register.json";
    let file = crate::read(path);
    let lines = file.lines().map(|line| match line.split_once(':') {
        Some((name, _)) if name.trim() == r#""content-length""# => {
            format!("{name}: \"{}\",", body.len())
        }
        Some((name, _)) if name.trim() == r#""body""# => format!("{name}: {},", json!(body)),
        _ => line.to_owned(),
    });
    let text: String = lines.map(|line| line + "\n").collect();
    crate::papers::printed(path, &text);
}
