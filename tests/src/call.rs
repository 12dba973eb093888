//! A request, and the answer to it. Every answer is held against the OpenAPI document.

use std::fmt::{self, Display};
use std::future::{Future, IntoFuture};
use std::ops::Index;
use std::pin::Pin;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::Person;

/// What `type` begins with in a problem.
const PROBLEM: &str = "urn:problem-type:sharepact:";

/// How often a request is sent again that an emulated service was too slow for, as the answer itself advises. What is on
/// time on AWS may not be on a busy machine; the local stack and a real deployment have no such excuse.
const AGAIN: u32 = 3;
/// What it is given to catch up.
const PAUSE: Duration = Duration::from_secs(2);

/// A request that is not sent yet; awaiting it sends it.
#[must_use]
pub struct Call {
    person: Person,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call {
    pub(crate) fn new(person: Person, method: Method, path: impl Into<String>) -> Self {
        Self {
            person,
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// The same with a query parameter more.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.query.push((name.to_owned(), format!("{value}")));
        self
    }

    /// The same with a header more.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same under an idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// The same with a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.raw(body.to_string())
    }

    /// The same with these bytes as body.
    pub fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// The same without a body.
    pub fn empty(mut self) -> Self {
        self.body = None;
        self
    }

    async fn send(self) -> Answer {
        let api = &self.person.api;
        let mut again = if api.emulated() { AGAIN } else { 0 };
        let answer = loop {
            let answer = self.once().await;
            if again == 0 || !answer.is_of_a_slow_emulator() {
                break answer;
            }
            again -= 1;
            told(&answer.what);
            tokio::time::sleep(PAUSE).await;
        };
        api.description().check(&self.method, &self.path, &answer);
        answer
    }

    async fn once(&self) -> Answer {
        let what = format!("{} {} as {}", self.method, self.path, self.person.name);
        let api = &self.person.api;
        let mut request = api
            .http()
            .request(self.method.clone(), api.address(&self.path))
            .query(&self.query);
        if let Some(token) = &self.person.token {
            request = request.bearer_auth(token);
        }
        let named = |name: &str| self.headers.iter().any(|(known, _)| known == name);
        if self.body.is_some() && !named("content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &self.body {
            request = request.body(body.clone());
        }
        let response = request.send().await;
        let response = response.unwrap_or_else(|error| panic!("{what}: no answer: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("an answer ends");
        let body = match text.as_str() {
            "" => Value::Null,
            text => serde_json::from_str(text)
                .unwrap_or_else(|error| panic!("{what}: {status} without JSON: {error}: {text}")),
        };
        Answer {
            what,
            status,
            headers,
            body,
        }
    }
}

#[expect(clippy::print_stderr, reason = "a test's log says what it bore with")]
fn told(what: &str) {
    eprintln!("sent again, for the emulator was too slow: {what}");
}

impl IntoFuture for Call {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked, and by whom.
    pub what: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null where there is none.
    pub body: Value,
}

impl Answer {
    /// The answer, which by `rule` has this status.
    #[track_caller]
    pub fn must(self, status: u16, rule: &str) -> Self {
        assert_eq!(self.status, status, "{rule}\n{self}");
        self
    }

    /// The answer, which by `rule` is this problem.
    #[track_caller]
    pub fn must_refuse(self, status: u16, slug: &str, rule: &str) -> Self {
        assert_eq!((self.status, self.slug()), (status, slug), "{rule}\n{self}");
        let detail = self["detail"].as_str().unwrap_or_default();
        assert!(
            !detail.is_empty(),
            "a refusal says what would be right\n{self}"
        );
        self
    }

    /// The last part of a problem's type; empty where the answer is none.
    pub fn slug(&self) -> &str {
        let kind = self["type"].as_str().unwrap_or_default();
        kind.strip_prefix(PROBLEM).unwrap_or_default()
    }

    /// Whether a function, or what it asked of a service, ran out of time.
    fn is_of_a_slow_emulator(&self) -> bool {
        match self.status {
            503 => self.slug() == "temporarily-unavailable",
            502 => self["errorType"] == "Sandbox.Timedout",
            _ => false,
        }
    }

    /// The places that a problem names, pointers and parameters alike.
    pub fn places(&self) -> Vec<&str> {
        let place = |error: &'_ Value| error.get("pointer").or(error.get("parameter")).is_some();
        let errors = self["errors"].as_array().map_or(&[][..], Vec::as_slice);
        let named = errors.iter().filter(|error| place(error));
        named
            .filter_map(|error| error["pointer"].as_str().or(error["parameter"].as_str()))
            .collect()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The entity tag, which every representation has.
    #[track_caller]
    pub fn etag(&self) -> String {
        let tag = self.header("etag");
        tag.unwrap_or_else(|| panic!("every representation has an ETag\n{self}"))
            .to_owned()
    }

    /// A member that is a text.
    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        let text = self[name].as_str();
        text.unwrap_or_else(|| panic!("{name} is a text\n{self}"))
            .to_owned()
    }
}

impl Index<&str> for Answer {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        &self.body[name]
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {:#}", self.what, self.status, self.body)
    }
}
