//! An endpoint of the demo's own: what a webhook leads to.
//!
//! The one rule: a delivery counts only when its signature holds.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::answer::Wrong;

/// How long a delivery may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What has come so far.
#[derive(Default)]
struct Heard {
    secret: Vec<u8>,
    events: Vec<Value>,
    forged: usize,
}

/// The endpoint, while it listens.
pub(crate) struct Listener {
    /// Where it listens.
    pub url: String,
    heard: Arc<Mutex<Heard>>,
    task: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listener {
    /// Listens on a free port of this machine.
    pub(crate) async fn start() -> Result<Self, Wrong> {
        let failed = |error: std::io::Error| Wrong::Unexpected(format!("no free port: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(failed)?;
        let url = format!("http://{}/events", listener.local_addr().map_err(failed)?);
        let heard = Arc::new(Mutex::new(Heard::default()));
        let shared = Arc::clone(&heard);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let heard = Arc::clone(&shared);
                let service = service_fn(move |request| take(Arc::clone(&heard), request));
                let serving =
                    http1::Builder::new().serve_connection(TokioIo::new(connection), service);
                tokio::spawn(async move {
                    if let Err(error) = serving.await {
                        tracing::debug!(%error, "a delivery was broken off");
                    }
                });
            }
        });
        Ok(Self { url, heard, task })
    }

    /// From now on deliveries are held against this secret: `whsec_` and Base64.
    pub(crate) fn trust(&self, secret: &str) -> Result<(), Wrong> {
        let key = secret.strip_prefix("whsec_").unwrap_or(secret);
        let key = STANDARD
            .decode(key)
            .map_err(|error| Wrong::Unexpected(format!("the secret is no Base64: {error}")))?;
        lock(&self.heard).secret = key;
        Ok(())
    }

    /// The events of a contract in their order, once all of these have come.
    pub(crate) async fn events(
        &self,
        contract: &str,
        wanted: &[&str],
    ) -> Result<Vec<Value>, Wrong> {
        let waiting = async {
            loop {
                let events = self.of(contract);
                if wanted.len() <= events.len() {
                    return events;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let events = match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(events) => events,
            Err(_) => self.of(contract),
        };
        let names: Vec<_> = events
            .iter()
            .filter_map(|event| event.get("type")?.as_str())
            .collect();
        let forged = lock(&self.heard).forged;
        if names == wanted && forged == 0 {
            return Ok(events);
        }
        Err(Wrong::Unexpected(format!(
            "delivered were {names:?} and {forged} that were not signed"
        )))
    }

    /// Deliveries promise no order, and may come twice: an event's sequence and id say both.
    fn of(&self, contract: &str) -> Vec<Value> {
        let heard = lock(&self.heard);
        let of = |event: &&Value| {
            let id = event.pointer("/aggregate/id").and_then(Value::as_str);
            id == Some(contract)
        };
        let sequence = |event: &Value| event.get("sequence").and_then(Value::as_u64);
        let mut events: Vec<_> = heard.events.iter().filter(of).cloned().collect();
        events.sort_by_key(sequence);
        events.dedup_by_key(|event| sequence(event));
        events
    }
}

async fn take(
    heard: Arc<Mutex<Heard>>,
    request: Request<Incoming>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let mut answer = Response::new(Empty::new());
    let Ok(body) = body.collect().await else {
        *answer.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(answer);
    };
    let body = body.to_bytes();
    let mut heard = lock(&heard);
    match serde_json::from_slice(&body) {
        Ok(event) if signed(&heard.secret, &parts.headers, &body) => {
            heard.events.push(event);
            *answer.status_mut() = StatusCode::NO_CONTENT;
        }
        Ok(_) | Err(_) => {
            heard.forged += 1;
            *answer.status_mut() = StatusCode::UNAUTHORIZED;
        }
    }
    Ok(answer)
}

/// Does one of the signatures hold, as Standard Webhooks has them?
fn signed(secret: &[u8], headers: &HeaderMap, body: &[u8]) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(timestamp), Some(signatures)) = (
        text("webhook-id"),
        text("webhook-timestamp"),
        text("webhook-signature"),
    ) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let said = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat();
    signatures
        .split(' ')
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
        .any(|signature| hmac::verify(&key, &said, &signature).is_ok())
}

fn lock(heard: &Mutex<Heard>) -> std::sync::MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
