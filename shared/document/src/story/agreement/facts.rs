//! Parties, term, sharing, value propositions and messages: the agreement's facts as tables.

use std::collections::BTreeSet;

use sharepact_domain::agreement::{Agreement, Extent, Frame, Keyword, Onward, Sharing, Signatory};
use sharepact_domain::asset::Entity;
use sharepact_domain::party::Side;

use crate::block::{Block, Column};
use crate::story::value::{cell, fact, facts, instant, titled};
use crate::story::{heading, paragraph};

/// The kind of thing that is shared, many of them.
pub(super) fn shared(entity: Entity) -> &'static str {
    match entity {
        Entity::Asset => "assets",
        Entity::Unit => "units",
    }
}

/// A party: its name, its id, and the user whose act made it one.
fn party(party: &Signatory, did: &str) -> String {
    let Signatory {
        organization,
        name,
        user,
    } = party;
    format!("{name}\norganisation {organization}\n{did} by user {user}")
}

/// Parties and term.
pub(super) fn parties(agreement: &Agreement) -> Block {
    let frame = &agreement.frame;
    let (provider, consumer, began) = match agreement.onboarded {
        true => (
            "agreement concluded",
            "brought to the platform",
            "Concluded",
        ),
        false => ("agreement proposed", "passcode issued", "Proposed"),
    };
    let payer = match frame.payer {
        Side::Provider => "the provider",
        Side::Consumer => "the consumer",
    };
    facts(vec![
        fact("Provider", party(&agreement.provider, provider)),
        fact("Consumer", party(&agreement.consumer, consumer)),
        fact("Who pays", payer),
        fact("Valid from", instant(frame.valid_from)),
        fact(
            "Valid until",
            frame.valid_to.map_or("without end".to_owned(), instant),
        ),
        fact(began, instant(agreement.created_at)),
    ])
}

/// What is shared, how far, and what a session under the agreement needs.
pub(super) fn sharing(frame: &Frame) -> Vec<Block> {
    let Sharing {
        extent,
        overlap,
        onward,
        automatic_start,
    } = &frame.sharing;
    let entity = match frame.entity {
        Entity::Asset => "assets: whatever data is about, such as a vehicle or a data set",
        Entity::Unit => {
            "units: devices that are mounted on something, and send what they send wherever that is"
        }
    };
    let extent_in_words = match extent {
        Extent::Full => "full: all fields",
        Extent::Partial(_) => "partial: the fields named below, of everything shared that has them",
        Extent::Anonymised => "anonymised: all fields, without what names or locates persons",
    };
    let overlap = match overlap {
        true => "permitted: the same thing may be shared in several sessions at a time",
        false => "not permitted: the same thing is shared in one session at a time",
    };
    let onward = match onward {
        Onward::None => {
            "not permitted: the consumer shares nothing of what it receives with others"
        }
        Onward::Once => {
            "permitted once: the consumer may share what it receives with others, who may not share it \
             again"
        }
        Onward::Unlimited => {
            "permitted: the consumer may share what it receives with others, who may share it again as \
             far as their own agreements permit"
        }
    };
    let start = match automatic_start {
        true => "by themselves, when their time begins",
        false => "when the provider starts them",
    };
    let contract = match frame.contract_needed {
        true => "needed: every session takes a place of one",
        false => "not needed: a session may stand under this agreement alone",
    };
    let mut blocks = vec![facts(vec![
        fact("What is shared", entity),
        fact("Extent", extent_in_words),
        fact("Overlapping sessions", overlap),
        fact("Sharing onward", onward),
        fact("Sessions start", start),
        fact("Quota contract", contract),
    ])];
    if let Extent::Partial(fields) = extent {
        blocks.push(heading(2, "Fields"));
        blocks.push(numbered("Field", fields.iter().map(String::as_str)));
    }
    blocks
}

/// The packages of data, and the messages that flow.
pub(super) fn propositions(frame: &Frame) -> Vec<Block> {
    let named =
        |title, keywords: &BTreeSet<Keyword>| numbered(title, keywords.iter().map(Keyword::as_str));
    let messages = match frame.messages.is_empty() {
        true => paragraph("All messages that the value propositions hold."),
        false => named("Type of message", &frame.messages),
    };
    vec![
        heading(2, "Value propositions"),
        named("Value proposition", &frame.value_propositions),
        heading(2, "Messages"),
        messages,
    ]
}

/// Names with their numbers.
fn numbered<'a>(title: &'static str, names: impl Iterator<Item = &'a str>) -> Block {
    let rows = (1_usize..)
        .zip(names)
        .map(|(number, name)| vec![cell(number.to_string()), cell(name)]);
    let columns = vec![Column::new("No.", 90), Column::new(title, 910)];
    titled(columns, rows.collect())
}
