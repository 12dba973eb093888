use std::future::pending;
use std::pin::Pin;

use serde_json::{Value, json};
use sharepact_http::Call;
use sharepact_runtime::{Answer, App, Grant, QueryParameter};
use utoipa::ToSchema;

use super::*;

#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Thing {
    id: String,
    version: u64,
    part: Part,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Part {
    size: u32,
}

fn never(_app: &App, _call: Call) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
    Box::pin(pending())
}

const BASE: Operation = Operation {
    name: "thing-list",
    method: Method::GET,
    path: "/things",
    summary: "List things",
    description: "Everyone's.",
    access: Access::Open,
    query: &[QueryParameter {
        name: "userId",
        description: "Whose.",
        repeated: true,
    }],
    body: None,
    success: (200, Shape::of::<Vec<Thing>>()),
    problems: &[],
    grants: &[],
    run: never,
};

static LIST: Operation = BASE;

static ACCEPT: Operation = Operation {
    name: "thing-accept",
    method: Method::POST,
    path: "/things/{id}/accept/{assetId}",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<Thing>()),
    success: (201, Shape::of::<Thing>()),
    problems: &["wrong-turn", "stale-version"],
    grants: &[Grant::BatchGet, Grant::Put],
    ..BASE
};

static PATCHED: Operation = Operation {
    name: "thing-update",
    method: Method::PATCH,
    path: "/things",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<Thing>()),
    success: (200, Shape::of::<Thing>()),
    grants: &[Grant::BatchGet, Grant::Put],
    ..BASE
};

static THINGS: &[&Operation] = &[&LIST, &ACCEPT, &PATCHED];

fn sample() -> Value {
    let contexts = [Context {
        name: "things",
        description: "Things.",
        operations: THINGS,
        workers: &[],
    }];
    serde_json::from_str(&print(&build(&contexts)).unwrap()).unwrap()
}

fn at<'a>(document: &'a Value, pointer: &str) -> &'a Value {
    document
        .pointer(pointer)
        .unwrap_or_else(|| panic!("nothing at {pointer} in {document:#}"))
}

#[test]
fn a_command_is_described_whole() {
    let document = sample();
    assert!(
        at(&document, "/openapi")
            .as_str()
            .unwrap()
            .starts_with("3.1")
    );
    let post = at(&document, "/paths/~1things~1{id}~1accept~1{assetId}/post");
    assert_eq!(at(post, "/operationId"), "thingAccept");
    assert_eq!(at(post, "/security"), &json!([{ "token": [] }]));
    let parameters: Vec<_> = at(post, "/parameters")
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| at(parameter, "/name").as_str().unwrap())
        .collect();
    assert_eq!(parameters, ["id", "assetId", "Idempotency-Key", "If-Match"]);
    assert_eq!(at(post, "/parameters/0/schema/format"), "uuid");
    assert!(at(post, "/parameters/1/schema/pattern").is_string());
    assert_eq!(
        at(post, "/requestBody/content/application~1json/schema/$ref"),
        "#/components/schemas/Thing"
    );
    assert!(at(post, "/responses/201/headers/ETag").is_object());
    assert!(at(post, "/responses/201/headers/Location").is_object());
    for status in ["400", "404", "412", "422", "503"] {
        let schema = format!("/responses/{status}/content/application~1problem+json/schema/$ref");
        assert_eq!(at(post, &schema), "#/components/schemas/Problem");
    }
    assert!(at(post, "/responses/401/content/application~1json").is_object());
    let listed = at(post, "/responses")
        .as_object()
        .unwrap()
        .values()
        .any(|response| {
            at(response, "/description")
                .as_str()
                .unwrap()
                .contains("`wrong-turn`")
        });
    assert!(listed, "{post:#}");
}

#[test]
fn an_open_list_needs_no_token_and_shows_no_etag() {
    let document = sample();
    let get = at(&document, "/paths/~1things/get");
    assert_eq!(at(get, "/security"), &json!([]));
    assert_eq!(at(get, "/parameters/0/schema/type"), "array");
    assert_eq!(
        at(get, "/responses/200/content/application~1json/schema/type"),
        "array"
    );
    assert!(get.pointer("/responses/200/headers").is_none());
    assert!(get.pointer("/responses/401").is_none());
}

#[test]
fn the_methods_of_a_path_stay_together_and_references_lead_somewhere() {
    let document = sample();
    let patch = at(&document, "/paths/~1things/patch");
    assert!(at(patch, "/requestBody/content/application~1merge-patch+json").is_object());
    for name in ["Thing", "Part", "Problem"] {
        at(&document, &format!("/components/schemas/{name}"));
    }
}

/// The references that lead nowhere.
fn dangling(document: &Value) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(entries) => {
                found.extend(
                    entries
                        .get("$ref")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                );
                entries.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    walk(document, &mut found);
    found.retain(|reference| {
        document
            .pointer(reference.trim_start_matches('#'))
            .is_none()
    });
    found
}

#[test]
fn a_list_alone_brings_the_schemas_it_refers_to() {
    static ONLY: &[&Operation] = &[&LIST];
    let contexts = [Context {
        name: "things",
        description: "Things.",
        operations: ONLY,
        workers: &[],
    }];
    let document = serde_json::to_value(build(&contexts)).unwrap();
    at(
        &document,
        "/paths/~1things/get/responses/200/content/application~1json/schema/items",
    );
    assert_eq!(dangling(&document), Vec::<String>::new(), "{document:#}");
}

#[test]
fn the_document_of_the_bundle_is_stable_and_whole() {
    let whole: Value = serde_json::from_str(&document().unwrap()).unwrap();
    assert_eq!(dangling(&whole), Vec::<String>::new());
    for operation in crate::operations::all() {
        let path = operation.path.replace('/', "~1");
        let method = operation.method.as_str().to_lowercase();
        let id = at(&whole, &format!("/paths/{path}/{method}/operationId"));
        assert_eq!(*id, operation.operation_id());
    }
    let first = document().unwrap();
    assert_eq!(first, document().unwrap());
    assert!(first.ends_with("}\n"));
}
