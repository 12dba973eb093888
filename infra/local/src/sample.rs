//! A few operations for the tests of the stack itself, and a function that tells what it was given.

use std::future::{Future, pending};
use std::path::Path;
use std::pin::Pin;

use http::Method;
use lambda_http::{Body, RequestExt as _, Response};
use serde_json::json;
use sharepact_http::{Call, SealingKey};
use sharepact_runtime::{Access, Answer, App, Clock, Operation, Shape};
use sharepact_store::Store;

use crate::routes::Target;
use crate::stack::Options;
use crate::template::Template;
use crate::template::tests::SMALL;

fn never(_app: &App, _call: Call) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
    Box::pin(pending())
}

const VIEW: Operation = Operation {
    name: "thing-view",
    method: Method::GET,
    path: "/things/{id}",
    summary: "",
    description: "",
    access: Access::Token,
    query: &[],
    body: None,
    success: (200, Shape::of::<String>()),
    problems: &[],
    grants: &[],
    run: never,
};

pub(crate) static OPERATIONS: &[Operation] = &[
    VIEW,
    Operation {
        name: "thing-pending",
        path: "/things/pending",
        ..VIEW
    },
    Operation {
        name: "thing-change",
        method: Method::POST,
        ..VIEW
    },
    Operation {
        name: "openapi-view",
        path: "/openapi.json",
        access: Access::Open,
        ..VIEW
    },
];

pub(crate) fn targets() -> Vec<Target> {
    let settings = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .build();
    let client = aws_sdk_dynamodb::Client::from_conf(settings);
    OPERATIONS
        .iter()
        .map(|operation| Target {
            operation,
            app: App {
                store: Store::new(client.clone(), "t"),
                clock: Clock::system(),
                seals: SealingKey::new(&[7; 32]).unwrap(),
                links: sharepact_runtime::Links::default(),
                log: sharepact_runtime::Log::default(),
            },
        })
        .collect()
}

pub(crate) fn options(home: &Path) -> Options {
    Options {
        operations: OPERATIONS.iter().collect(),
        template: Some(Template::parse(SMALL).unwrap()),
        invoke: echo,
        workers: Vec::new(),
        ..Options::on(home)
    }
}

/// Tells what it was given; panics when asked to.
fn echo(
    operation: &'static Operation,
    _app: App,
    request: lambda_http::Request,
) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
    Box::pin(async move {
        let id = request.path_parameters().first("id").map(str::to_owned);
        assert_ne!(id.as_deref(), Some("panic"), "asked to");
        let claims = request
            .request_context_ref()
            .and_then(|context| context.authorizer())
            .and_then(|authorizer| authorizer.jwt.as_ref())
            .map(|jwt| jwt.claims.clone());
        let body = json!({
            "operation": operation.name,
            "id": id,
            "users": request.query_string_parameters().all("userId"),
            "claims": claims,
            "body": String::from_utf8_lossy(request.body()),
        });
        Response::builder()
            .status(201)
            .header("etag", "\"1\"")
            .body(Body::from(body.to_string()))
            .unwrap()
    })
}
