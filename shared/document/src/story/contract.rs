//! The contract: over the use of one asset, or over a quota of them.

mod act;
mod facts;

use sharepact_domain::contract::{Contract, Matter, Status};
use sharepact_domain::terms::Terms;

use super::{Lead, Particulars, Sections, Story, masthead, note, paragraph, value};
use crate::Content;
use crate::block::Block;
use crate::commonmark;

/// What every such document is called.
const TITLE: &str = "Data sharing contract";

/// Tells the contract.
pub(crate) fn tell(content: &Content<'_>) -> Story {
    let contract = content.contract;
    let about = about(contract);
    let (provider, consumer) = (contract.provider.owner(), contract.consumer.owner());
    let on = match &contract.matter {
        Matter::Asset { .. } => "on the use of ",
        Matter::Quota(_) => "on the sharing of ",
    };
    let lead = [
        Lead::Plain(on),
        Lead::Strong(&about),
        Lead::Plain("\nbetween "),
        Lead::Strong(provider.id()),
        Lead::Plain(" as provider and "),
        Lead::Strong(consumer.id()),
        Lead::Plain(" as consumer"),
    ];
    let mut blocks = masthead(TITLE, lead, standing(content));
    let mut sections = Sections::default();
    blocks.push(sections.next("Parties and term"));
    blocks.push(facts::parties(content));
    match &contract.matter {
        Matter::Asset { subject, scope } => {
            blocks.push(sections.next("Asset details"));
            blocks.extend(facts::asset(subject, scope));
            blocks.push(sections.next("Payment details"));
            blocks.extend(facts::payment(content));
            blocks.push(sections.next("Contract terms"));
            blocks.extend(terms(content));
        }
        Matter::Quota(quota) => {
            blocks.push(sections.next("Quota"));
            blocks.extend(facts::quota(quota));
        }
    }
    blocks.push(sections.next("Platform terms"));
    blocks.extend(commonmark::read(content.platform_terms.as_str(), 1));
    blocks.push(sections.next("Signatures and record"));
    blocks.extend(act::signatures(content));
    if let Some(ending) = &contract.ending {
        blocks.push(sections.next("End of the contract"));
        blocks.push(value::ending(ending));
    }
    let particulars = Particulars {
        title: format!("{TITLE}: {about}"),
        kind: "Contract",
        id: contract.id.to_string(),
        version: contract.version,
        created: contract.created_at,
        changed: contract.updated_at,
        head: contract.head,
        status: content.status.name(),
        platform_terms: content.platform_terms.digest(),
        terms: content.terms.map(Terms::digest),
        watermark: content.watermark.map(str::to_owned),
    };
    Story {
        edges: particulars.edges(),
        blocks,
        particulars,
    }
}

/// What the contract is about, in a few words.
fn about(contract: &Contract) -> String {
    match &contract.matter {
        Matter::Asset { subject, .. } => subject.name.to_string(),
        Matter::Quota(quota) => format!("up to {}", facts::counted(quota)),
    }
}

/// The terms of the last revision, in full.
fn terms(content: &Content<'_>) -> Vec<Block> {
    let Some(terms) = content.terms else {
        return vec![paragraph("The provider has not offered any terms yet.")];
    };
    let offer = content.contract.offer.as_ref();
    let revision = offer.map(|offer| {
        note(format!(
            "Revision {} of the terms, in full.",
            offer.revision
        ))
    });
    let text = commonmark::read(terms.as_str(), 1);
    revision.into_iter().chain(text).collect()
}

/// What the contract's status means for its reader.
fn standing(content: &Content<'_>) -> String {
    let meaning = match (content.status, &content.contract.matter) {
        (Status::Request, _) => "the consumer has asked for the asset; nothing is agreed",
        (Status::Declined, _) => "the provider has declined the request; nothing is agreed",
        (Status::Draft, _) => "the provider has made an offer; nothing is agreed yet",
        (Status::Negotiate, _) => "price and terms are being negotiated; nothing is agreed yet",
        (Status::Rejected, _) => {
            "a party has withdrawn before activation; the contract is not in force"
        }
        (Status::Signed, _) => "both parties are bound; the asset may be used from activation on",
        (Status::Active, Matter::Asset { .. }) => "the contract is in force",
        (Status::Active, Matter::Quota(_)) => {
            "the contract is in force from its effective date to its expiry"
        }
        (Status::Expired, Matter::Asset { .. }) => {
            "the duration of use is over; the contract is no longer in force"
        }
        (Status::Expired, Matter::Quota(_)) => {
            "the time of the contract is over; it is no longer in force"
        }
        (Status::Stopped, _) => "a party has ended the contract; it is no longer in force",
    };
    format!("Status: {} – {meaning}.", content.status.name())
}
