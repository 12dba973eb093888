//! The responses of an operation: its success, and the problems it may answer.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use sharepact_http::{ProblemDocument, ProblemType};
use sharepact_runtime::{Access, Grant, Operation, Shape};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder, Responses};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Content, Header, ObjectBuilder, Ref, RefOr, Schema};

use super::{component, parameters};

/// The name of the problem document's schema.
pub(super) const PROBLEM: &str = "Problem";

pub(super) fn of(
    operation: &Operation,
    schemas: &mut BTreeMap<String, RefOr<Schema>>,
) -> Responses {
    let mut responses: BTreeMap<String, Response> = problems(operation)
        .into_iter()
        .map(|(status, slugs)| {
            let response = refused(&status, &slugs);
            (status, response)
        })
        .collect();
    let (status, shape) = operation.success;
    let schema = component(shape, schemas);
    let mut succeed = |status: u16| {
        let response = succeeded(operation, status, schema.clone());
        responses.insert(status.to_string(), response);
    };
    succeed(status);
    // What is put under an id for the first time is made; the next time it is changed.
    if parameters::makes(operation) {
        succeed(201);
        succeed(200);
    }
    // Whoever may sign a link leads to it, unless the caller asks for JSON.
    let links = |grant: &Grant| matches!(grant, Grant::LinkDocument(_));
    if operation.method == Method::GET && operation.grants.iter().any(links) {
        let elsewhere = ResponseBuilder::new()
            .description(reason("302"))
            .header("Location", text("A link that works for five minutes."))
            .build();
        responses.insert("302".to_owned(), elsewhere);
    }
    if parameters::takes_none_match(operation) && operation.method == Method::GET {
        let unchanged = ResponseBuilder::new()
            .description(reason("304"))
            .header("ETag", text("The state's version, as the caller has it."))
            .build();
        responses.insert("304".to_owned(), unchanged);
    }
    Responses::from_iter(responses)
}

fn succeeded(operation: &Operation, status: u16, schema: RefOr<Schema>) -> Response {
    let mut success = ResponseBuilder::new()
        .description(reason(&status.to_string()))
        .content("application/json", Content::new(Some(schema)));
    if shows_one_thing(operation) {
        success = success.header("ETag", text("The state's version, for If-Match."));
    }
    if status == 201 && parameters::versioned(operation) {
        success = success.header("Location", text("The path of what was made."));
    }
    success.build()
}

/// Does the answer carry the state of one thing that can be changed?
fn shows_one_thing(operation: &Operation) -> bool {
    let evidence = operation.path.ends_with("/evidence");
    let changes = parameters::writes(operation) || parameters::shows_one_thing(operation);
    changes && (parameters::versioned(operation) || evidence)
}

/// The problems by status: those of every operation, and its own.
fn problems(operation: &Operation) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut problems: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    let mut usual = Vec::new();
    match operation.access {
        Access::Open => {}
        Access::Token => usual.extend(["400", "401", "503"]),
    }
    if parameters::in_path(operation.path).next().is_some() {
        usual.push("404");
    }
    if parameters::takes_match(operation) {
        usual.push("412");
    }
    if parameters::takes_key(operation) {
        usual.push("422");
    }
    if operation.body.is_some() {
        usual.extend(["413", "415"]);
    }
    for status in usual {
        problems.entry(status.to_owned()).or_default();
    }
    for slug in operation.problems {
        let status = status_of(slug).map_or_else(|| "4XX".to_owned(), |status| status.to_string());
        problems.entry(status).or_default().insert(slug);
    }
    problems
}

/// The status of a problem, by its slug.
fn status_of(slug: &str) -> Option<u16> {
    ProblemType::all()
        .find(|kind| kind.slug() == slug)
        .map(|kind| kind.status().as_u16())
}

fn refused(status: &str, slugs: &BTreeSet<&'static str>) -> Response {
    let mut description = reason(status).to_owned();
    if !slugs.is_empty() {
        let slugs: Vec<String> = slugs.iter().map(|slug| format!("`{slug}`")).collect();
        description.push_str(": ");
        description.push_str(&slugs.join(", "));
    }
    let mut response = ResponseBuilder::new().description(description);
    match status {
        // The gateway answers this one before any function runs, in its own words; a function only
        // where a token is good and its claims name nobody.
        "401" => {
            response = response
                .content("application/json", Content::new(Some(gateways_own())))
                .content(
                    "application/problem+json",
                    Content::new(Some(Ref::from_schema_name(PROBLEM))),
                )
                .header("WWW-Authenticate", text("What was wrong with the token."));
        }
        // The gateway refuses what is over its own limit, a function what is over its.
        "413" => {
            response = response
                .content("application/json", Content::new(Some(gateways_own())))
                .content(
                    "application/problem+json",
                    Content::new(Some(Ref::from_schema_name(PROBLEM))),
                );
        }
        other => {
            response = response.content(
                "application/problem+json",
                Content::new(Some(Ref::from_schema_name(PROBLEM))),
            );
            if ["429", "503"].contains(&other) {
                response = response.header("Retry-After", text("Seconds to wait."));
            }
        }
    }
    response.build()
}

/// How the gateway itself refuses.
fn gateways_own() -> Schema {
    let message = ObjectBuilder::new().schema_type(Type::String);
    let body = ObjectBuilder::new().property("message", message);
    Schema::from(body.required("message"))
}

fn reason(status: &str) -> &'static str {
    match status {
        "200" => "Done",
        "201" => "Made",
        "302" => "The document is there",
        "304" => "Nothing has changed since the caller's copy",
        "400" => "The request is malformed",
        "401" => "No valid token",
        "403" => "The caller may not do this",
        "404" => "There is no such thing, or the caller may not see it",
        "409" => "The state does not allow this; `allowed` says what it allows",
        "412" => "The state has moved on since the caller saw it",
        "413" => "The request is too large",
        "415" => "The body is of another type than the operation takes",
        "422" => "The request cannot be processed as it is",
        "428" => "A condition is required",
        "429" => "Too many requests",
        "503" => "Not possible at the moment; nothing was changed, trying again may help",
        _ => "Refused",
    }
}

fn text(description: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(description))
        .build()
}

/// The problem document (RFC 9457) with the members that this API adds, as the code writes it.
pub(super) fn problem(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    component(Shape::of::<ProblemDocument>(), schemas);
}
