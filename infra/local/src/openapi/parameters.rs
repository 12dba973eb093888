//! The parameters of an operation: those of its path and query, and the headers of the wire.

use http::Method;
use sharepact_runtime::{Grant, Operation, QueryParameter};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, RefOr, Required, Schema};

/// What a user, organisation or asset id looks like.
const ID: &str = "^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$";
/// What a session's id looks like: its agreement, its quota contract where it has one, and its own part.
const SESSION_ID: &str = r"^[0-9a-f-]{36}\.([0-9a-f-]{36}\.)?[0-9a-f-]{36}$";

pub(super) fn of(operation: &Operation) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = in_path(operation.path)
        .map(|name| path(operation, name))
        .collect();
    parameters.extend(operation.query.iter().map(query));
    if takes_key(operation) {
        parameters.push(header(
            "Idempotency-Key",
            "Chosen by the caller, 1 to 255 characters. The same key with the same body gets the \
             first answer again for 24 hours; with another body it is refused.",
        ));
    }
    if takes_match(operation) {
        parameters.push(header(
            "If-Match",
            "The ETag of the state that the caller has seen. When the state has moved on since, \
             nothing changes and the answer is 412.",
        ));
    }
    if takes_none_match(operation) {
        parameters.push(header("If-None-Match", none_match(operation)));
    }
    parameters
}

/// Does it change the state of something? What only tells something (a challenge) does not, POST or not.
pub(super) fn writes(operation: &Operation) -> bool {
    operation.method != Method::GET && operation.grants.contains(&Grant::Put)
}

/// Does a repetition of the request need a key to be recognised? Not where it leads to the same
/// document.
pub(super) fn takes_key(operation: &Operation) -> bool {
    (operation.method == Method::POST || operation.method == Method::PATCH)
        && writes(operation)
        && !operation
            .grants
            .iter()
            .any(|grant| matches!(grant, Grant::KeepDocument(_)))
}

/// Does it change a thing that may exist already? What is made below a thing leaves that one's state as it is.
pub(super) fn takes_match(operation: &Operation) -> bool {
    operation.method == Method::PUT
        || operation.method == Method::PATCH
        || (operation.method == Method::POST
            && operation.path.contains("/{id}")
            && operation.problems.contains(&"stale-version"))
}

/// Does it make what is not there yet under the path that it names? Not where it says that there is to be something.
pub(super) fn makes(operation: &Operation) -> bool {
    let made = operation.success.0 == 201 && operation.method == Method::PATCH;
    made || (operation.method == Method::PUT && !operation.problems.contains(&"not-found"))
}

/// Does the answer show a thing with its version?
pub(super) fn versioned(operation: &Operation) -> bool {
    match (operation.success.1.schema)() {
        RefOr::T(Schema::Object(object)) => object.properties.contains_key("version"),
        RefOr::T(_) | RefOr::Ref(_) => false,
    }
}

/// Does it show a thing that the caller may have already, or make one that may be there already?
pub(super) fn takes_none_match(operation: &Operation) -> bool {
    let one_or_null = matches!((operation.success.1.schema)(), RefOr::T(Schema::OneOf(_)));
    (operation.method == Method::PUT && makes(operation))
        || (operation.method == Method::GET && (shows_one_thing(operation) || one_or_null))
}

/// Does its path name one thing, or the file of one?
pub(super) fn shows_one_thing(operation: &Operation) -> bool {
    operation.path.ends_with('}') || operation.path.ends_with("/evidence")
}

fn none_match(operation: &Operation) -> &'static str {
    if operation.method == Method::PUT {
        "`*`: only when there is nothing yet; otherwise nothing changes and the answer is 412."
    } else {
        "The ETag of the state that the caller has. While it is the present one the answer is 304."
    }
}

/// The names in braces.
pub(super) fn in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn path(of: &Operation, name: &str) -> Parameter {
    let (schema, description) = match name {
        "id" if of.path.starts_with("/organizations/") => (identifier(), "The organisation's id."),
        "profileId" => (
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
            "The profile's id.",
        ),
        "id" if of.path.starts_with("/framework-agreements/") => (
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
            "The agreement's id.",
        ),
        "id" if of.path.starts_with("/sessions/") => (
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some(SESSION_ID)),
            "The session's id.",
        ),
        "id" => (
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
            "The contract's id.",
        ),
        "assetId" => (identifier(), "The asset's id."),
        "owner" => (identifier(), "The id of the user or organisation."),
        _ => (identifier(), "An id."),
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn identifier() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(ID))
}

fn query(parameter: &QueryParameter) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let schema: RefOr<Schema> = if parameter.repeated {
        RefOr::T(Schema::Array(
            ArrayBuilder::new().items(text).max_items(Some(100)).build(),
        ))
    } else if parameter.name == "limit" {
        RefOr::T(Schema::from(
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(1)),
        ))
    } else {
        RefOr::T(Schema::from(text))
    };
    let builder = ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(parameter.description))
        .schema(Some(schema));
    if parameter.repeated {
        // `userId=a&userId=b`
        builder
            .style(Some(ParameterStyle::Form))
            .explode(Some(true))
            .build()
    } else {
        builder.build()
    }
}

fn header(name: &str, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}
