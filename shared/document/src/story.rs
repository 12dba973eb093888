//! What the document says, in which order.
//!
//! The one rule: it says what the record says, in the record's own words and numbers; a part that
//! has nothing to say says so.

mod act;
mod facts;

use sharepact_domain::contract::{Contract, Matter, Quota, Status};

use crate::Content;
use crate::block::{Block, Edges, Span, Style, points};
use crate::commonmark;
use crate::face::Face;

/// The document's title in one line.
pub(crate) fn title(content: &Content<'_>) -> String {
    format!("Data sharing contract: {}", about(content.contract))
}

/// What the contract is about, in a few words.
fn about(contract: &Contract) -> String {
    match &contract.matter {
        Matter::Asset { subject, .. } => subject.name.to_string(),
        Matter::Quota(Quota {
            assets: 1, entity, ..
        }) => format!("1 {}", entity.name()),
        Matter::Quota(Quota { assets, entity, .. }) => format!("{assets} {}s", entity.name()),
    }
}

/// Tells the contract.
pub(crate) fn tell(content: &Content<'_>) -> (Vec<Block>, Edges) {
    let contract = content.contract;
    let plain = |text: &str| Span::new(text, Style::of(Face::Italic, points(11)));
    let strong = |text: &str| Span::new(text, Style::of(Face::BoldItalic, points(11)));
    let mut blocks = vec![
        Block::Note(vec![Span::new(
            "SHAREPACT",
            Style {
                face: Face::Bold,
                ..Style::NOTE
            },
        )]),
        Block::Title(vec![Span::new(
            "Data sharing contract",
            Style::of(Face::Bold, points(21)),
        )]),
        Block::Lead(vec![
            plain("on the use of "),
            strong(&about(contract)),
            plain("\nbetween "),
            strong(contract.provider.owner().id()),
            plain(" as provider and "),
            strong(contract.consumer.owner().id()),
            plain(" as consumer"),
        ]),
        Block::Note(vec![Span::new(standing(content), Style::NOTE)]),
    ];
    let mut section = 0;
    let mut heading = |title: &str| {
        section += 1;
        heading(1, &format!("{section}. {title}"))
    };
    blocks.push(heading("Parties and term"));
    blocks.push(facts::parties(content));
    match &contract.matter {
        Matter::Asset { subject, scope } => {
            blocks.push(heading("Asset details"));
            blocks.extend(facts::asset(subject, scope));
            blocks.push(heading("Payment details"));
            blocks.extend(facts::payment(content));
            blocks.push(heading("Contract terms"));
            blocks.extend(terms(content));
        }
        Matter::Quota(quota) => {
            blocks.push(heading("Quota"));
            blocks.extend(facts::quota(quota));
        }
    }
    blocks.push(heading("Platform terms"));
    blocks.extend(commonmark::read(content.platform_terms.as_str(), 1));
    blocks.push(heading("Signatures and record"));
    blocks.extend(act::signatures(content));
    if let Some(ending) = &contract.ending {
        blocks.push(heading("End of the contract"));
        blocks.push(act::ending(ending));
    }
    let small = Style {
        face: Face::Mono,
        size: 6_400,
        ..Style::NOTE
    };
    let edges = Edges {
        footer: vec![
            vec![Span::new(
                format!("Contract {} · version {}", contract.id, contract.version),
                Style::NOTE,
            )],
            vec![
                Span::new("Hash of last event ", Style::NOTE),
                Span::new(contract.head.to_string(), small),
            ],
        ],
        watermark: content.watermark.map(str::to_owned),
    };
    (blocks, edges)
}

/// The terms of the last revision, in full.
fn terms(content: &Content<'_>) -> Vec<Block> {
    let Some(terms) = content.terms else {
        return vec![paragraph("The provider has not offered any terms yet.")];
    };
    let note = content.contract.offer.as_ref().map(|offer| {
        let note = format!("Revision {} of the terms, in full.", offer.revision);
        Block::Note(vec![Span::new(note, Style::NOTE)])
    });
    let text = commonmark::read(terms.as_str(), 1);
    note.into_iter().chain(text).collect()
}

/// What a reader has to know of characters that no face has.
pub(crate) fn on_codes() -> Block {
    let note = "A code in a box stands for a character that the fonts of this document lack: its \
                number in Unicode. Whoever copies or searches the text gets the character itself.";
    Block::Note(vec![Span::new(note, Style::NOTE)])
}

/// What the contract's status means for its reader.
fn standing(content: &Content<'_>) -> String {
    let meaning = match content.status {
        Status::Request => "the consumer has asked for the asset; nothing is agreed",
        Status::Declined => "the provider has declined the request; nothing is agreed",
        Status::Draft => "the provider has made an offer; nothing is agreed yet",
        Status::Negotiate => "price and terms are being negotiated; nothing is agreed yet",
        Status::Rejected => "a party has withdrawn before activation; the contract is not in force",
        Status::Signed => "both parties are bound; the asset may be used from activation on",
        Status::Active => "the contract is in force",
        Status::Expired => "the duration of use is over; the contract is no longer in force",
        Status::Stopped => "a party has ended the contract; it is no longer in force",
    };
    format!("Status: {} – {meaning}.", content.status.name())
}

/// A heading of that level.
fn heading(level: u8, text: &str) -> Block {
    Block::Heading {
        level,
        spans: vec![Span::new(text, Style::heading(level))],
    }
}

/// A paragraph in the text's own style.
fn paragraph(text: &str) -> Block {
    Block::Paragraph(vec![Span::new(text, Style::BODY)])
}
