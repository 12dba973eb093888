//! Who offered and accepted, or granted, and what the record says of it.

use sharepact_domain::asset::AccessLevel;
use sharepact_domain::contract::{Contract, Matter};
use sharepact_domain::party::Side;
use sharepact_domain::time::Timestamp;

use crate::Content;
use crate::block::{Block, Column, Span};
use crate::story::paragraph;
use crate::story::value::{
    acting, acts, author, cell, deed, fact, facts, hash, instant, on_hashes, titled,
};

/// The signature block, and the record.
pub(super) fn signatures(content: &Content<'_>) -> Vec<Block> {
    let contract = content.contract;
    let mut blocks = match &contract.matter {
        Matter::Asset { subject, .. } => {
            signed(contract, subject.access_level == AccessLevel::Public)
        }
        Matter::Quota(_) => granted(contract),
    };
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
    blocks.push(on_hashes("contract"));
    blocks
}

/// A quota: one side grants what the framework agreement of both lets it grant.
fn granted(contract: &Contract) -> Vec<Block> {
    let provider = contract.provider.owner();
    vec![
        paragraph(
            "The provider granted this quota under the framework agreement that is named above, which \
             both parties concluded. Whatever is shared is shared as that agreement says.",
        ),
        acts(vec![deed(
            "Granted",
            Side::Provider,
            provider.id(),
            contract.created_at,
        )]),
    ]
}

/// Who offered, accepted and activated which revision.
fn signed(contract: &Contract, public: bool) -> Vec<Block> {
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
        (None, _, _) => "No offer has been made. This document binds nobody.",
    };
    let mut blocks = vec![paragraph(statement)];
    if !rows.is_empty() {
        let columns = vec![
            Column::new("Act", 140),
            Column::new("By", 400),
            Column::new("Revision", 130),
            Column::new("At", 330),
        ];
        blocks.push(titled(columns, rows));
    }
    blocks
}

/// A row of the signature block.
fn act(name: &str, by: Side, who: &str, revision: u32, at: Timestamp) -> Vec<Vec<Span>> {
    vec![
        cell(name),
        cell(acting(by, who)),
        cell(revision.to_string()),
        cell(instant(at)),
    ]
}
