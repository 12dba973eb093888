//! Who offered, who accepted, what the record says of it, and how it ended.

use sharepact_domain::contract::Ending;
use sharepact_domain::event::Digest;
use sharepact_domain::party::Side;

use super::facts::{author, fact, facts, instant};
use super::paragraph;
use crate::Content;
use crate::block::{Block, Column, Span, Style, Table};

/// A hash in the table of facts.
fn hash(name: &str, hash: Digest) -> Vec<Vec<Span>> {
    vec![
        vec![Span::new(name, Style::LABEL)],
        vec![Span::new(hash.to_string(), Style::HASH)],
    ]
}

/// A side of the contract, as its table calls it.
fn side(side: Side) -> &'static str {
    match side {
        Side::Provider => "Provider",
        Side::Consumer => "Consumer",
    }
}

/// The signature block.
pub(super) fn signatures(content: &Content<'_>) -> Vec<Block> {
    let contract = content.contract;
    let mut blocks = Vec::new();
    let cell = |text: String| vec![Span::new(text, Style::CELL)];
    let mut rows = Vec::new();
    if let Some(offer) = &contract.offer {
        rows.push(vec![
            cell("Offered".to_owned()),
            cell(format!(
                "{}: {}",
                side(offer.by),
                contract.party(offer.by).owner().id()
            )),
            cell(offer.revision.to_string()),
            cell(instant(offer.at)),
        ]);
    }
    if let Some(acceptance) = &contract.acceptance {
        rows.push(vec![
            cell("Accepted".to_owned()),
            cell(format!(
                "{}: {}",
                side(acceptance.by),
                author(&acceptance.author)
            )),
            cell(acceptance.revision.to_string()),
            cell(instant(acceptance.at)),
        ]);
    }
    let statement = match (&contract.offer, &contract.acceptance, contract.effective_at) {
        (Some(_), Some(_), _) => {
            "The parties concluded this contract electronically: one side offered the revision \
             named below, the other side accepted the same revision, unchanged."
        }
        (Some(_), None, Some(_)) => {
            "The parties agreed on this contract elsewhere, as its origin says; the platform \
             opened it with the price and terms named here."
        }
        (Some(_), None, None) => {
            "The offer named below has not been accepted. This document binds nobody."
        }
        (None, _, _) => "No offer has been made. This document binds nobody.",
    };
    blocks.push(paragraph(statement));
    if !rows.is_empty() {
        blocks.push(Block::Table(Table {
            columns: vec![
                Column::new("Act", 140),
                Column::new("By", 400),
                Column::new("Revision", 130),
                Column::new("At", 330),
            ],
            rows,
            titled: true,
            total: false,
        }));
    }
    let mut record = vec![
        fact("Contract", contract.id.to_string()),
        fact("Version of the record", contract.version.to_string()),
        fact("Last changed", instant(contract.updated_at)),
    ];
    if let Some(offer) = &contract.offer {
        record.push(hash("SHA-256 of the contract terms", offer.terms_hash));
    }
    record.push(hash(
        "SHA-256 of the platform terms",
        content.platform_terms.digest(),
    ));
    if let Some(signing) = content.signing {
        record.push(hash("Hash of the signing event", signing));
    }
    record.push(hash("Hash of the last event", contract.head));
    blocks.push(facts(record));
    blocks.push(Block::Note(vec![Span::new(
        "Every event of the contract carries the SHA-256 hash of the event before it. Whoever has \
         the events can recompute the hashes above and so verify that this document shows the \
         record as it was at this version.",
        Style::NOTE,
    )]));
    blocks
}

/// Why and by whom the contract ended.
pub(super) fn ending(ending: &Ending) -> Block {
    let by = match ending.by {
        Some(by) => side(by),
        None => "the passing of its time",
    };
    let mut rows = vec![fact("Ended", instant(ending.at)), fact("By", by)];
    if let Some(reason) = &ending.reason {
        rows.push(fact("Reason", reason.as_str()));
    }
    if let Some(detail) = &ending.detail {
        rows.push(fact("Detail", detail.as_str()));
    }
    facts(rows)
}
