//! Proofs, roots, and what a chain says of them.
//!
//! The one rule: where a root is on a chain only that chain can say; without it, it is unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::verification::{Outside, Registry};
use super::{Anchored, Check, Evidence, Kind, Name, Verdict};
use crate::chain::Receipt;
use crate::event::Digest;
use crate::ledger::anchor::Anchor;

/// What a chain says of a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The chain's id.
    pub chain_id: u64,
    /// The block in which the registry noted the root.
    pub noted: Option<u64>,
    /// What became of the transaction that is said to have carried it.
    pub receipt: Option<Receipt>,
}

/// The way of each event up to its root.
pub(super) fn proofs(
    evidence: &Evidence,
    hashes: &BTreeMap<(Kind, u64), Digest>,
    checks: &mut Vec<Check>,
) {
    let mut anchors = evidence.anchors.iter().peekable();
    for kind in Kind::ALL {
        for sequence in (1_u64..).take(evidence.events_of(kind).len()) {
            let place = (kind, sequence);
            let Some(anchored) = anchors.next_if(|next| (next.aggregate, next.sequence) == place)
            else {
                let says = "it has no anchor: it waits for one";
                checks.push(Check::about(Name::Anchor, place, Verdict::Unknown, says));
                continue;
            };
            let anchor = &anchored.anchor;
            let leads = hashes.get(&place).map(|hash| anchor.proof.root(hash));
            let outcome = match leads {
                None => Err("the event that it is the anchor of does not hold".to_owned()),
                Some(Some(root)) if root == anchor.root => {
                    let (leaf, size) = (anchor.proof.index + 1, anchor.proof.size);
                    Ok(format!(
                        "its hash is leaf {leaf} of {size} under the root {root}"
                    ))
                }
                Some(Some(_) | None) => Err(
                    "its proof does not lead to its root: one of the two was altered".to_owned(),
                ),
            };
            checks.push(Check::of(Name::Anchor, place, outcome));
        }
    }
    checks.extend(anchors.map(|left| {
        let says = "this anchor is of an event that is not here, or stands twice or out of order";
        let place = (left.aggregate, left.sequence);
        Check::about(Name::Anchor, place, Verdict::Fails, says)
    }));
}

/// The anchors of each root, in the order in which they first come.
fn by_root(evidence: &Evidence) -> Vec<(Digest, Vec<&Anchored>)> {
    let mut roots: Vec<(Digest, Vec<&Anchored>)> = Vec::new();
    for anchored in &evidence.anchors {
        let root = anchored.anchor.root;
        match roots.iter_mut().find(|(known, _)| *known == root) {
            Some((_, under)) => under.push(anchored),
            None => roots.push((root, vec![anchored])),
        }
    }
    roots
}

/// What the events under one root say of it.
pub(super) fn roots(evidence: &Evidence, checks: &mut Vec<Check>) {
    for (root, under) in by_root(evidence) {
        let Some((first, others)) = under.split_first() else {
            continue;
        };
        let told = |anchored: &Anchored| {
            let anchor = anchored.anchor.clone();
            (
                anchor.proof.size,
                anchor.chain_id,
                anchor.registry,
                anchor.transaction,
                anchor.block,
                anchor.confirmed_at,
            )
        };
        let stray = others.iter().find(|other| told(other) != told(first));
        let mut leaves = BTreeSet::new();
        let mut every = under.iter();
        let twice = every.find(|anchored| !leaves.insert(anchored.anchor.proof.index));
        let settled = first.anchor.block.is_some() == first.anchor.confirmed_at.is_some();
        let place = |anchored: &Anchored| (anchored.aggregate, anchored.sequence);
        let (place, outcome) = match (stray, twice, settled) {
            (Some(stray), _, _) => (
                place(stray),
                Err(format!(
                    "it says another tree, chain, registry, transaction, block or time of the root {root} than event \
                     {} of the {}",
                    first.sequence,
                    first.aggregate.name()
                )),
            ),
            (None, Some(twice), _) => (
                place(twice),
                Err(format!(
                    "another event is the same leaf under the root {root}"
                )),
            ),
            (None, None, false) => (
                place(first),
                Err(
                    "it names a block without a time of confirmation, or a time without a block"
                        .to_owned(),
                ),
            ),
            (None, None, true) => (
                place(first),
                Ok(format!(
                    "{} here under the root {root}",
                    counted(under.len())
                )),
            ),
        };
        checks.push(Check::of(Name::Root, place, outcome));
    }
}

fn counted(events: usize) -> String {
    match events {
        1 => "one event is".to_owned(),
        more => format!("{more} events, which agree about it, are"),
    }
}

/// What the chain says of each root.
pub(super) fn on_chain(evidence: &Evidence, outside: &Outside, checks: &mut Vec<Check>) {
    for (root, under) in by_root(evidence) {
        let Some(first) = under.first() else {
            continue;
        };
        let place = (first.aggregate, first.sequence);
        let (verdict, says) = match &outside.chain {
            None => (
                Verdict::Unknown,
                "no chain was asked about its root".to_owned(),
            ),
            Some(witnesses) => match witnesses.get(&root) {
                None => (
                    Verdict::Unknown,
                    "the chain gave no answer about its root".to_owned(),
                ),
                Some(witness) => witnessed(first, witness, outside),
            },
        };
        checks.push(Check::about(Name::Chain, place, verdict, says));
    }
}

fn witnessed(anchored: &Anchored, witness: &Witness, outside: &Outside) -> (Verdict, String) {
    let anchor = &anchored.anchor;
    let fails = |says: String| (Verdict::Fails, says);
    if let Some(elsewhere) = elsewhere(anchor, witness, &outside.registry) {
        return elsewhere;
    }
    let Some(block) = anchor.block else {
        return match witness.noted {
            None => (
                Verdict::Unknown,
                "its root was sent and is not settled yet".to_owned(),
            ),
            Some(number) => (
                Verdict::Unknown,
                format!("the registry noted its root in block {number}, which is not settled yet"),
            ),
        };
    };
    let noted = match witness.noted {
        None => return fails("the registry has not noted its root".to_owned()),
        Some(number) if number != block.number => {
            return fails(format!(
                "the registry noted its root in block {number}, and not in block {}",
                block.number
            ));
        }
        Some(number) => number,
    };
    match &witness.receipt {
        None => fails(format!(
            "there is no transaction {} on the chain",
            anchor.transaction
        )),
        Some(receipt) if receipt.block != block => fails(format!(
            "its transaction is in block {} with the hash {}, and not in the one that it names",
            receipt.block.number, receipt.block.hash
        )),
        Some(receipt) if !receipt.succeeded => {
            fails("its transaction failed, and noted nothing".to_owned())
        }
        Some(_) => (
            Verdict::Holds,
            format!(
                "the registry {} noted its root in block {noted} of chain {}, by the transaction {}",
                anchor.registry, anchor.chain_id, anchor.transaction
            ),
        ),
    }
}

/// What it means that an anchor names another place than the one that was asked; none where it is that one.
fn elsewhere(anchor: &Anchor, witness: &Witness, registry: &Registry) -> Option<(Verdict, String)> {
    let (said, served) = (anchor.chain_id, witness.chain_id);
    if served != said {
        return Some(match registry {
            Registry::Any | Registry::Trusted(_) => (
                Verdict::Fails,
                format!(
                    "its root is said to be on chain {said}, and the node serves chain {served}"
                ),
            ),
            Registry::Present(_) => (
                Verdict::Unknown,
                format!(
                    "its root is said to be on chain {said}, and only chain {served} was asked"
                ),
            ),
        });
    }
    let said = &anchor.registry;
    match registry {
        Registry::Trusted(trusted) if trusted != said => Some((
            Verdict::Fails,
            format!(
                "its root is said to be in the registry {said}, and the one that counts is {trusted}"
            ),
        )),
        Registry::Present(Some(present)) if present != said => Some((
            Verdict::Unknown,
            format!(
                "its root is said to be in the registry {said}, and the service has another now, {present}, which does \
                 not speak for it"
            ),
        )),
        Registry::Any | Registry::Trusted(_) | Registry::Present(_) => None,
    }
}
