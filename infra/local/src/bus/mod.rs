//! The local EventBridge: `PutEvents` on loopback, the template's rules, delivery into the queues.
//!
//! The one rule: an event is accepted once it is in every queue that its rules lead to, in one
//! transaction. What is answered with an id is never lost, and what is refused went nowhere.

mod envelope;
mod pattern;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Deserialize;
use serde_json::{Value, json};
use sharepact_runtime::Clock;

use crate::machine;
use crate::queues::{Letter, Queues};
use crate::rpc::{Api, Refusal, input};
use crate::template::{Rule, Template, bus_name};
use envelope::{Entry, EntryFault, Event};

pub use pattern::{Pattern, PatternError};

/// The most entries of a request.
const ENTRIES: usize = 10;
/// The most that the entries of a request may weigh together.
const WEIGHT: usize = 256 * 1024;

/// The event buses with their rules.
pub(crate) struct Bus {
    names: BTreeSet<String>,
    rules: Vec<Rule>,
    queues: Queues,
    clock: Clock,
    refusals: Refusals,
}

/// Bad luck on demand: entries that the bus refuses although nothing is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<AtomicU32>);

impl Refusals {
    /// The next `times` entries are throttled, whatever else their requests carry.
    pub fn inject(&self, times: u32) {
        self.0.store(times, Ordering::Relaxed);
    }

    fn next(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    #[serde(default)]
    entries: Vec<Entry>,
}

impl Api for Bus {
    const PREFIX: &'static str = "AWSEvents";
    const CONTENT: &'static str = "application/x-amz-json-1.1";

    async fn answer(&self, action: &str, body: Value) -> Result<Value, Refusal> {
        match action {
            "PutEvents" => self.put(input(body)?),
            other => Err(Refusal::of(
                "UnknownOperationException",
                format!("the local EventBridge does not know {other}"),
            )),
        }
    }
}

impl Bus {
    pub(crate) fn new(
        template: &Template,
        queues: Queues,
        clock: Clock,
        refusals: Refusals,
    ) -> Self {
        Self {
            names: template
                .buses
                .values()
                .cloned()
                .chain(["default".to_owned()])
                .collect(),
            rules: template.rules.clone(),
            queues,
            clock,
            refusals,
        }
    }

    fn put(&self, request: PutEvents) -> Result<Value, Refusal> {
        if !(1..=ENTRIES).contains(&request.entries.len()) {
            return Err(Refusal::of(
                "ValidationException",
                format!(
                    "1 validation error detected: Value at 'entries' failed to satisfy \
                     constraint: Member must have length between 1 and {ENTRIES}"
                ),
            ));
        }
        if request.entries.iter().map(Entry::weight).sum::<usize>() > WEIGHT {
            return Err(Refusal::of(
                "ValidationException",
                "Total size of the entries in the request is over the limit.",
            ));
        }
        let outcomes: Vec<Result<Event, EntryFault>> = request
            .entries
            .into_iter()
            .map(|entry| self.accept(entry))
            .collect();
        let letters = outcomes
            .iter()
            .filter_map(|outcome| outcome.as_ref().ok())
            .flat_map(|event| self.letters(event))
            .collect();
        let delivered = self.queues.deliver(letters);
        if let Err(error) = &delivered {
            tracing::error!(%error, "events were not delivered");
        }
        let entries: Vec<Value> = outcomes
            .into_iter()
            .map(|outcome| match (outcome, &delivered) {
                (Ok(event), Ok(_)) => json!({ "EventId": event.id }),
                (Ok(_), Err(_)) => EntryFault::internal().written(),
                (Err(fault), _) => fault.written(),
            })
            .collect();
        let failed = entries
            .iter()
            .filter(|entry| entry.get("ErrorCode").is_some())
            .count();
        Ok(json!({ "FailedEntryCount": failed, "Entries": entries }))
    }

    fn accept(&self, entry: Entry) -> Result<Event, EntryFault> {
        if self.refusals.next() {
            return Err(EntryFault::throttled());
        }
        let bus = bus_name(entry.event_bus_name.as_deref().unwrap_or("default")).to_owned();
        // In the cloud such an event is gone without a word: here somebody hears of it.
        if !self.names.contains(&bus) {
            return Err(EntryFault::invalid(format!(
                "the template declares no event bus {bus}"
            )));
        }
        Event::new(
            entry,
            bus,
            machine::fresh_id(),
            self.clock.now().to_chrono(),
        )
    }

    /// A letter for each queue that the event's rules lead to.
    fn letters(&self, event: &Event) -> Vec<(String, Letter)> {
        let rules = self
            .rules
            .iter()
            .filter(|rule| rule.bus == event.bus && rule.pattern.matches(&event.envelope));
        rules
            .flat_map(|rule| &rule.targets)
            .map(|queue| {
                let letter = Letter {
                    trace: event.trace.clone(),
                    ..Letter::new(event.text.clone())
                };
                (queue.clone(), letter)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
