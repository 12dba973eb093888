//! The stream poller: what stands between the table's stream and its worker.
//!
//! The one rule: records are worked off in their order, and the position is moved past a record
//! only when the worker is done with it. Whoever is killed begins again at the first record that
//! was not done.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::invocation::{Runner, backoff, failures};
use super::positions::Positions;
use crate::dynamodb::Stream;
use crate::machine;
use crate::queues::{Letter, Queues};
use crate::stop::Stop;
use crate::template::{ACCOUNT, REGION, StreamSource};

/// How long a poller that found nothing waits before it looks again.
const IDLE: Duration = Duration::from_millis(20);

/// A poller of the stream.
pub(super) struct StreamPoller {
    pub runner: Runner,
    pub source: StreamSource,
    pub stream: Stream,
    /// The ARN by which the functions know the stream.
    pub arn: String,
    pub positions: Positions,
    pub queues: Queues,
    pub reached: Reached,
}

/// How far a poller has come.
#[derive(Clone, Default)]
pub(crate) struct Reached(Arc<Mutex<Option<String>>>);

impl Reached {
    pub(crate) fn get(&self) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, position: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(position.to_owned());
    }
}

/// A record as Lambda hands it over, and its sequence number.
struct Record {
    sequence: String,
    created: f64,
    event: Value,
}

/// The stack stops.
struct Stopped;

impl StreamPoller {
    /// Where it begins: where it was, or where the template says.
    pub(super) fn begin(&self) -> Result<(), String> {
        let kept = self
            .positions
            .get(&self.key())
            .map_err(|error| error.to_string())?;
        let position = match kept {
            None if self.source.latest => self.stream.last()?,
            kept => kept,
        };
        if let Some(position) = position {
            self.reach(&position);
        }
        Ok(())
    }

    /// Works until told to stop; what runs by then is finished.
    pub(super) async fn poll(self, mut stop: Stop) {
        loop {
            let worked = match self.read().await {
                Ok(records) if !records.is_empty() => self.work(records, &mut stop).await,
                Ok(_) => self.pause(IDLE, &mut stop).await,
                Err(error) => {
                    self.runner.warn(&error);
                    self.pause(backoff(4), &mut stop).await
                }
            };
            if let Err(Stopped) = worked {
                return;
            }
        }
    }

    async fn pause(&self, duration: Duration, stop: &mut Stop) -> Result<(), Stopped> {
        tokio::select! {
            () = tokio::time::sleep(duration) => Ok(()),
            () = stop.wait() => Err(Stopped),
        }
    }

    async fn read(&self) -> Result<Vec<Record>, String> {
        let (stream, position) = (self.stream.clone(), self.reached.get());
        let found = tokio::task::spawn_blocking(move || stream.after(position))
            .await
            .map_err(|error| error.to_string())??;
        found
            .iter()
            .map(|record| {
                let mut event = serde_json::to_value(record).map_err(|error| error.to_string())?;
                if let Some(members) = event.as_object_mut() {
                    members.insert("awsRegion".to_owned(), REGION.into());
                    members.insert("eventSourceARN".to_owned(), self.arn.clone().into());
                }
                Ok(Record {
                    sequence: record.dynamodb.sequence_number.clone(),
                    created: record.dynamodb.approximate_creation_date_time,
                    event,
                })
            })
            .collect()
    }

    /// Works off the records, batch by batch.
    async fn work(&self, records: Vec<Record>, stop: &mut Stop) -> Result<(), Stopped> {
        let last = records.last().map(|record| record.sequence.clone());
        let wanted: Vec<Record> = records
            .into_iter()
            .filter(|record| {
                let filters = &self.source.filters;
                filters.is_empty() || filters.iter().any(|filter| filter.matches(&record.event))
            })
            .collect();
        for batch in wanted.chunks(self.source.batch) {
            self.settle(batch, stop).await?;
        }
        // What the filters refused at the end is done with too.
        if let Some(last) = last {
            self.reach(&last);
        }
        Ok(())
    }

    /// Brings one batch to its end: done, or given up as far as the template allows it.
    async fn settle(&self, batch: &[Record], stop: &mut Stop) -> Result<(), Stopped> {
        let mut pending = VecDeque::from([(0..batch.len(), 0)]);
        while let Some((range, failed)) = pending.pop_front() {
            if failed > 0 {
                self.pause(backoff(failed), stop).await?;
            }
            let part = batch.get(range.clone()).unwrap_or_default();
            let done = self.run(part).await;
            if let Some(last) = done.checked_sub(1).and_then(|at| part.get(at)) {
                self.reach(&last.sequence);
            }
            if done == part.len() {
                continue;
            }
            let rest = range.start + done..range.end;
            // Whatever was done before, the record that stands first now has failed once.
            let failed = if done > 0 { 1 } else { failed + 1 };
            self.retry(batch, rest, failed, &mut pending);
        }
        Ok(())
    }

    /// Queues what failed for another try: as it is, in halves, or not at all.
    fn retry(
        &self,
        batch: &[Record],
        rest: Range<usize>,
        failed: u32,
        pending: &mut VecDeque<(Range<usize>, u32)>,
    ) {
        if self.source.bisect && rest.len() > 1 {
            // Halving is no try of its own, so a single bad record is found before the tries end.
            let middle = rest.start + rest.len() / 2;
            pending.push_front((middle..rest.end, 0));
            pending.push_front((rest.start..middle, failed.min(1)));
            return;
        }
        if self.source.retries.is_some_and(|retries| failed > retries) {
            let part = batch.get(rest.clone()).unwrap_or_default();
            match self.give_up(part, failed) {
                Ok(()) => return,
                Err(error) => self.runner.warn(&error),
            }
        }
        pending.push_front((rest, failed));
    }

    /// Runs the worker; answers how many records, from the first on, are done.
    async fn run(&self, part: &[Record]) -> usize {
        let records: Vec<&Value> = part.iter().map(|record| &record.event).collect();
        let outcome = self.runner.run(json!({ "Records": records })).await;
        match failures(outcome, self.source.partial) {
            None => 0,
            Some(failed) => {
                let firsts: Option<Vec<usize>> = failed
                    .iter()
                    .map(|id| part.iter().position(|record| record.sequence == *id))
                    .collect();
                // As in the cloud, the first that failed counts, and one that was not there makes
                // the whole batch fail.
                firsts.map_or(0, |firsts| firsts.into_iter().min().unwrap_or(part.len()))
            }
        }
    }

    /// Gives records up, and tells whoever wants to know.
    fn give_up(&self, part: &[Record], failed: u32) -> Result<(), String> {
        let (Some(first), Some(last)) = (part.first(), part.last()) else {
            return Ok(());
        };
        tracing::error!(
            worker = self.runner.worker.name,
            first = first.sequence,
            last = last.sequence,
            "records were given up"
        );
        if let Some(queue) = &self.source.dead {
            let time = |record: &Record| {
                #[expect(clippy::cast_possible_truncation, reason = "whole seconds are shown")]
                DateTime::from_timestamp(record.created as i64, 0)
                    .map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
            };
            let function = self.runner.worker.resource();
            let body = json!({
                "requestContext": {
                    "requestId": machine::fresh_id(),
                    "functionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"),
                    "condition": "RetryAttemptsExhausted",
                    "approximateInvokeCount": failed,
                },
                "responseContext": { "statusCode": 200, "functionError": "Unhandled" },
                "version": "1.0",
                "timestamp": machine::now().to_rfc3339_opts(SecondsFormat::Millis, true),
                "DDBStreamBatchInfo": {
                    "shardId": self.stream.shard(),
                    "startSequenceNumber": first.sequence,
                    "endSequenceNumber": last.sequence,
                    "approximateArrivalOfFirstRecord": time(first),
                    "approximateArrivalOfLastRecord": time(last),
                    "batchSize": part.len(),
                    "streamArn": self.arn,
                },
            });
            self.queues
                .send(queue, vec![Letter::new(body.to_string())])
                .map_err(|error| error.to_string())?;
        }
        self.reach(&last.sequence);
        Ok(())
    }

    fn reach(&self, position: &str) {
        // A position that is not kept costs a repetition after the next start, and no record.
        if let Err(error) = self.positions.set(&self.key(), position) {
            self.runner.warn(&error);
        }
        self.reached.set(position);
    }

    fn key(&self) -> String {
        key(self.runner.worker.name)
    }
}

/// What the position of a worker is kept under.
pub(super) fn key(worker: &str) -> String {
    format!("{worker} stream")
}
