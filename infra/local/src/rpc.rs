//! The AWS JSON protocol on loopback: one POST per call, named by `x-amz-target`.
//!
//! The one rule: a refusal is spelt as AWS spells it, so that the SDK above makes of it the error
//! that it would make in the cloud.

use std::convert::Infallible;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::connections;
use crate::machine;
use crate::stop::Stop;

/// The most that a call may carry; above the limits of any service, so that those are what refuses.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// An API that is served.
pub(crate) trait Api: Send + Sync + 'static {
    /// What stands before the dot of `x-amz-target`.
    const PREFIX: &'static str;
    /// The protocol's content type.
    const CONTENT: &'static str;

    /// Answers one call.
    fn answer(
        &self,
        action: &str,
        input: Value,
    ) -> impl Future<Output = Result<Value, Refusal>> + Send;
}

/// An error in AWS's own words.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// The shape: `com.amazonaws.sqs#QueueDoesNotExist`.
    pub kind: &'static str,
    /// The name that older SDKs know it by.
    pub older: Option<&'static str>,
    /// What is wrong.
    pub message: String,
}

impl Refusal {
    /// The caller's fault.
    pub(crate) fn of(kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind,
            older: None,
            message: message.into(),
        }
    }

    /// Also known by this name.
    pub(crate) fn known_as(mut self, older: &'static str) -> Self {
        self.older = Some(older);
        self
    }

    /// The server's fault: the SDK tries again.
    pub(crate) fn broken(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "InternalFailure",
            older: None,
            message: message.into(),
        }
    }
}

/// The input of a call, as the shape that it should have.
pub(crate) fn input<T: DeserializeOwned>(input: Value) -> Result<T, Refusal> {
    serde_json::from_value(input)
        .map_err(|error| Refusal::of("SerializationException", error.to_string()))
}

/// A running server.
pub(crate) struct Server {
    /// Where it listens.
    pub endpoint: String,
    task: JoinHandle<()>,
}

/// A free loopback port, and its address.
pub(crate) async fn port() -> std::io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    Ok((listener, endpoint))
}

impl Server {
    /// Serves the API until told to stop.
    pub(crate) fn start<A: Api>(
        listener: TcpListener,
        endpoint: String,
        api: Arc<A>,
        stop: Stop,
    ) -> Self {
        let stopping = stop.clone();
        let service = move |_| {
            let (api, stop) = (Arc::clone(&api), stopping.clone());
            service_fn(move |request| {
                let (api, mut stop) = (Arc::clone(&api), stop.clone());
                async move {
                    // Only a wait for messages takes long, and a server that stops ends it.
                    let answer = tokio::select! {
                        answer = respond(&*api, request) => answer,
                        () = stop.wait() => Err(Refusal::broken("the local stack stops")),
                    };
                    Ok::<_, Infallible>(written::<A>(answer))
                }
            })
        };
        Self {
            endpoint,
            task: tokio::spawn(connections::serve(listener, service, stop)),
        }
    }

    /// Waits until the server has stopped.
    pub(crate) async fn stopped(self) {
        if tokio::time::timeout(Duration::from_secs(6), self.task)
            .await
            .is_err()
        {
            tracing::warn!(endpoint = self.endpoint, "a server did not stop in time");
        }
    }
}

async fn respond<A: Api>(api: &A, request: Request<Incoming>) -> Result<Value, Refusal> {
    let target = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let Some(action) = target
        .strip_prefix(A::PREFIX)
        .and_then(|rest| rest.strip_prefix('.'))
    else {
        return Err(Refusal::of(
            "UnknownOperationException",
            format!("`{target}` is not served here"),
        ));
    };
    let body = Limited::new(request.into_body(), BODY_LIMIT)
        .collect()
        .await
        .map_err(|error| Refusal::of("SerializationException", error.to_string()))?
        .to_bytes();
    let input = if body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(&body)
            .map_err(|error| Refusal::of("SerializationException", error.to_string()))?
    };
    api.answer(action, input).await
}

fn written<A: Api>(answer: Result<Value, Refusal>) -> Response<Full<Bytes>> {
    let (status, older, body) = match answer {
        Ok(body) => (StatusCode::OK, None, body),
        Err(refusal) => (
            refusal.status,
            refusal.older,
            json!({ "__type": refusal.kind, "message": refusal.message }),
        ),
    };
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(A::CONTENT));
    if let Ok(id) = HeaderValue::from_str(&machine::fresh_id()) {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(older) =
        older.and_then(|name| HeaderValue::from_str(&format!("{name};Sender")).ok())
    {
        headers.insert("x-amzn-query-error", older);
    }
    response
}
