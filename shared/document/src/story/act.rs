//! Who offered, who accepted, what the record says of it, and how it ended.

use sharepact_domain::asset::AccessLevel;
use sharepact_domain::contract::Ending;
use sharepact_domain::event::Digest;
use sharepact_domain::party::Side;
use sharepact_domain::time::Timestamp;

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

/// A row of the signature block.
fn act(name: &str, by: Side, who: &str, revision: u32, at: Timestamp) -> Vec<Vec<Span>> {
    let cell = |text: String| vec![Span::new(text, Style::CELL)];
    vec![
        cell(name.to_owned()),
        cell(format!("{}: {who}", side(by))),
        cell(revision.to_string()),
        cell(instant(at)),
    ]
}

/// The signature block.
pub(super) fn signatures(content: &Content<'_>) -> Vec<Block> {
    let contract = content.contract;
    let mut blocks = Vec::new();
    let mut rows = Vec::new();
    if let Some(offer) = &contract.offer {
        let owner = contract.party(offer.by).owner();
        rows.push(act(
            "Offered",
            offer.by,
            owner.id(),
            offer.revision,
            offer.at,
        ));
    }
    if let Some(acceptance) = &contract.acceptance {
        rows.push(act(
            "Accepted",
            acceptance.by,
            &author(&acceptance.author),
            acceptance.revision,
            acceptance.at,
        ));
    }
    if let (Some(offer), Some(_), Some(at)) = (
        &contract.offer,
        &contract.payment_reference,
        contract.effective_at,
    ) {
        let owner = contract.provider.owner();
        rows.push(act(
            "Activated",
            Side::Provider,
            owner.id(),
            offer.revision,
            at,
        ));
    }
    let public = contract
        .asset()
        .is_some_and(|asset| asset.access_level == AccessLevel::Public);
    let granted = contract.quota().is_some();
    let statement = match (&contract.offer, &contract.acceptance, contract.effective_at) {
        (Some(_), Some(_), _) if public => {
            "The asset is public: the provider offers it to everyone under its licence, and the \
             consumer took it under that licence, which stands above as the contract terms."
        }
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
        (None, _, _) if granted => {
            "The provider grants this quota under the framework agreement that is named above, \
             which both parties concluded. Whatever is shared is shared as that agreement says."
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
        record.push(hash("Hash of contract terms", offer.terms_hash));
    }
    record.push(hash(
        "Hash of platform terms",
        content.platform_terms.digest(),
    ));
    if let Some(acceptance) = &contract.acceptance {
        record.push(hash("Hash of signing event", acceptance.hash));
    }
    record.push(hash("Hash of last event", contract.head));
    blocks.push(facts(record));
    blocks.push(Block::Note(vec![Span::new(
        "All hashes are SHA-256. Every event of the contract carries the hash of the event before \
         it: whoever has the events and the texts can recompute the hashes above, and so verify \
         that this document shows the record as it was at this version.",
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
