//! An operation: everything that the template, the OpenAPI document, the local gateway and the
//! README need to know about one function, written once beside its handler.

use std::borrow::Cow;
use std::panic::resume_unwind;
use std::pin::Pin;

use lambda_http::http::Method;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use sharepact_domain::id::ContractId;
use sharepact_http::{Call, Problem};
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::App;
use crate::telemetry::{self, Ending, Invocation, Line, note};

pub use sharepact_http::Reply;

/// What a handler's body resolves to.
pub type Answer = Result<Reply, Problem>;

/// A handler: boxed here, once, so that a function's binary does not compile the SDK again.
pub type Handler = for<'a> fn(&'a App, Call) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// Who gets past the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A valid JWT, checked by the gateway before the function runs.
    Token,
    /// Anyone.
    Open,
}

/// One right, as the function's policy spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// `dynamodb:BatchGetItem` on the table.
    BatchGet,
    /// `dynamodb:Query` on the table.
    Query,
    /// `dynamodb:Query` on the named index.
    QueryIndex(&'static str),
    /// `dynamodb:PutItem` on the table.
    Put,
    /// `dynamodb:ConditionCheckItem` on the table.
    Check,
    /// `dynamodb:UpdateItem` on the table.
    Update,
    /// `dynamodb:DeleteItem` on the table.
    Delete,
    /// `events:PutEvents` on the bus.
    Publish,
    /// `sqs:SendMessage` on the queue that is this resource of the template.
    Send(&'static str),
    /// `s3:PutObject` below this folder in the bucket of documents.
    KeepDocument(&'static str),
    /// `s3:GetObject` there: a link carries the right of the function that signed it.
    LinkDocument(&'static str),
    /// `s3:GetObject` there: the function itself reads.
    ReadDocument(&'static str),
    /// `secretsmanager:GetSecretValue` on the secret that is this resource of the template.
    ReadSecret(&'static str),
}

/// A query parameter, for the OpenAPI document.
#[derive(Clone, Copy)]
pub struct QueryParameter {
    /// Its name.
    pub name: &'static str,
    /// What it does and what it takes.
    pub description: &'static str,
    /// May it be given more than once?
    pub repeated: bool,
}

impl QueryParameter {
    /// A parameter that may be given once.
    #[must_use]
    pub const fn optional(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            repeated: false,
        }
    }

    /// A parameter that may be given up to 100 times.
    #[must_use]
    pub const fn repeated(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            repeated: true,
        }
    }
}

/// The size of a page.
pub const LIMIT: QueryParameter =
    QueryParameter::optional("limit", "The most items of a page, 1 to 100; 25 by default");

/// Where a page begins.
pub const CURSOR: QueryParameter =
    QueryParameter::optional("cursor", "The nextCursor of the page before, unchanged");

/// Whose contracts are meant.
pub const USER_ID: QueryParameter = QueryParameter::repeated(
    "userId",
    "A user's id; may be repeated up to 100 times. The caller's own side without it",
);

/// A JSON body's schema, by the Rust type that reads or writes it.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The schema's name in the OpenAPI document.
    pub name: fn() -> Cow<'static, str>,
    /// Another name than the type's own, for a type that has none worth reading.
    pub alias: Option<&'static str>,
    /// The schema itself.
    pub schema: fn() -> RefOr<Schema>,
    /// The schemas it refers to.
    pub references: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Shape {
    /// The shape of `T` on the wire.
    #[must_use]
    pub const fn of<T: ToSchema>() -> Self {
        Self {
            name: <T as ToSchema>::name,
            alias: None,
            schema: <T as PartialSchema>::schema,
            references: <T as ToSchema>::schemas,
        }
    }
}

impl Shape {
    /// The same under a name of its own.
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        Self {
            alias: Some(name),
            ..self
        }
    }
}

/// One operation of the API: one function, one route, one policy.
pub struct Operation {
    /// Noun first, kebab case: `contract-accept`. The binary, the template's resource, the
    /// operationId and the span are derived from it.
    pub name: &'static str,
    /// The HTTP method of the route.
    pub method: Method,
    /// The route's path with its parameters in braces: `/contracts/{id}/accept`.
    pub path: &'static str,
    /// One line; where a seed service has a name of its own, that name (`retrieveByUserId`).
    pub summary: &'static str,
    /// What it does and who may call it.
    pub description: &'static str,
    /// Who gets past the gateway.
    pub access: Access,
    /// The query parameters it takes.
    pub query: &'static [QueryParameter],
    /// The JSON body it takes.
    pub body: Option<Shape>,
    /// The status and the body of success.
    pub success: (u16, Shape),
    /// The problems it may answer besides those of every operation, by slug.
    pub problems: &'static [&'static str],
    /// Its policy on the table.
    pub grants: &'static [Grant],
    /// The handler.
    pub run: Handler,
}

impl Operation {
    /// `contract-accept` → `ContractAccept`, the template's resource.
    #[must_use]
    pub fn resource(&self) -> String {
        resource(self.name)
    }

    /// `contract-accept` → `contractAccept`, the operationId.
    #[must_use]
    pub fn operation_id(&self) -> String {
        let resource = self.resource();
        let (first, rest) = resource.split_at(usize::from(!resource.is_empty()));
        first.to_lowercase() + rest
    }
}

/// A name in kebab case as a resource of the template.
pub(crate) fn resource(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(usize::from(!word.is_empty()));
            first.to_uppercase() + rest
        })
        .collect()
}

/// Answers a request as the deployed function would: parses it, runs the handler, and turns a
/// refusal into its problem document. Never fails.
///
/// One line of log an invocation; the cause of a failure stands there and nowhere else.
pub async fn answer(
    operation: &'static Operation,
    app: &App,
    request: Request,
) -> lambda_http::Response<lambda_http::Body> {
    let request_id = request_id(&request);
    let invocation = Invocation::from(&request);
    let observed = telemetry::observe(run(operation, app, request)).await;
    let ending = match &observed.outcome {
        Ok(Ok(reply)) => Ending::Answered {
            status: reply.status,
            replayed: reply.replayed,
        },
        Ok(Err(Problem { kind, cause, .. })) => {
            Ending::Refused(kind.status().as_u16(), kind.slug(), cause.as_deref())
        }
        Err(_) => Ending::Panicked,
    };
    let line = Line {
        function: operation.name,
        invocation,
        request_id: request_id.as_deref(),
        ending,
        notes: observed.notes,
        took: observed.took,
        at: app.clock.now(),
    };
    telemetry::write(&app.log, &line);
    match observed.outcome {
        Ok(outcome) => sharepact_http::respond(outcome, request_id),
        Err(panic) => resume_unwind(panic),
    }
}

async fn run(operation: &'static Operation, app: &App, request: Request) -> Answer {
    let parameters: Vec<_> = operation
        .query
        .iter()
        .map(|parameter| parameter.name)
        .collect();
    let call = Call::from_request(operation.name, &parameters, request, app.clock.now())?;
    if operation.path.starts_with("/contracts/{id}")
        && let Ok(contract) = call.path("id", ContractId::parse)
    {
        note(|notes| notes.about(contract));
    }
    (operation.run)(app, call).await
}

/// API Gateway's own id of the request.
fn request_id(request: &Request) -> Option<String> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        Some(_) | None => None,
    }
}
