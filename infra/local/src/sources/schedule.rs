//! The schedule: runs a worker when it is due, by the stack's clock.
//!
//! The one rule: what was due is owed once. However far the clock jumps, and however long the stack
//! was off, the worker runs once for it - it is told the time and looks back by itself.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use sharepact_runtime::Clock;

use super::invocation::{Failed, Runner, backoff};
use super::positions::Positions;
use crate::machine;
use crate::stop::Stop;
use crate::template::{ACCOUNT, REGION, ScheduleSource};

/// How often the clock is read.
const TICK: Duration = Duration::from_millis(200);

/// How often a run that fails is tried again, as for any function that nobody waits for.
const RETRIES: u32 = 2;

/// A schedule and its worker.
#[derive(Clone)]
pub(super) struct Timer {
    pub runner: Runner,
    pub source: ScheduleSource,
    pub clock: Clock,
    pub positions: Positions,
}

impl Timer {
    /// Works until told to stop; what runs by then is finished.
    pub(super) async fn poll(self, mut stop: Stop) {
        loop {
            if let Err(error) = self.look().await {
                self.runner.warn(&error);
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = stop.wait() => return,
            }
        }
    }

    async fn look(&self) -> rusqlite::Result<()> {
        let now = self.clock.now().to_chrono();
        let key = format!("{} schedule", self.runner.worker.name);
        let kept: Option<DateTime<Utc>> = self
            .positions
            .get(&key)?
            .and_then(|position| position.parse().ok());
        let ran = match kept {
            // At the very first start nothing is owed yet. A clock that was put back begins anew:
            // or nothing would run until it caught up.
            None => now,
            Some(ran) if ran > now => now,
            Some(ran) => ran,
        };
        if kept != Some(ran) {
            self.positions.set(&key, &ran.to_rfc3339())?;
        }
        if let Some(due) = self.source.recurrence.last(now).filter(|due| *due > ran) {
            for attempt in 0..=RETRIES {
                if attempt > 0 {
                    tokio::time::sleep(backoff(attempt)).await;
                }
                if self.fire(due).await.is_ok() {
                    break;
                }
            }
            self.positions.set(&key, &due.to_rfc3339())?;
        }
        Ok(())
    }

    /// Runs the worker as if it were due now.
    pub(super) async fn fire_now(&self) -> Result<Value, Failed> {
        self.fire(self.clock.now().to_chrono()).await
    }

    async fn fire(&self, due: DateTime<Utc>) -> Result<Value, Failed> {
        let event = match &self.source.input {
            Some(input) => input.clone(),
            None => json!({
                "version": "0",
                "id": machine::fresh_id(),
                "detail-type": "Scheduled Event",
                "source": self.source.sender,
                "account": ACCOUNT,
                "time": due.to_rfc3339_opts(SecondsFormat::Secs, true),
                "region": REGION,
                "resources": [self.source.arn],
                // The scheduler makes a text of it, the rule does not.
                "detail": if self.source.sender == "aws.scheduler" { json!("{}") } else { json!({}) },
            }),
        };
        self.runner.run(event).await
    }
}
