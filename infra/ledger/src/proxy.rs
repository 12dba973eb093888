//! A way to the node on which requests and answers get lost, come late, or come twice.
//!
//! The one rule: what is not told otherwise goes through as it is; every request is counted, whatever becomes of it.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::NodeError;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// It goes through.
    Pass,
    /// It never reaches the node: the connection ends.
    DropRequest,
    /// It reaches the node, and the answer is lost: the connection ends.
    DropAnswer,
    /// It goes through after a while.
    Delay(Duration),
    /// It reaches the node at once, and the answer comes after a while.
    DelayAnswer(Duration),
    /// It reaches the node twice; the second answer is the one that is told.
    Duplicate,
    /// It is answered with this status and no body of use, and does not reach the node.
    Status(u16),
    /// It is answered with what is no JSON.
    Garbage,
    /// It is answered with a JSON-RPC error of this code and these words.
    Error(i64, String),
    /// It is answered with this result.
    Result(Value),
}

/// For how long.
#[derive(Clone, Debug)]
struct Order {
    /// `None`: until told otherwise.
    times: Option<usize>,
    deed: Deed,
}

#[derive(Debug, Default)]
struct Book {
    /// By method; the empty name is for all of them.
    orders: BTreeMap<String, VecDeque<Order>>,
    counts: BTreeMap<String, usize>,
}

impl Book {
    /// Counts a request and says what becomes of it: the first order for its method, else the first for all.
    fn decide(&mut self, method: &str) -> Deed {
        *self.counts.entry(method.to_owned()).or_default() += 1;
        for name in [method, ""] {
            let Some(orders) = self.orders.get_mut(name) else {
                continue;
            };
            let Some(order) = orders.front_mut() else {
                continue;
            };
            let deed = order.deed.clone();
            if let Some(times) = &mut order.times {
                *times = times.saturating_sub(1);
                if *times == 0 {
                    orders.pop_front();
                }
            }
            return deed;
        }
        Deed::Pass
    }
}

/// Stands on loopback, in front of a node.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    book: Arc<Mutex<Book>>,
    serving: AbortHandle,
}

impl Proxy {
    /// Stands in front of the node at this URL.
    ///
    /// # Errors
    /// When there is no port to stand at.
    pub async fn before(node: &str) -> Result<Self, NodeError> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .map_err(|error| NodeError::Answer(error.to_string()))?;
        let book = Arc::new(Mutex::new(Book::default()));
        let way = Arc::new(Way {
            client,
            node: node.to_owned(),
            book: Arc::clone(&book),
        });
        let serving = tokio::spawn(async move {
            // A connection that cannot be taken is one that is lost.
            while let Ok((stream, _)) = listener.accept().await {
                let way = Arc::clone(&way);
                tokio::spawn(async move {
                    let service = service_fn(|request| Arc::clone(&way).carry(request));
                    let connection = hyper::server::conn::http1::Builder::new();
                    // It ends with an error wherever an answer is to be lost.
                    drop(
                        connection
                            .serve_connection(TokioIo::new(stream), service)
                            .await,
                    );
                });
            }
        });
        Ok(Self {
            url,
            book,
            serving: serving.abort_handle(),
        })
    }

    /// Where it is asked.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What becomes of the next so many requests of a method, after what was told for it before.
    pub fn next(&self, method: &str, times: usize, deed: Deed) {
        if times > 0 {
            let times = Some(times);
            self.told(method).push_back(Order { times, deed });
        }
    }

    /// What becomes of all requests of a method from now on, in place of what was told for it before.
    pub fn always(&self, method: &str, deed: Deed) {
        let mut orders = self.told(method);
        orders.clear();
        orders.push_back(Order { times: None, deed });
    }

    /// What becomes of all requests that nothing was told for by their method.
    pub fn everything(&self, deed: Deed) {
        self.always("", deed);
    }

    /// Claims to be another chain.
    pub fn claim(&self, chain_id: u64) {
        self.always("eth_chainId", Deed::Result(json!(format!("{chain_id:#x}"))));
    }

    /// Everything goes through again.
    pub fn clear(&self) {
        self.book().orders.clear();
    }

    /// How many requests of a method came, whatever became of them.
    #[must_use]
    pub fn count(&self, method: &str) -> usize {
        self.book().counts.get(method).copied().unwrap_or_default()
    }

    /// How many came of each.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.book().counts.clone()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self, method: &str) -> Told<'_> {
        Told {
            book: self.book(),
            method: method.to_owned(),
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The orders for one method.
struct Told<'a> {
    book: MutexGuard<'a, Book>,
    method: String,
}

impl Told<'_> {
    fn orders(&mut self) -> &mut VecDeque<Order> {
        self.book.orders.entry(self.method.clone()).or_default()
    }

    fn push_back(&mut self, order: Order) {
        self.orders().push_back(order);
    }

    fn clear(&mut self) {
        self.orders().clear();
    }
}

/// The way from the proxy to the node.
struct Way {
    client: reqwest::Client,
    node: String,
    book: Arc<Mutex<Book>>,
}

/// An answer that never comes: hyper ends the connection.
#[derive(Debug, thiserror::Error)]
#[error("it was lost")]
struct Lost;

impl From<Infallible> for Lost {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

type Carried = Result<Response<Full<Bytes>>, Lost>;

impl Way {
    async fn carry(self: Arc<Self>, request: Request<Incoming>) -> Carried {
        let body = request.into_body().collect().await.map_err(|_| Lost)?;
        let body = body.to_bytes();
        let question: Value = serde_json::from_slice(&body).unwrap_or_default();
        let method = question.get("method").and_then(Value::as_str);
        let method = method.unwrap_or_default();
        let id = question.get("id").cloned().unwrap_or_default();
        let deed = {
            let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
            book.decide(method)
        };
        match deed {
            Deed::Pass => self.forward(body).await,
            Deed::DropRequest => Err(Lost),
            Deed::DropAnswer => {
                self.forward(body).await?;
                Err(Lost)
            }
            Deed::Delay(time) => {
                sleep(time).await;
                self.forward(body).await
            }
            Deed::DelayAnswer(time) => {
                let answer = self.forward(body).await?;
                sleep(time).await;
                Ok(answer)
            }
            Deed::Duplicate => {
                self.forward(body.clone()).await?;
                self.forward(body).await
            }
            Deed::Status(status) => answer(status, "no"),
            Deed::Garbage => answer(200, "<html>"),
            Deed::Error(code, message) => {
                let error = json!({ "code": code, "message": message });
                let body = json!({ "jsonrpc": "2.0", "id": id, "error": error });
                answer(200, &body.to_string())
            }
            Deed::Result(result) => {
                let body = json!({ "jsonrpc": "2.0", "id": id, "result": result });
                answer(200, &body.to_string())
            }
        }
    }

    async fn forward(&self, body: Bytes) -> Carried {
        let request = self.client.post(&self.node).body(body);
        let request = request.header("content-type", "application/json");
        // A node that is down is a connection that ends.
        let answered = request.send().await.map_err(|_| Lost)?;
        let status = answered.status().as_u16();
        let body = answered.bytes().await.map_err(|_| Lost)?;
        build(status, body)
    }
}

fn answer(status: u16, body: &str) -> Carried {
    build(status, Bytes::copy_from_slice(body.as_bytes()))
}

fn build(status: u16, body: Bytes) -> Carried {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(status).map_err(|_| Lost)?;
    Ok(response)
}
