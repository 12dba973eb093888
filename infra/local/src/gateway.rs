//! The local API Gateway: routes, checks the token, hands the function its payload, and answers as
//! the deployed gateway does.
//!
//! The one rule: a handler sees only what the payload holds, never the connection, so that what
//! works here works behind the real gateway.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, TRANSFER_ENCODING, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use serde_json::{Value, json};
use sharepact_runtime::{Access, App, Clock, Operation};

use crate::authorizer::{Authorizer, Refusal};
use crate::event::{self, BadParameter, Context};
use crate::machine;
use crate::request_log::RequestLog;
use crate::routes::{Found, Routes};
use crate::tokens::Issuer;

/// The largest body that API Gateway takes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
/// How much more is read and thrown away, so that the caller gets to see the refusal.
const DRAIN_LIMIT: usize = 64 * 1024 * 1024;
/// The most that a request line and headers may take together.
const HEAD_LIMIT: usize = 10 * 1024;
/// How long a function may take before the gateway gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);

/// What answers a request once the gateway has let it in.
pub type Invoke = fn(
    &'static Operation,
    App,
    lambda_http::Request,
) -> Pin<Box<dyn Future<Output = Response<lambda_http::Body>> + Send>>;

/// Runs an operation's own handler, as the deployed function does.
#[must_use]
pub fn invoke(
    operation: &'static Operation,
    app: App,
    request: lambda_http::Request,
) -> Pin<Box<dyn Future<Output = Response<lambda_http::Body>> + Send>> {
    Box::pin(async move { sharepact_runtime::answer(operation, &app, request).await })
}

/// The gateway.
pub struct Gateway {
    /// Which operation answers what.
    pub routes: Routes,
    /// Who gets in.
    pub authorizer: Authorizer,
    /// Whose keys are shown.
    pub issuer: Issuer,
    /// What answers.
    pub invoke: Invoke,
    /// The functions' clock. Tokens are checked against the machine's, as their issuer's are.
    pub clock: Clock,
    /// Where requests are logged, if anywhere.
    pub log: Option<RequestLog>,
}

/// An answer of the gateway itself.
type Answer = Response<Full<Bytes>>;

impl Gateway {
    /// Answers one request.
    ///
    /// # Errors
    /// Never; the type is what the server wants.
    pub async fn serve(
        self: Arc<Self>,
        peer: IpAddr,
        request: Request<Incoming>,
    ) -> Result<Answer, Infallible> {
        let started = Instant::now();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let request_id = machine::fresh_id();
        let mut answer = self.answer(peer, request, &request_id).await;
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            answer.headers_mut().insert("apigw-requestid", id);
        }
        if let Some(log) = &self.log {
            log.line(&method, &path, answer.status(), started.elapsed());
        }
        Ok(answer)
    }

    async fn answer(&self, peer: IpAddr, request: Request<Incoming>, id: &str) -> Answer {
        let (parts, body) = request.into_parts();
        // The body is read before anything is refused: a refusal in the middle of an upload would
        // reach the caller as a broken connection.
        let body = match tokio::time::timeout(PATIENCE, read(body)).await {
            Ok(Ok(body)) => body,
            Ok(Err(status)) => return plain(status),
            Err(_) => return plain(StatusCode::REQUEST_TIMEOUT),
        };
        if head_size(&parts) > HEAD_LIMIT {
            return plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        }
        if let Some(document) = self.well_known(&parts.method, parts.uri.path()) {
            return with_body(StatusCode::OK, &document);
        }
        let Some(Found { target, parameters }) =
            self.routes.find(parts.method.as_str(), parts.uri.path())
        else {
            return plain(StatusCode::NOT_FOUND);
        };
        let operation = target.operation;
        let claims = match operation.access {
            Access::Open => None,
            Access::Token => match self
                .authorizer
                .check(bearer(&parts.headers), machine::now())
            {
                Ok(claims) => Some(claims),
                Err(refusal) => return unauthorized(refusal),
            },
        };
        if !names_a_host(&parts.headers) {
            return plain(StatusCode::BAD_REQUEST);
        }
        let context = Context {
            route: format!("{} {}", operation.method, operation.path),
            parameters: &parameters,
            claims: claims.as_ref(),
            request_id: id,
            peer,
            now: self.clock.now().to_chrono(),
        };
        let payload = match event::payload(&parts, &body, &context) {
            Ok(payload) => payload,
            Err(BadParameter) => return plain(StatusCode::BAD_REQUEST),
        };
        self.run(operation, target.app.clone(), &payload).await
    }

    /// Runs the function in a task of its own: it goes on when the caller hangs up, as a deployed
    /// one does, and a panic ends that task alone.
    async fn run(&self, operation: &'static Operation, app: App, payload: &Value) -> Answer {
        let (invoke, payload) = (self.invoke, payload.to_string());
        let task = tokio::spawn(async move {
            let request = lambda_http::request::from_str(&payload)?;
            Ok::<_, serde_json::Error>(invoke(operation, app, request).await)
        });
        match tokio::time::timeout(PATIENCE, task).await {
            Ok(Ok(Ok(response))) => convert(response),
            Ok(Ok(Err(error))) => {
                tracing::error!(operation = operation.name, %error, "the payload was not understood");
                plain(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Ok(Err(error)) => {
                tracing::error!(operation = operation.name, %error, "the handler panicked");
                plain(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    fn well_known(&self, method: &Method, path: &str) -> Option<Value> {
        if method != Method::GET {
            return None;
        }
        match path {
            "/.well-known/openid-configuration" => Some(self.issuer.configuration()),
            "/.well-known/jwks.json" => Some(self.issuer.key_set()),
            _ => None,
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    // Two of them would leave it open which one counts.
    let mut values = headers.get_all(AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (Some(one), None) => one.to_str().ok(),
        (Some(_), Some(_)) | (None, _) => None,
    }
}

/// The functions' own library makes an address of the host, and takes for granted that the gateway
/// let none through that is none.
fn names_a_host(headers: &HeaderMap) -> bool {
    headers.get(HOST).is_none_or(|host| {
        host.to_str()
            .is_ok_and(|host| reqwest::Url::parse(&format!("http://{host}/")).is_ok())
    })
}

fn head_size(parts: &http::request::Parts) -> usize {
    let headers = parts.headers.iter();
    parts.method.as_str().len()
        + parts
            .uri
            .path_and_query()
            .map_or(0, |target| target.as_str().len())
        + headers
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum::<usize>()
}

async fn read(mut body: Incoming) -> Result<Bytes, StatusCode> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > DRAIN_LIMIT {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let (mut content, mut size) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| StatusCode::BAD_REQUEST)?.into_data() else {
            continue;
        };
        size = size.saturating_add(data.len());
        if size > DRAIN_LIMIT {
            break;
        }
        if size <= BODY_LIMIT {
            content.extend_from_slice(&data);
        }
    }
    if size > BODY_LIMIT {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Ok(content.into())
}

fn convert(response: Response<lambda_http::Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let mut answer = Response::new(Full::new(Bytes::copy_from_slice(&body)));
    *answer.status_mut() = parts.status;
    *answer.headers_mut() = parts.headers;
    for hop in [CONNECTION, TRANSFER_ENCODING] {
        answer.headers_mut().remove(hop);
    }
    answer
}

/// An answer in API Gateway's own words.
fn plain(status: StatusCode) -> Answer {
    let message = match status {
        // The one status whose words are not the standard's.
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        other => other.canonical_reason().unwrap_or("Error"),
    };
    with_body(status, &json!({ "message": message }))
}

fn with_body(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

fn unauthorized(refusal: Refusal) -> Answer {
    let mut answer = plain(StatusCode::UNAUTHORIZED);
    let challenge = match refusal {
        Refusal::Missing => Ok(HeaderValue::from_static("Bearer")),
        Refusal::Malformed
        | Refusal::Algorithm
        | Refusal::Key
        | Refusal::Signature
        | Refusal::Issuer
        | Refusal::Audience
        | Refusal::Expired
        | Refusal::Early => HeaderValue::from_str(&format!(
            "Bearer scope=\"\" error=\"invalid_token\" error_description=\"{refusal}\""
        )),
    };
    if let Ok(challenge) = challenge {
        answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    answer
}

#[cfg(test)]
mod tests;
