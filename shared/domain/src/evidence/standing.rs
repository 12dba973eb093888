//! What the service keeps against what it recorded: the part of a verification that nobody else can do.
//!
//! The one rule: state is what its events make of it, and nothing else.

use serde_json::Value;

use super::{Check, Evidence, Kind, Name, Verdict};
use crate::contract::{Contract, ContractFact};
use crate::document::{Document, DocumentFact};
use crate::event::{Event, Fact};

/// What the service keeps.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    /// The contract's state.
    pub contract: &'a Contract,
    /// Its document's state.
    pub document: Option<&'a Document>,
}

/// Compares both states with the events of evidence.
#[must_use]
pub fn standing(evidence: &Evidence, kept: Kept<'_>) -> Vec<Check> {
    let contract = read::<ContractFact>(&evidence.events).and_then(|events| {
        let (first, rest) = events.split_first().ok_or("there is no event")?;
        let begun = Contract::begin(evidence.contract, first);
        let begun = begun.ok_or("no contract begins with the first event")?;
        same(kept.contract, &rest.iter().fold(begun, Contract::apply))
    });
    let document = read::<DocumentFact>(&evidence.document).and_then(|events| {
        let told = events.last().map(Document::after);
        same(&kept.document, &told.as_ref())
    });
    let check = |kind: Kind, outcome: Result<(), String>| {
        let sequence = evidence.events_of(kind).len() as u64;
        let (verdict, says) = match outcome {
            Ok(()) => (
                Verdict::Holds,
                format!("what is kept is what {sequence} events make of it"),
            ),
            Err(says) => (Verdict::Fails, says),
        };
        Check {
            aggregate: Some(kind),
            ..Check::whole(Name::State, verdict, says)
        }
    };
    vec![
        check(Kind::Contract, contract),
        check(Kind::Document, document),
    ]
}

fn read<F: Fact>(events: &[Value]) -> Result<Vec<Event<F>>, String> {
    let read = (1_u64..).zip(events).map(|(sequence, event)| {
        serde_json::from_value(event.clone())
            .map_err(|_| format!("event {sequence} tells nothing that is known"))
    });
    read.collect()
}

fn same<T: PartialEq>(kept: &T, told: &T) -> Result<(), String> {
    match kept == told {
        true => Ok(()),
        false => Err("what is kept is not what the events make of it".to_owned()),
    }
}
