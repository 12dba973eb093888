//! Evidence → checks, with no service at hand.
//!
//! The one rule: an event's data is JSON here and nothing more, so that events of a later day can be verified too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::anchoring::{self, Witness};
use super::{Check, Evidence, Kind, Name, Report, Verdict, hash, without};
use crate::event::{Aggregate, Digest};
use crate::wallet::Address;

/// What is known besides the file.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// SHA-256 of a PDF that somebody has.
    pub pdf: Option<Digest>,
    /// What the chain says of each root; none where nobody asked it. A root that is missing was not answered.
    pub chain: Option<BTreeMap<Digest, Witness>>,
    /// Where roots have to be.
    pub registry: Registry,
}

/// Where roots have to be, and what it means that one is said to be elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Registry {
    /// Wherever the evidence says, on the chain that was asked.
    #[default]
    Any,
    /// In the registry that the reader trusts: what is said to be elsewhere is not there.
    Trusted(Address),
    /// Where the service anchors now, as far as it has a registry. Its configuration may have named another one, or another
    /// chain, when a root was anchored: that one was not looked at.
    Present(Option<Address>),
}

/// What of an event its place in the chain is made of.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    sequence: u64,
    aggregate: Aggregate,
    previous_hash: Option<Digest>,
    hash: Digest,
}

/// Verifies evidence.
#[must_use]
pub fn verify(evidence: &Evidence, outside: &Outside) -> Report {
    let mut checks = Vec::new();
    let mut hashes = BTreeMap::new();
    for kind in Kind::ALL {
        chain(evidence, kind, &mut hashes, &mut checks);
    }
    terms(evidence, &mut checks);
    document(evidence, &mut checks);
    anchoring::proofs(evidence, &hashes, &mut checks);
    anchoring::roots(evidence, &mut checks);
    digest(evidence, &mut checks);
    anchoring::on_chain(evidence, outside, &mut checks);
    pdf(evidence, outside, &mut checks);
    Report { checks }
}

/// The chain of an aggregate's events; notes the hash of each.
fn chain(
    evidence: &Evidence,
    kind: Kind,
    hashes: &mut BTreeMap<(Kind, u64), Digest>,
    checks: &mut Vec<Check>,
) {
    let events = evidence.events_of(kind);
    if events.is_empty() && kind == Kind::Contract {
        let says = "a contract has at least one event, and here is none";
        checks.push(Check::about(Name::Event, (kind, 1), Verdict::Fails, says));
    }
    let id = evidence.contract.to_string();
    let mut before = None;
    for (place, event) in (1_u64..).zip(events) {
        let outcome = Envelope::deserialize(event)
            .map_err(|error| format!("it is no event: {error}"))
            .and_then(|envelope| {
                let held = in_place(&envelope, event, (kind, place), &id, before);
                before = Some(envelope.hash);
                held.map(|()| {
                    hashes.insert((kind, place), envelope.hash);
                    let name = event.get("type").and_then(Value::as_str);
                    format!("{} is as it was recorded", name.unwrap_or("it"))
                })
            });
        checks.push(Check::of(Name::Event, (kind, place), outcome));
    }
}

fn in_place(
    envelope: &Envelope,
    event: &Value,
    (kind, place): (Kind, u64),
    id: &str,
    before: Option<Digest>,
) -> Result<(), String> {
    let Envelope {
        sequence,
        aggregate,
        previous_hash,
        hash,
    } = envelope;
    if *sequence != place {
        return Err(format!(
            "event {sequence} stands where event {place} belongs"
        ));
    }
    if without(event, "hash").ok() != Some(*hash) {
        return Err("its content does not have its hash: it was altered".to_owned());
    }
    if aggregate.kind != kind.name() || aggregate.id != id {
        return Err(format!(
            "it happened to {} {} and to nothing here",
            aggregate.kind, aggregate.id
        ));
    }
    if *previous_hash != before {
        return Err(
            "it names another event before it than the one that stands there: one of the two was exchanged"
                .to_owned(),
        );
    }
    Ok(())
}

/// A member of an event's data.
fn data<'a>(event: &'a Value, member: &str) -> Option<&'a Value> {
    event.get("data")?.get(member)
}

fn terms(evidence: &Evidence, checks: &mut Vec<Check>) {
    let named = (1_u64..)
        .zip(&evidence.events)
        .filter_map(|(sequence, event)| {
            let hash = data(event, "termsHash")?.as_str()?;
            Some((sequence, hash))
        });
    let mut first: BTreeMap<&str, u64> = BTreeMap::new();
    for (sequence, hash) in named {
        first.entry(hash).or_insert(sequence);
    }
    let mut named: Vec<_> = first.iter().collect();
    named.sort_by_key(|(_, sequence)| **sequence);
    let Some(texts) = &evidence.terms else {
        let says = "the texts were left out of the file";
        checks.extend(named.iter().map(|(_, sequence)| {
            let place = (Kind::Contract, **sequence);
            Check::about(Name::Terms, place, Verdict::Unknown, says)
        }));
        return;
    };
    for (name, sequence) in named {
        let outcome = match texts.get(*name) {
            None => Err(format!(
                "the text with the hash {name}, which it names, is missing"
            )),
            Some(text) if hash(text).to_string() != **name => {
                Err("the text is not the one whose hash it names: it was altered".to_owned())
            }
            Some(_) => Ok("the text is the one whose hash it names".to_owned()),
        };
        checks.push(Check::of(Name::Terms, (Kind::Contract, *sequence), outcome));
    }
    for name in texts
        .keys()
        .filter(|name| !first.contains_key(name.as_str()))
    {
        let says = format!("no event names the text with the hash {name}");
        checks.push(Check::whole(Name::Terms, Verdict::Fails, says));
    }
}

fn document(evidence: &Evidence, checks: &mut Vec<Check>) {
    if evidence.document.is_empty() {
        let says = "the contract was never rendered as PDF";
        checks.push(Check::whole(Name::Document, Verdict::Unknown, says));
    }
    let id = evidence.contract.to_string();
    let last = evidence.events.len() as u64;
    for (sequence, event) in (1_u64..).zip(&evidence.document) {
        let version = data(event, "contractVersion").and_then(Value::as_u64);
        let outcome = match (rendered(event), version) {
            (Some(sha256), Some(version)) if (1..=last).contains(&version) => {
                match data(event, "contract").and_then(Value::as_str) == Some(id.as_str()) {
                    true => Ok(format!("version {version} was rendered as {sha256}")),
                    false => Err("it shows another contract".to_owned()),
                }
            }
            (Some(_), Some(version)) => Err(format!(
                "it shows version {version} of the contract, and there are {last} events: some are missing"
            )),
            (None, _) | (_, None) => Err("it names no version or no SHA-256".to_owned()),
        };
        checks.push(Check::of(
            Name::Document,
            (Kind::Document, sequence),
            outcome,
        ));
    }
}

/// The SHA-256 that an event of the document names.
fn rendered(event: &Value) -> Option<Digest> {
    let text = data(event, "sha256")?.as_str()?;
    Digest::try_from(text.to_owned()).ok()
}

fn digest(evidence: &Evidence, checks: &mut Vec<Check>) {
    let check = match evidence.digest().ok() == Some(evidence.digest) {
        true => (Verdict::Holds, "the digest over the whole file is right"),
        false => (
            Verdict::Fails,
            "the digest over the whole file is another: if nothing else fails, what was altered is the digest \
             itself, or where a root is on the chain",
        ),
    };
    checks.push(Check::whole(Name::Digest, check.0, check.1));
}

fn pdf(evidence: &Evidence, outside: &Outside, checks: &mut Vec<Check>) {
    let Some(found) = outside.pdf else {
        let says = "no PDF was compared";
        checks.push(Check::whole(Name::Pdf, Verdict::Unknown, says));
        return;
    };
    let last = evidence.document.len() as u64;
    let mut renderings = (1..=last).rev().zip(evidence.document.iter().rev());
    let check = renderings.find(|(_, event)| rendered(event) == Some(found));
    checks.push(match check {
        None => {
            let says = format!("no event names a PDF with the SHA-256 {found}");
            Check::whole(Name::Pdf, Verdict::Fails, says)
        }
        Some((sequence, event)) => {
            let version = data(event, "contractVersion").and_then(Value::as_u64);
            let which = match sequence == last {
                true => "the last one",
                false => "an earlier one, which a later one has replaced",
            };
            let says = format!(
                "the PDF is {which}, of version {}",
                version.unwrap_or_default()
            );
            Check::about(Name::Pdf, (Kind::Document, sequence), Verdict::Holds, says)
        }
    });
}
