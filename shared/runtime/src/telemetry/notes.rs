//! What handlers add to the line of their invocation.
//!
//! The one rule: notes belong to the invocation that runs, and nothing is decided by them. Outside
//! of an invocation they are dropped.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use sharepact_domain::contract::{CommandKind, ContractFact, Status};
use sharepact_domain::event::{Event, Fact};
use sharepact_domain::id::{ContractId, EventId};
use sharepact_domain::time::Timestamp;
use sharepact_store::Change;

use crate::WorkError;

/// How many contracts, and how many values of a lag, a line names. Batches hold up to 100 records;
/// CloudWatch takes up to 100 values of a metric.
const MOST: usize = 100;
/// How many failed records a line describes. Their number is told in any case.
const MOST_FAILURES: usize = 20;
/// How long a reason may be, in characters.
const LONGEST_REASON: usize = 500;

tokio::task_local! {
    static NOTES: Arc<Mutex<Notes>>;
}

/// Adds to the line of the invocation that runs.
pub fn note(tell: impl FnOnce(&mut Notes)) {
    if let Ok(notes) = NOTES.try_with(Arc::clone) {
        tell(&mut notes.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Runs `work`, and hands over what it noted.
pub(super) async fn collect<T>(work: impl Future<Output = T>) -> (T, Notes) {
    let notes = Arc::new(Mutex::new(Notes::default()));
    let outcome = NOTES.scope(Arc::clone(&notes), work).await;
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    (outcome, std::mem::take(&mut notes))
}

/// What an invocation has noted so far.
#[derive(Debug, Default)]
pub struct Notes {
    pub(super) contracts: Vec<ContractId>,
    pub(super) command: Option<(CommandKind, Status)>,
    pub(super) transitions: Vec<Transition>,
    pub(super) records: Option<usize>,
    pub(super) failed: usize,
    pub(super) failures: Vec<Failure>,
    pub(super) counts: Vec<(&'static str, u64)>,
    pub(super) outbox_lags: Vec<i64>,
    pub(super) expiry_lags: Vec<i64>,
}

/// One event that was committed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transition {
    pub(super) event: &'static str,
    event_id: EventId,
    #[serde(skip_serializing_if = "Option::is_none")]
    contract: Option<ContractId>,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Status>,
    /// For an expiry: how long the contract's time has been over, in milliseconds.
    #[serde(skip)]
    lag: Option<i64>,
}

/// A record of a batch that failed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    record: String,
    kind: &'static str,
    reason: String,
}

impl Notes {
    /// The invocation is about a contract.
    pub fn about(&mut self, contract: ContractId) {
        if self.contracts.len() < MOST && !self.contracts.contains(&contract) {
            self.contracts.push(contract);
        }
    }

    /// A command is put to a contract in this status.
    pub fn command(&mut self, command: CommandKind, status: Status) {
        self.command = Some((command, status));
    }

    /// The source handed over so many records.
    pub fn records(&mut self, records: usize) {
        self.records = Some(records);
    }

    /// A record failed; `record` is the source's name for it.
    pub fn failed(&mut self, record: &str, error: &WorkError) {
        self.failed += 1;
        if self.failures.len() < MOST_FAILURES {
            self.failures.push(Failure {
                record: record.to_owned(),
                kind: kind(error),
                reason: shortened(&error.to_string()),
            });
        }
    }

    /// Adds to a count of the function's own, such as `sent`.
    pub fn count(&mut self, name: &'static str, more: u64) {
        match self.counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count = count.saturating_add(more),
            None => self.counts.push((name, more)),
        }
    }

    /// An event that occurred then is on the bus now.
    pub fn published(&mut self, occurred_at: Timestamp, now: Timestamp) {
        if self.outbox_lags.len() < MOST {
            self.outbox_lags.push(milliseconds(occurred_at, now));
        }
    }

    /// How many events of each type were committed.
    pub(super) fn types(&self) -> Vec<(&'static str, usize)> {
        let mut types: Vec<(&'static str, usize)> = Vec::new();
        for Transition { event, .. } in &self.transitions {
            match types.iter_mut().find(|(known, _)| known == event) {
                Some((_, count)) => *count += 1,
                None => types.push((event, 1)),
            }
        }
        types
    }

    /// An event was committed.
    pub(crate) fn committed(&mut self, transition: Transition) {
        if let Some(contract) = transition.contract {
            self.about(contract);
        }
        if let Some(lag) = transition.lag
            && self.expiry_lags.len() < MOST
        {
            self.expiry_lags.push(lag);
        }
        // The command that led here was put to this aggregate; a creation had none.
        let from = self.command.map(|(_, status)| status);
        self.transitions.push(Transition { from, ..transition });
    }
}

impl Transition {
    /// What a change brings about. The parties of assets and wallets are part of their ids, so
    /// that only the event's id stands for those.
    pub(crate) fn of(change: &Change<'_>, now: Timestamp) -> Self {
        match change {
            Change::Contract { after, event, .. } => Self {
                contract: Some(after.id),
                to: Some(after.recorded),
                lag: matches!(event.fact, ContractFact::Expired { .. })
                    .then_some(after.expires_at)
                    .flatten()
                    .map(|end| milliseconds(end, now)),
                ..Self::bare(event)
            },
            Change::Asset { event, .. } => Self::bare(event),
            Change::Wallet { event, .. } => Self::bare(event),
        }
    }

    fn bare<F: Fact>(event: &Event<F>) -> Self {
        Self {
            event: event.fact.name(),
            event_id: event.id,
            contract: None,
            sequence: event.sequence,
            from: None,
            to: None,
            lag: None,
        }
    }
}

pub(super) fn kind(error: &WorkError) -> &'static str {
    match error {
        WorkError::Passing(_) => "passing",
        WorkError::Poison(_) => "poison",
    }
}

/// The beginning of a reason: enough to know it, too little to fill the log.
pub(super) fn shortened(reason: &str) -> String {
    match reason.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => reason.get(..end).unwrap_or_default().to_owned() + "…",
        None => reason.to_owned(),
    }
}

fn milliseconds(from: Timestamp, to: Timestamp) -> i64 {
    (to.to_chrono() - from.to_chrono()).num_milliseconds()
}
