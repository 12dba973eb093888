//! `cargo run -- expire` and `cargo run -- replay`: what an operator starts by hand.
//!
//! The one rule: a stack that runs on the folder does the work; where none runs, one is started for
//! it and stopped again.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use sharepact_local::{MovableClock, Options, Remote, Stack};
use sharepact_runtime::Clock;

use crate::Failure;
use crate::cli::Replay;

/// How many days a plan looks back by itself.
const LOOK_BACK: i64 = 3;
/// How many days of a jump are looked at: ten years.
const LONGEST_JUMP: i64 = 3_650;

/// Records what time has ended by `at`, and warns of what it soon will.
///
/// # Errors
/// When the stack does not start, or the job fails.
pub(crate) async fn expire(home: &Path, at: Option<DateTime<Utc>>) -> Result<String, Failure> {
    let planned = on(home, async |remote| {
        let mut order = json!({});
        if let Some(at) = at {
            remote.move_clock(at).await?;
            // As many nights as the clock jumped over, and those that a plan looks back anyway.
            let jumped = (at - Clock::system().now().to_chrono()).num_days();
            order = json!({ "lookBackDays": jumped.clamp(0, LONGEST_JUMP) + LOOK_BACK });
        }
        let planned = remote.invoke("expiry-plan", order).await?;
        remote.settle().await?;
        Ok(planned)
    })
    .await?;
    let number = |name: &str| {
        planned
            .get(name)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    };
    let mut text = String::new();
    if let Some(at) = at {
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        writeln!(text, "The clock was moved to {at}.")?;
    }
    writeln!(
        text,
        "{} recorded as Expired, {} looked at for a warning of their end.",
        contracts(number("expired")),
        contracts(number("warned")),
    )?;
    Ok(text)
}

/// Puts recorded events on the bus again.
///
/// # Errors
/// When the stack does not start, or there are no such events.
pub(crate) async fn replay(home: &Path, options: &Replay) -> Result<String, Failure> {
    let mut order = json!({ "contract": options.contract, "from": options.from });
    if let (Some(to), Some(order)) = (options.to, order.as_object_mut()) {
        order.insert("to".to_owned(), to.into());
    }
    let sent = on(home, async |remote| {
        let sent = remote.invoke("event-replay", order.clone()).await?;
        remote.settle().await?;
        Ok(sent)
    })
    .await?;
    let sent = sent.get("sent").and_then(Value::as_u64).unwrap_or_default();
    Ok(format!("{sent} events were sent again.\n"))
}

fn contracts(number: u64) -> String {
    match number {
        1 => "1 contract".to_owned(),
        number => format!("{number} contracts"),
    }
}

/// Does something with the stack that runs on the folder, or with one that is started for it.
async fn on<T>(
    home: &Path,
    work: impl AsyncFnOnce(&Remote) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if let Some(remote) = Remote::find(home).await? {
        return work(&remote).await;
    }
    if !home.exists() {
        let path = home.display();
        return Err(format!("no stack was ever started on {path}: run `cargo run` first").into());
    }
    let clock = MovableClock::default();
    let stack = Stack::start(Options {
        clock: clock.clock(),
        movable: Some(clock),
        ..Options::on(home)
    })
    .await?;
    let outcome = match Remote::find(home).await {
        Ok(Some(remote)) => work(&remote).await,
        Ok(None) => Err("the stack does not answer".into()),
        Err(error) => Err(error.into()),
    };
    stack.shutdown().await;
    outcome
}
