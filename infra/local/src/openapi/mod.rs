//! The OpenAPI 3.1 document, made from the operations.
//!
//! The one rule: nothing is described here that an operation says of itself. This module knows the
//! wire's conventions (tokens, `ETag`, `Idempotency-Key`, problem documents) and applies them alike.

mod parameters;
mod responses;

use std::borrow::Cow;
use std::collections::BTreeMap;

use http::Method;
use sharepact_runtime::{Access, Operation, Shape};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem, Paths};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    Required, ServerBuilder,
};

use crate::operations::{CONTEXTS, Context};

/// The name of the security scheme.
const TOKEN: &str = "token";

/// The document of the whole bundle as it is committed and served: indented, in a stable order,
/// with a newline at its end.
///
/// # Errors
/// When a schema cannot be written as JSON.
pub fn document() -> Result<String, serde_json::Error> {
    print(&build(CONTEXTS))
}

fn print(document: &OpenApi) -> Result<String, serde_json::Error> {
    let mut text = document.to_pretty_json()?;
    text.push('\n');
    Ok(text)
}

fn build(contexts: &[Context]) -> OpenApi {
    let mut schemas: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    responses::problem(&mut schemas);
    let mut paths = Paths::new();
    for context in contexts {
        for operation in context.operations {
            let described = describe(context.name, operation, &mut schemas);
            // The methods of a path are merged: OpenAPI keeps them together.
            if let Some(method) = method(&operation.method) {
                let item = PathItem::new(method, described);
                paths
                    .paths
                    .entry(operation.path.to_owned())
                    .or_default()
                    .merge_operations(item);
            }
        }
    }
    let tags = contexts
        .iter()
        .filter(|context| !context.operations.is_empty())
        .map(|context| {
            TagBuilder::new()
                .name(context.name)
                .description(Some(context.description))
                .build()
        });
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "A JWT signed with RS256. `sub` is the user, `org` the organisation (if any), `roles` \
             may hold `manager` (binds the organisation), `contract-manager` (its agreements and contracts), \
             `session-manager` (its sessions), `administrator` (its settings and profiles) and `operator` (runs the \
             platform).",
        ))
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Sharepact")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Data-sharing contracts between two organisations: request, draft, negotiate, \
                     sign, activate, expire.",
                ))
                .license(Some(
                    LicenseBuilder::new()
                        .name("Apache-2.0")
                        .identifier(Some("Apache-2.0"))
                        .build(),
                ))
                .build(),
        )
        .servers(Some([ServerBuilder::new()
            .url("/")
            .description(Some("The address that serves this document"))
            .build()]))
        .paths(paths)
        .components(Some(
            ComponentsBuilder::new()
                .schemas_from_iter(schemas)
                .security_scheme(TOKEN, SecurityScheme::Http(scheme))
                .build(),
        ))
        .tags(Some(tags))
        .build()
}

fn describe(
    tag: &str,
    operation: &Operation,
    schemas: &mut BTreeMap<String, RefOr<Schema>>,
) -> OperationBuilder {
    let builder = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(operation.operation_id()))
        .summary(Some(operation.summary))
        .description(Some(operation.description))
        .parameters(Some(parameters::of(operation)))
        .responses(responses::of(operation, schemas));
    let builder = match operation.access {
        Access::Token => builder.security(SecurityRequirement::new(
            TOKEN,
            std::iter::empty::<String>(),
        )),
        // An empty list says that none is needed, where leaving it out would say nothing.
        Access::Open => builder.securities(Some([])),
    };
    match operation.body {
        None => builder,
        Some(shape) => {
            let schema = component(shape, schemas);
            let body = RequestBodyBuilder::new()
                .required(Some(Required::True))
                .content("application/json", Content::new(Some(schema.clone())));
            let body = if operation.method == Method::PATCH {
                body.content("application/merge-patch+json", Content::new(Some(schema)))
            } else {
                body
            };
            builder.request_body(Some(body.build()))
        }
    }
}

/// Collects a shape's schema and those it refers to; refers to it where it has a name of its own.
fn component(shape: Shape, schemas: &mut BTreeMap<String, RefOr<Schema>>) -> RefOr<Schema> {
    let mut references = Vec::new();
    (shape.references)(&mut references);
    schemas.extend(references);
    let schema = (shape.schema)();
    let name = shape.alias.map_or_else(|| (shape.name)(), Cow::Borrowed);
    // Lists, and texts, have no name that would tell two of them apart.
    let named = match &schema {
        RefOr::T(Schema::Object(object)) => {
            !object.properties.is_empty() || object.enum_values.is_some()
        }
        RefOr::T(Schema::OneOf(_) | Schema::AllOf(_) | Schema::AnyOf(_)) => true,
        RefOr::T(_) | RefOr::Ref(_) => false,
    };
    if named {
        schemas.insert(name.clone().into_owned(), schema);
        RefOr::Ref(Ref::from_schema_name(name))
    } else {
        schema
    }
}

fn method(method: &Method) -> Option<HttpMethod> {
    match *method {
        Method::GET => Some(HttpMethod::Get),
        Method::POST => Some(HttpMethod::Post),
        Method::PUT => Some(HttpMethod::Put),
        Method::PATCH => Some(HttpMethod::Patch),
        Method::DELETE => Some(HttpMethod::Delete),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
