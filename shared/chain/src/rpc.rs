//! One question to a node: JSON-RPC 2.0 over HTTP.
//!
//! The one rule: a URL may hold a key, so it is in no message and no log; and nothing is asked twice.
//!
//! Unlike the addresses that callers supply (`sharepact-outbound`), this one is the operator's: it may be in a private
//! network, and its connection is kept.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use sharepact_runtime::ChainError;
use tokio::sync::OnceCell;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::Vault;
use crate::verdict::Words;

/// How long a question may take, and how much of an answer is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Resolving the name and connecting, TLS included.
    pub connect: Duration,
    /// All of it.
    pub total: Duration,
    /// The most that an answer may have, in bytes.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            total: Duration::from_secs(5),
            answer: 1024 * 1024,
        }
    }
}

/// A node's address, and a client for it.
pub struct Rpc {
    place: Place,
    limits: Limits,
    ready: OnceCell<Ready>,
    asked: AtomicU64,
}

enum Place {
    Known(Url),
    /// Read when it is first needed.
    Kept(Vault),
}

struct Ready {
    client: Client,
    url: Url,
}

impl Rpc {
    /// A node at this URL.
    ///
    /// # Errors
    /// [`ChainError::Unusable`] for anything but https, or http to this machine itself.
    pub fn at(url: &str) -> Result<Self, ChainError> {
        Ok(Self::with(Place::Known(admitted(url)?)))
    }

    /// A node whose URL is a secret.
    #[must_use]
    pub fn kept(vault: Vault) -> Self {
        Self::with(Place::Kept(vault))
    }

    fn with(place: Place) -> Self {
        Self {
            place,
            limits: Limits::default(),
            ready: OnceCell::new(),
            asked: AtomicU64::new(0),
        }
    }

    /// With other limits.
    #[must_use]
    pub fn limited(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    async fn ready(&self) -> Result<&Ready, ChainError> {
        self.ready
            .get_or_try_init(|| async {
                let url = match &self.place {
                    Place::Known(url) => url.clone(),
                    Place::Kept(vault) => {
                        let text: Zeroizing<String> = vault.read().await?;
                        admitted(&text)?
                    }
                };
                let client = Client::builder()
                    .user_agent(concat!("Sharepact/", env!("CARGO_PKG_VERSION")))
                    .redirect(Policy::none())
                    .no_proxy()
                    .referer(false)
                    .connect_timeout(self.limits.connect)
                    .timeout(self.limits.total)
                    .build()
                    .map_err(|error| ChainError::Unusable(error.without_url().to_string()))?;
                Ok(Ready { client, url })
            })
            .await
    }

    /// Asks, and sorts an error into what it means to anyone.
    pub(crate) async fn ask(
        &self,
        method: &'static str,
        parameters: Value,
    ) -> Result<Value, ChainError> {
        let answer = self.exchange(method, parameters).await?;
        answer.map_err(|words| words.of_anything(method))
    }

    /// Asks. The inner error is the node's own.
    pub(crate) async fn exchange(
        &self,
        method: &'static str,
        parameters: Value,
    ) -> Result<Result<Value, Words>, ChainError> {
        let Ready { client, url } = self.ready().await?;
        let id = self.asked.fetch_add(1, Ordering::Relaxed);
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters });
        let request = client
            .post(url.clone())
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = request.send().await.map_err(|error| sort(&error))?;
        let status = answer.status();
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(ChainError::Unusable(format!("the node answers {status}")));
            }
            StatusCode::TOO_MANY_REQUESTS => return Err(answered(status)),
            _ if status.is_redirection() || status.is_server_error() => {
                return Err(answered(status));
            }
            _ => {}
        }
        let body = self.body(answer).await?;
        let Ok(Value::Object(mut answer)) = serde_json::from_slice(&body) else {
            return Err(match status.is_success() {
                true => unusable_answer("is no JSON-RPC"),
                false => answered(status),
            });
        };
        if answer.get("id") != Some(&json!(id)) {
            // Where a node could not even read the question, there is no id to repeat.
            let unread = answer.get("id") == Some(&Value::Null) && answer.contains_key("error");
            if !unread {
                return Err(unusable_answer("is to another question"));
            }
        }
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            let code = error.get("code").and_then(Value::as_i64).unwrap_or(0);
            let message = error.get("message").and_then(Value::as_str);
            let message = message.unwrap_or("without a word").to_owned();
            return Ok(Err(Words { code, message }));
        }
        answer
            .remove("result")
            .map(Ok)
            .ok_or_else(|| unusable_answer("has neither result nor error"))
    }

    async fn body(&self, mut answer: Response) -> Result<Vec<u8>, ChainError> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| sort(&error))? {
            if body.len() + chunk.len() > self.limits.answer {
                return Err(unusable_answer("is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

impl fmt::Debug for Rpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rpc")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

fn answered(status: StatusCode) -> ChainError {
    ChainError::Unreachable(format!("it answers {status}"))
}

fn unusable_answer(why: &str) -> ChainError {
    ChainError::Unreachable(format!("its answer {why}"))
}

fn sort(error: &reqwest::Error) -> ChainError {
    let why = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection could be made"
    } else {
        "the connection ended before the answer"
    };
    ChainError::Unreachable(why.to_owned())
}

/// The URL, if a node may be asked there. What is refused is not repeated.
fn admitted(text: &str) -> Result<Url, ChainError> {
    let refuse = || {
        ChainError::Unusable(
            "the node's address takes an https URL, or an http URL of this machine itself \
             (127.0.0.1, [::1], localhost)"
                .to_owned(),
        )
    };
    let url = Url::parse(text).map_err(|_| refuse())?;
    let loopback = match url.host().ok_or_else(refuse)? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(address).is_loopback(),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        _ => Err(refuse()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_asked_over_https_or_on_this_machine() {
        for good in [
            "https://mainnet.example/v3/key",
            "https://10.0.0.7:8545",
            "http://127.0.0.1:8545",
            "http://[::1]:8545/",
            "http://localhost:8545",
        ] {
            assert!(admitted(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "mainnet.example",
            "http://mainnet.example/v3/key",
            "http://10.0.0.7:8545",
            "http://localhost.example",
            "ws://127.0.0.1:8545",
            "file:///etc/passwd",
        ] {
            let Err(ChainError::Unusable(why)) = admitted(bad) else {
                panic!("{bad} is refused");
            };
            assert!(bad.is_empty() || !why.contains(bad), "{why}");
            assert!(!why.contains("key"), "{why}");
        }
    }

    #[test]
    fn an_address_is_not_shown() {
        let rpc = Rpc::at("https://node.example/v3/0123456789").unwrap();
        let shown = format!("{rpc:?}");
        assert!(
            !shown.contains("0123456789") && !shown.contains("node.example"),
            "{shown}"
        );
    }
}
