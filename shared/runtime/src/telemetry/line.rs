//! The line: all that is told of one invocation.
//!
//! The one rule: every metric is counted in exactly one line. Events of several types do not fit
//! into one, since a line has one value of each dimension; then each type gets a short line of its
//! own.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};
use sharepact_domain::contract::Status;
use sharepact_domain::id::ContractId;
use sharepact_domain::time::Timestamp;
use tracing::Level;

use super::metrics::{Embedded, Metric};
use super::notes::{Failure, Notes, Transition, shortened};
use super::{Invocation, Log};
use crate::WorkError;

/// How an invocation ended.
pub(crate) enum Ending<'a> {
    /// With an answer to a request.
    Answered {
        status: u16,
        /// Was it a remembered one?
        replayed: bool,
    },
    /// With a problem: its status, its slug, and what stands behind it.
    Refused(u16, &'static str, Option<&'a str>),
    /// With an answer to a source.
    Worked,
    /// With all of the work to be done again.
    Failed(&'a WorkError),
    /// Not by itself.
    Panicked,
}

/// An invocation that ended.
pub(crate) struct Line<'a> {
    /// The operation's or the worker's name.
    pub function: &'static str,
    pub invocation: Invocation,
    /// The gateway's id of the request.
    pub request_id: Option<&'a str>,
    pub ending: Ending<'a>,
    pub notes: Notes,
    pub took: Duration,
    /// When it ended.
    pub at: Timestamp,
}

/// The line as it is written. Members with a capital are metrics and their dimensions.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wide<'a> {
    level: &'static str,
    timestamp: Timestamp,
    message: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invocation_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<&'a str>,
    /// The only contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<ContractId>,
    /// The contracts, where they are several.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    contracts: &'a [ContractId],
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'static str>,
    /// The status that the command met.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Status>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replayed: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    transitions: &'a [Transition],
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    succeeded: Option<usize>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    failures: &'a [Failure],
    #[serde(skip_serializing_if = "Map::is_empty")]
    counts: Map<String, Value>,
    #[serde(flatten)]
    metrics: Embedded,
}

/// A line that holds nothing but a metric.
#[derive(Serialize)]
struct Narrow {
    level: &'static str,
    timestamp: Timestamp,
    message: &'static str,
    #[serde(flatten)]
    metrics: Embedded,
}

/// Writes the line of an invocation.
pub(crate) fn write(log: &Log, line: &Line<'_>) {
    let first = log.is_first();
    let level = line.level();
    if !log.listens(level) {
        return;
    }
    let embed = |metrics: Embedded| match log.embeds {
        true => metrics,
        false => metrics.plain(),
    };
    let types = line.notes.types();
    send(
        log,
        level,
        &line.wide(embed(line.metrics(log, first, &types))),
    );
    if let ([_, _, ..], true) = (types.as_slice(), log.embeds) {
        for (event, count) in types {
            let dimensions = [("Stack", &*log.stack), ("Event", event)];
            let values = vec![(Metric::Transitions, Value::from(count))];
            let narrow = Narrow {
                level: Level::INFO.as_str(),
                timestamp: line.at,
                message: "transitions",
                metrics: Embedded::new(line.at, &dimensions, values),
            };
            send(log, Level::INFO, &narrow);
        }
    }
}

fn send(log: &Log, level: Level, line: &impl Serialize) {
    match serde_json::to_string(line) {
        Ok(text) => log.write(level, &text),
        Err(error) => tracing::error!(%error, "a line could not be written"),
    }
}

impl Line<'_> {
    fn outcome(&self) -> &'static str {
        match self.ending {
            Ending::Answered { .. } => "ok",
            Ending::Refused(..500, _, _) => "refused",
            Ending::Worked if self.notes.failed > 0 => "partial",
            Ending::Worked => "ok",
            Ending::Refused(..) | Ending::Failed(_) => "failed",
            Ending::Panicked => "panicked",
        }
    }

    fn level(&self) -> Level {
        match self.outcome() {
            "failed" | "panicked" => Level::ERROR,
            "partial" => Level::WARN,
            _ => Level::INFO,
        }
    }

    fn metrics(&self, log: &Log, first: bool, types: &[(&'static str, usize)]) -> Embedded {
        let milliseconds = (self.took.as_secs_f64() * 1e6).round() / 1e3;
        let mut dimensions = vec![("Stack", &*log.stack), ("Function", self.function)];
        let mut values = vec![
            (Metric::DurationMs, Value::from(milliseconds)),
            (Metric::ColdStart, Value::from(u8::from(first))),
        ];
        if self.notes.records.is_some() {
            values.push((Metric::FailedRecords, Value::from(self.notes.failed)));
        }
        for (metric, lags) in [
            (Metric::OutboxLagMs, &self.notes.outbox_lags),
            (Metric::ExpiryLagMs, &self.notes.expiry_lags),
        ] {
            if !lags.is_empty() {
                values.push((metric, Value::from(lags.as_slice())));
            }
        }
        if let [(event, count)] = types {
            dimensions.push(("Event", event));
            values.push((Metric::Transitions, Value::from(*count)));
        }
        if let Ending::Refused(_, problem, _) = self.ending {
            dimensions.push(("Problem", problem));
            values.push((Metric::Rejections, Value::from(1)));
        }
        Embedded::new(self.at, &dimensions, values)
    }

    fn wide(&self, metrics: Embedded) -> Wide<'_> {
        let notes = &self.notes;
        let (status, cause) = match self.ending {
            Ending::Answered { status, .. } => (Some(status), None),
            Ending::Refused(status, _, cause) => (Some(status), cause.map(shortened)),
            Ending::Worked | Ending::Panicked => (None, None),
            Ending::Failed(error) => (None, Some(shortened(&error.to_string()))),
        };
        let (contract, contracts) = match notes.contracts.as_slice() {
            [one] => (Some(*one), [].as_slice()),
            several => (None, several),
        };
        // In a batch every record has its own: the transitions tell.
        let put = notes.commands.last().filter(|_| notes.records.is_none());
        let counts = notes.counts.iter();
        Wide {
            level: self.level().as_str(),
            timestamp: self.at,
            message: format!("{} {}", self.function, self.outcome()),
            outcome: self.outcome(),
            status,
            cause,
            request_id: self.request_id,
            invocation_id: self.invocation.id.as_deref(),
            trace_id: self.invocation.trace.as_deref(),
            contract,
            contracts,
            command: put.map(|put| put.command.name()),
            from: put.map(|put| put.status),
            replayed: matches!(self.ending, Ending::Answered { replayed: true, .. }),
            transitions: &notes.transitions,
            records: notes.records,
            succeeded: notes.records.map(|all| all.saturating_sub(notes.failed)),
            failures: &notes.failures,
            counts: counts
                .map(|(name, count)| ((*name).to_owned(), Value::from(*count)))
                .collect(),
            metrics,
        }
    }
}
