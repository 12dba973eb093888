//! HTTP, as any caller of the API speaks it.

use std::time::{Duration, Instant};

use http::header::{AUTHORIZATION, ETAG};
use http::{HeaderMap, Method};
use serde_json::Value;

use super::answer::{Answer, Wrong};

/// No step takes longer, unless something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to an API.
pub(crate) struct Wire {
    client: reqwest::Client,
    base: String,
}

/// A request.
pub(crate) struct Ask<'a> {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: &'a str,
    /// The JSON body.
    pub body: Option<&'a Value>,
    /// `Idempotency-Key`, `If-Match`.
    pub header: Option<(&'static str, &'a str)>,
}

impl Wire {
    /// A connection to the API at this address.
    pub(crate) fn new(url: &str) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder().timeout(PATIENCE);
        // No proxy could reach what runs on this machine.
        if on_this_machine(url) {
            builder = builder.no_proxy();
        }
        Ok(Self {
            client: builder.build()?,
            base: url.trim_end_matches('/').to_owned(),
        })
    }

    /// What a link leads to, for whoever holds it.
    pub(crate) async fn download(&self, url: &str) -> Result<Vec<u8>, Wrong> {
        let unanswered = |error: reqwest::Error| Wrong::Unanswered {
            call: "the link".to_owned(),
            why: root(&error),
        };
        let response = self.client.get(url).send().await.map_err(unanswered)?;
        let response = response.error_for_status().map_err(unanswered)?;
        let bytes = response.bytes().await.map_err(unanswered)?;
        Ok(bytes.to_vec())
    }

    /// Sends a request and waits for what comes back.
    pub(crate) async fn send(&self, token: &str, ask: &Ask<'_>) -> Result<Answer, Wrong> {
        let call = format!("{} {}", ask.method, ask.path);
        let address = format!("{}{}", self.base, ask.path);
        let mut request = self
            .client
            .request(ask.method.clone(), address)
            .header(AUTHORIZATION, format!("Bearer {token}"));
        if let Some(body) = ask.body {
            request = request.json(body);
        }
        if let Some((name, value)) = ask.header {
            request = request.header(name, value);
        }
        let unanswered = |error: reqwest::Error| Wrong::Unanswered {
            call: call.clone(),
            why: root(&error),
        };
        let started = Instant::now();
        let response = request.send().await.map_err(unanswered)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.map_err(unanswered)?;
        let text = |name: &str| header(&headers, name);
        Ok(Answer {
            took: started.elapsed(),
            status,
            etag: text(ETAG.as_str()),
            replayed: text("idempotent-replayed").is_some(),
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
            call,
        })
    }
}

/// Does an address lead to this machine?
pub(super) fn on_this_machine(url: &str) -> bool {
    let address = reqwest::Url::parse(url).ok();
    let host = address.as_ref().and_then(reqwest::Url::host_str);
    matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"))
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The innermost cause says what is wrong; those around it repeat the address.
fn root(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => root(source),
        None => error.to_string(),
    }
}
