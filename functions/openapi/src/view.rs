//! `GET /openapi.json` – the OpenAPI 3.1 document of this very bundle.
//!
//! Who: anyone, without a token.

use lambda_http::http::Method;
use sharepact_http::Reply;
use sharepact_http::wire::DescriptionView;
use sharepact_runtime::{Access, Operation, Shape};

/// The document, generated from the operations and committed.
pub const DOCUMENT: &str = include_str!("../../../infra/openapi.json");

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "openapi-view",
    method: Method::GET,
    path: "/openapi.json",
    summary: "this document",
    description: "The OpenAPI 3.1 document of the API, for anyone.",
    access: Access::Open,
    query: &[],
    body: None,
    success: (200, Shape::of::<DescriptionView>()),
    problems: &[],
    grants: &[],
    run: |_, _| Box::pin(std::future::ready(Ok(Reply::raw(200, DOCUMENT)))),
};
