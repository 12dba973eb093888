//! Answers.

use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;

use crate::{Problem, ProblemType};

/// An answer that succeeded.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The entity tag, quotes included.
    pub etag: Option<String>,
    /// The address of what was made.
    pub location: Option<String>,
    /// The body: JSON, or nothing.
    pub body: Vec<u8>,
    /// Was this answered before, to the same idempotency key?
    pub replayed: bool,
}

impl Reply {
    /// An answer with a JSON body.
    ///
    /// # Errors
    /// Only when the body cannot be written as JSON.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self {
            status,
            etag: None,
            location: None,
            body: serde_json::to_vec(body).map_err(|error| Problem::internal(error.to_string()))?,
            replayed: false,
        })
    }

    /// An answer with a body that is JSON already.
    pub fn raw(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            etag: None,
            location: None,
            body: body.into(),
            replayed: false,
        }
    }

    /// The same with an entity tag.
    pub fn tagged(self, etag: String) -> Self {
        Self {
            etag: Some(etag),
            ..self
        }
    }

    /// The same with the address of what was made.
    pub fn located(self, location: String) -> Self {
        Self {
            location: Some(location),
            ..self
        }
    }

    /// Nothing has changed since the caller's copy.
    pub fn not_modified(etag: String) -> Self {
        Self::raw(StatusCode::NOT_MODIFIED.as_u16(), Vec::new()).tagged(etag)
    }
}

/// Turns what a handler came to into a response. Never fails.
#[must_use]
pub fn respond(outcome: Result<Reply, Problem>, request_id: Option<String>) -> Response<Body> {
    match outcome {
        Ok(reply) => {
            let status = StatusCode::from_u16(reply.status);
            let mut response = response(
                status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                (!reply.body.is_empty()).then_some("application/json"),
                reply.body,
            );
            let mut set = |name, value: Option<String>| {
                if let Some(value) = value.and_then(|text| HeaderValue::try_from(text).ok()) {
                    response.headers_mut().insert(name, value);
                }
            };
            set(header::ETAG, reply.etag);
            set(header::LOCATION, reply.location);
            if reply.replayed {
                response
                    .headers_mut()
                    .insert("idempotent-replayed", HeaderValue::from_static("true"));
            }
            response
        }
        Err(problem) => {
            let own_fault = problem.kind.status().is_server_error();
            let document = problem.document(request_id.filter(|_| own_fault));
            let body = serde_json::to_vec(&document).unwrap_or_default();
            let mut response = response(
                problem.kind.status(),
                Some("application/problem+json"),
                body,
            );
            if problem.kind == ProblemType::Unauthenticated {
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            if let Some(seconds) = problem.retry_after {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

/// Answers are for the caller alone: no shared cache may keep them.
fn response(status: StatusCode, media_type: Option<&'static str>, body: Vec<u8>) -> Response<Body> {
    // JSON is UTF-8; as text it reaches API Gateway without base64.
    let body = match String::from_utf8(body) {
        Ok(text) if text.is_empty() => Body::Empty,
        Ok(text) => Body::Text(text),
        Err(bytes) => Body::Binary(bytes.into_bytes()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(media_type) = media_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
