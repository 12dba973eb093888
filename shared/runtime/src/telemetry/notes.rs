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
    pub(super) commands: Vec<Put>,
    pub(super) transitions: Vec<Transition>,
    pub(super) records: Option<usize>,
    pub(super) failed: usize,
    pub(super) failures: Vec<Failure>,
    pub(super) counts: Vec<(&'static str, u64)>,
    pub(super) outbox_lags: Vec<i64>,
    pub(super) expiry_lags: Vec<i64>,
}

/// A command that was put to a contract, and the status that it met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Put {
    contract: ContractId,
    pub command: CommandKind,
    pub status: Status,
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

    /// A command is put to a contract in this status. A later one to the same contract takes its
    /// place: a command that meets another one is put again.
    pub fn command(&mut self, contract: ContractId, command: CommandKind, status: Status) {
        self.commands.retain(|put| put.contract != contract);
        self.commands.push(Put {
            contract,
            command,
            status,
        });
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
    pub(crate) fn committed(&mut self, mut transition: Transition) {
        if let Some(contract) = transition.contract {
            self.about(contract);
        }
        if let Some(lag) = transition.lag
            && self.expiry_lags.len() < MOST
        {
            self.expiry_lags.push(lag);
        }
        // Of the command that led here; a creation had none. Records of a batch may be under way at once.
        let put = self.commands.iter();
        let mut put = put.filter(|put| Some(put.contract) == transition.contract);
        transition.from = put.next().map(|put| put.status);
        self.transitions.push(transition);
    }
}

impl Transition {
    /// What a change brings about; none for one without an event. The parties of assets and wallets are part of their
    /// ids, so that only the event's id stands for those.
    pub(crate) fn of(change: &Change<'_>, now: Timestamp) -> Option<Self> {
        Some(match change {
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
            Change::Document { after, event } => Self {
                contract: after.shown.contract(),
                ..Self::bare(event)
            },
            Change::Wallet { event, .. } => Self::bare(event),
            Change::Webhook { event, .. } => Self::bare(event),
            Change::Agreement { event, .. } => Self::bare(event),
            Change::Session { event, .. } => Self::bare(event),
            Change::Allotment { event, .. } => Self::bare(event),
            Change::Transfer { event, .. } => Self::bare(event),
            Change::Organization { event, .. } => Self::bare(event),
            Change::Profile { event, .. } => Self::bare(event),
            Change::Passcode { event, .. } => Self::bare(event),
            Change::Unchanged(_)
            | Change::Access { .. }
            | Change::Quota { .. }
            | Change::Guesses { .. } => return None,
        })
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::FutureExt as _;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::app::tests::unlinked;
    use crate::{App, Invocation, Log, Source, Worker, perform};

    fn worker(run: for<'a> fn(&'a App, Value) -> crate::Worked<'a>) -> &'static Worker {
        Box::leak(Box::new(Worker {
            name: "test-worker",
            source: Source::Hand,
            description: "",
            grants: &[],
            run,
        }))
    }

    /// The lines of one invocation, and whether it panicked.
    async fn lines(run: for<'a> fn(&'a App, Value) -> crate::Worked<'a>) -> (Vec<Value>, bool) {
        let kept: Arc<Mutex<Vec<Value>>> = Arc::default();
        let keep = Arc::clone(&kept);
        let app = App {
            log: Log::lines(move |_, line| {
                keep.lock()
                    .unwrap()
                    .push(serde_json::from_str(line).unwrap());
            }),
            ..unlinked()
        };
        let invocation = Invocation::default();
        let done = perform(worker(run), &app, invocation, Value::Null);
        let panicked = std::panic::AssertUnwindSafe(done)
            .catch_unwind()
            .await
            .is_err();
        let lines = kept.lock().unwrap().clone();
        (lines, panicked)
    }

    fn transition(event: &'static str) -> Transition {
        Transition {
            event,
            event_id: EventId::new(Uuid::nil()),
            contract: None,
            sequence: 1,
            from: None,
            to: None,
            lag: None,
        }
    }

    #[tokio::test]
    async fn a_panic_is_told_and_passed_on() {
        let (lines, panicked) = lines(|_, _| {
            Box::pin(async {
                note(|notes| notes.count("sent", 2));
                panic!("on purpose")
            })
        })
        .await;
        assert!(panicked);
        let [line] = lines.as_slice() else {
            panic!("one line: {lines:?}");
        };
        assert_eq!(
            (&line["level"], &line["outcome"]),
            (&json!("ERROR"), &json!("panicked"))
        );
        // What was noted before stands.
        assert_eq!(line["counts"], json!({ "sent": 2 }));
    }

    #[tokio::test]
    async fn events_of_several_types_are_counted_once_each() {
        let (lines, _) = lines(|_, _| {
            Box::pin(async {
                for event in ["a", "b", "a"] {
                    note(|notes| notes.committed(transition(event)));
                }
                Ok(Value::Null)
            })
        })
        .await;
        let counts: Vec<_> = lines
            .iter()
            .map(|line| (line["Event"].as_str(), line["Transitions"].as_u64()))
            .collect();
        assert_eq!(
            counts,
            [(None, None), (Some("a"), Some(2)), (Some("b"), Some(1))]
        );
        assert_eq!(lines[0]["transitions"].as_array().map(Vec::len), Some(3));
    }

    #[tokio::test]
    async fn a_line_stays_within_what_cloudwatch_takes() {
        let (lines, _) = lines(|app, _| {
            let now = app.clock.now();
            Box::pin(async move {
                for number in 0..500 {
                    let error = WorkError::Passing("é".repeat(10_000));
                    note(|notes| notes.published(now, now));
                    note(|notes| notes.failed(&number.to_string(), &error));
                }
                note(|notes| notes.records(500));
                Ok(Value::Null)
            })
        })
        .await;
        assert_eq!(lines[0]["OutboxLagMs"].as_array().map(Vec::len), Some(100));
        assert_eq!(lines[0]["FailedRecords"], 500);
        assert_eq!(
            (&lines[0]["outcome"], &lines[0]["succeeded"]),
            (&json!("partial"), &json!(0))
        );
        assert!(lines[0].to_string().len() < 256 * 1024);
    }

    #[test]
    fn outside_of_an_invocation_nothing_is_noted() {
        note(|_| panic!("there is nothing to note on"));
    }
}
