//! How another program on this machine reaches a running stack: invoke a function that no route leads
//! to, move the clock, wait until everything is done.
//!
//! The one rule: a call carries the header `x-amz-target`, which no page in a browser can send to
//! another origin unasked.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use crate::clock::MovableClock;
use crate::home::{Home, HomeError};
use crate::rpc::{self, Api, Refusal, Server, input};
use crate::sources::Activity;
use crate::stop::Stop;

/// The file in the state folder that says where a running stack is reached.
const FILE: &str = "control.json";

/// How long somebody waits for everything to be done.
const PATIENCE: Duration = Duration::from_mins(10);

#[derive(Serialize, Deserialize)]
struct Address {
    endpoint: String,
}

/// What the calls reach.
struct Served {
    activity: Activity,
    clock: Option<MovableClock>,
}

#[derive(Deserialize)]
struct Invoke {
    function: String,
    payload: Value,
}

#[derive(Deserialize)]
struct Move {
    at: DateTime<Utc>,
}

impl Api for Served {
    const PREFIX: &'static str = "SharepactLocal";
    const CONTENT: &'static str = "application/x-amz-json-1.1";

    async fn answer(&self, action: &str, body: Value) -> Result<Value, Refusal> {
        match action {
            "Invoke" => {
                let Invoke { function, payload } = input(body)?;
                let answer = self.activity.invoke(&function, payload).await;
                answer.map_err(|failed| Refusal::of("FunctionError", failed.to_string()))
            }
            "MoveClock" => {
                let Move { at } = input(body)?;
                let clock = self.clock.as_ref().ok_or_else(|| {
                    Refusal::of("ClockError", "this stack's clock cannot be moved")
                })?;
                clock.move_to(at);
                Ok(json!({}))
            }
            "Look" => Ok(json!({})),
            "Settle" => {
                let done = self.activity.wait(PATIENCE).await;
                Ok(json!({ "done": done }))
            }
            other => Err(Refusal::of(
                "UnknownOperationException",
                format!("the local stack does not know {other}"),
            )),
        }
    }
}

/// Serves the calls, and notes in the state folder where.
pub(crate) async fn serve(
    home: &Home,
    activity: Activity,
    clock: Option<MovableClock>,
    stop: Stop,
) -> Result<Server, std::io::Error> {
    let (listener, endpoint) = rpc::port().await?;
    let address = Address {
        endpoint: endpoint.clone(),
    };
    home.write_json(FILE, &address)
        .map_err(std::io::Error::other)?;
    let served = Arc::new(Served { activity, clock });
    Ok(Server::start(listener, endpoint, served, stop))
}

/// Why a running stack did not do what it was asked.
#[derive(Debug, Error)]
pub enum ControlError {
    /// The state folder cannot be read.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The call did not get through.
    #[error("the running stack does not answer: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// It says no.
    #[error("{0}")]
    Refused(String),
}

/// A running stack, as another program reaches it.
pub struct Remote {
    endpoint: String,
    http: reqwest::Client,
}

impl Remote {
    /// The stack that runs on this folder; none when none does.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn find(home: &Path) -> Result<Option<Self>, ControlError> {
        let Some(Address { endpoint }) = Home::look(home).read_json(FILE)? else {
            return Ok(None);
        };
        let http = reqwest::Client::builder().no_proxy().build()?;
        let remote = Self { endpoint, http };
        // The file outlives the stack: whoever does not answer is not there.
        match remote.call("Look", &json!({})).await {
            Ok(_) => Ok(Some(remote)),
            Err(ControlError::Unreachable(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs a function with this event.
    ///
    /// # Errors
    /// What the function says.
    pub async fn invoke(&self, function: &str, payload: Value) -> Result<Value, ControlError> {
        let body = json!({ "function": function, "payload": payload });
        self.call("Invoke", &body).await
    }

    /// Moves the stack's clock.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub async fn move_clock(&self, at: DateTime<Utc>) -> Result<(), ControlError> {
        self.call("MoveClock", &json!({ "at": at })).await.map(drop)
    }

    /// Waits until everything is done.
    ///
    /// # Errors
    /// When it takes too long.
    pub async fn settle(&self) -> Result<(), ControlError> {
        let answer = self.call("Settle", &json!({})).await?;
        match answer.get("done") {
            Some(Value::Bool(true)) => Ok(()),
            _ => Err(ControlError::Refused("work is still left".to_owned())),
        }
    }

    async fn call(&self, action: &str, body: &Value) -> Result<Value, ControlError> {
        let target = format!("{}.{action}", Served::PREFIX);
        let request = self
            .http
            .post(&self.endpoint)
            .header("x-amz-target", target);
        let response = request.body(body.to_string()).send().await?;
        let fine = response.status().is_success();
        let answer: Value = response.json().await?;
        if fine {
            return Ok(answer);
        }
        let message = answer.get("message").and_then(Value::as_str);
        Err(ControlError::Refused(
            message.unwrap_or("it failed").to_owned(),
        ))
    }
}
