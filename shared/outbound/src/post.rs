//! One request, its limits, and what came of it.
//!
//! The one rule: whoever answers decides nothing but the status. No redirect is followed, no proxy
//! asked, no cookie kept, and no more is read or waited for than the limits say.

use std::error::Error as _;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use sharepact_domain::fault::{Fault, Rule};
use thiserror::Error;

use crate::resolver::{Lookup, Resolver, Unresolved};
use crate::target::Target;
use crate::{Reach, system};

/// How long a request may take, and how much of an answer is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Resolving the name and connecting, TLS included.
    pub connect: Duration,
    /// All of it, from the name to the last byte that is read.
    pub total: Duration,
    /// The most that is read of an answer's body, in bytes.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(10),
            body: 4 * 1024,
        }
    }
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The beginning of the body, as far as the limit goes.
    pub body: Vec<u8>,
}

/// Why there is no answer. None of these says more than whoever supplied the URL may know.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// The URL, or an address of its name, may not be called.
    #[error("the URL may not be called: {0}")]
    NotAllowed(String),
    /// The name has no addresses.
    #[error("the name does not resolve")]
    NotResolved,
    /// No connection, or no secure one.
    #[error("no connection could be made")]
    NotConnected,
    /// It took too long.
    #[error("it took too long")]
    TimedOut,
    /// The connection ended before an answer was complete.
    #[error("the connection ended before the answer")]
    Broken,
}

/// The client cannot be made.
#[derive(Debug, Error)]
#[error("the client for outgoing requests cannot be made: {0}")]
pub struct Unusable(#[source] reqwest::Error);

/// What sends requests to addresses that somebody else supplied.
pub struct Outbound {
    client: Client,
    resolver: Resolver,
    limits: Limits,
}

impl Outbound {
    /// With the usual limits and the machine's own resolver.
    ///
    /// # Errors
    /// When the machine has no certificates to trust.
    pub fn new(reach: Reach) -> Result<Self, Unusable> {
        Self::with(reach, Limits::default(), system())
    }

    /// With other limits, or another way to look names up.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with(reach: Reach, limits: Limits, lookup: Lookup) -> Result<Self, Unusable> {
        let resolver = Resolver { lookup, reach };
        let client = Client::builder()
            .user_agent(concat!("Sharepact/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(resolver.clone())
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .https_only(reach == Reach::Public)
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            // Every request makes a connection of its own, so that every request is checked.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(Unusable)?;
        Ok(Self {
            client,
            resolver,
            limits,
        })
    }

    /// Holds a URL to the rule: its spelling, and every address that its name has now. Answers the
    /// URL as it is spelled from here on.
    ///
    /// # Errors
    /// [`Rule::InvalidUrl`], with what would be taken.
    pub async fn admit(&self, url: &str) -> Result<String, Fault> {
        let target = Target::parse(url, self.resolver.reach)?;
        let refuse = |detail: &str| Err(Fault::new(Rule::InvalidUrl, detail));
        let Some(name) = &target.name else {
            return Ok(target.url.into());
        };
        let resolving = self.resolver.addresses(name);
        match tokio::time::timeout(self.limits.connect, resolving).await {
            Ok(Ok(_)) => Ok(target.url.into()),
            Ok(Err(Unresolved::Forbidden)) => {
                refuse("takes a host with public addresses only, and this one has others")
            }
            Ok(Err(Unresolved::Unknown)) | Err(_) => {
                refuse("takes a host whose name resolves, and this one does not")
            }
        }
    }

    /// Sends a body of JSON with these headers, and waits for the answer.
    ///
    /// # Errors
    /// When there is none. An answer with a status that tells of a failure is an answer.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<Answer, Failure> {
        let target = Target::parse(url, self.resolver.reach)
            .map_err(|fault| Failure::NotAllowed(fault.detail))?;
        let request = self
            .client
            .post(target.url)
            .header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, value)
        });
        let answer = request.body(body).send().await;
        let answer = answer.map_err(|error| sort(&error))?;
        Ok(Answer {
            status: answer.status().as_u16(),
            body: self.beginning(answer).await?,
        })
    }

    async fn beginning(&self, mut answer: Response) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while body.len() < self.limits.body {
            match answer.chunk().await.map_err(|error| sort(&error))? {
                Some(chunk) => body.extend_from_slice(&chunk),
                None => break,
            }
        }
        body.truncate(self.limits.body);
        Ok(body)
    }
}

fn sort(error: &reqwest::Error) -> Failure {
    let mut next = error.source();
    while let Some(cause) = next {
        next = cause.source();
        match cause.downcast_ref::<Unresolved>() {
            Some(Unresolved::Unknown) => return Failure::NotResolved,
            Some(forbidden @ Unresolved::Forbidden) => {
                return Failure::NotAllowed(forbidden.to_string());
            }
            None => {}
        }
    }
    if error.is_timeout() {
        Failure::TimedOut
    } else if error.is_connect() {
        Failure::NotConnected
    } else {
        Failure::Broken
    }
}
