//! The framework agreement: what is agreed, how it was concluded, and how it ended.

mod facts;

use sharepact_domain::agreement::{Agreement, AgreementStatus};
use sharepact_domain::party::Side;

use super::value::{acts, author, deed, ending, fact, facts as table, hash, instant, on_hashes};
use super::{Lead, Particulars, Sections, Story, masthead, note, paragraph};
use crate::AgreementContent;
use crate::block::{Block, Span};
use crate::commonmark;

/// What every such document is called.
const TITLE: &str = "Framework agreement";

/// Tells the agreement.
pub(crate) fn tell(content: &AgreementContent<'_>) -> Story {
    let agreement = content.agreement;
    let (provider, consumer) = (&agreement.provider.name, &agreement.consumer.name);
    let shared = facts::shared(agreement.frame.entity);
    let lead = [
        Lead::Plain("on the sharing of "),
        Lead::Strong(shared),
        Lead::Plain("\nbetween "),
        Lead::Strong(provider.as_str()),
        Lead::Plain(" as provider and "),
        Lead::Strong(consumer.as_str()),
        Lead::Plain(" as consumer"),
    ];
    let mut blocks = masthead(TITLE, lead, standing(content));
    let mut sections = Sections::default();
    blocks.push(sections.next("Parties and term"));
    blocks.push(facts::parties(agreement));
    blocks.push(sections.next("What is shared"));
    blocks.extend(facts::sharing(&agreement.frame));
    blocks.push(sections.next("Value propositions and messages"));
    blocks.extend(facts::propositions(&agreement.frame));
    blocks.push(sections.next("Platform terms"));
    blocks.push(note(
        "Where these terms speak of a contract, they mean this agreement too.",
    ));
    blocks.extend(commonmark::read(content.platform_terms.as_str(), 1));
    blocks.push(sections.next("Signatures and record"));
    blocks.extend(signatures(content));
    if let Some(end) = &agreement.ending {
        blocks.push(sections.next("End of the agreement"));
        blocks.push(ending(end));
    }
    let particulars = Particulars {
        title: format!("{TITLE}: {shared} of {provider} for {consumer}"),
        kind: TITLE,
        id: agreement.id.to_string(),
        version: agreement.version,
        created: agreement.created_at,
        changed: agreement.updated_at,
        head: agreement.head,
        status: content.status.name(),
        platform_terms: content.platform_terms.digest(),
        terms: None,
        watermark: content.watermark.map(str::to_owned),
    };
    Story {
        edges: particulars.edges(),
        blocks,
        particulars,
    }
}

/// What the agreement's status means for its reader.
fn standing(content: &AgreementContent<'_>) -> String {
    let concluded = content.agreement.approval.is_some();
    let meaning = match content.status {
        AgreementStatus::Pending => {
            "the provider has proposed the agreement; nothing is agreed yet"
        }
        AgreementStatus::Active => "the agreement is in force while it is valid",
        AgreementStatus::Rejected => "the consumer has rejected the proposal; nothing is agreed",
        AgreementStatus::Stopped => {
            "a party has ended the agreement; neither it nor anything under it is in force any longer"
        }
        AgreementStatus::Expired if concluded => {
            "the time of the agreement is over; neither it nor anything under it is in force any longer"
        }
        AgreementStatus::Expired => {
            "the time of the proposal is over, and nobody approved it; nothing is agreed"
        }
    };
    format!("Status: {} – {meaning}.", content.status.name())
}

/// How the agreement was concluded, and the record.
fn signatures(content: &AgreementContent<'_>) -> Vec<Block> {
    let agreement = content.agreement;
    let mut record = vec![
        fact("Framework agreement", agreement.id.to_string()),
        fact("Version of the record", agreement.version.to_string()),
        fact("Last changed", instant(agreement.updated_at)),
        hash("Hash of platform terms", content.platform_terms.digest()),
    ];
    if let Some(approval) = &agreement.approval {
        let name = match agreement.onboarded {
            true => "Hash of concluding event",
            false => "Hash of approving event",
        };
        record.push(hash(name, approval.hash));
    }
    record.push(hash("Hash of last event", agreement.head));
    let rows = conclusion(agreement);
    vec![
        paragraph(statement(agreement)),
        acts(rows),
        table(record),
        on_hashes("agreement"),
    ]
}

/// Who proposed and approved it, or brought the consumer with it.
fn conclusion(agreement: &Agreement) -> Vec<Vec<Vec<Span>>> {
    let Agreement {
        provider,
        created_at,
        ..
    } = agreement;
    let proposer = format!("{} for {}", provider.user, provider.organization);
    let name = match agreement.onboarded {
        true => "Concluded",
        false => "Proposed",
    };
    let mut rows = vec![deed(name, Side::Provider, &proposer, *created_at)];
    if let (Some(approval), false) = (&agreement.approval, agreement.onboarded) {
        let who = author(&approval.author);
        rows.push(deed("Approved", Side::Consumer, &who, approval.at));
    }
    rows
}

/// What the acts amount to.
fn statement(agreement: &Agreement) -> &'static str {
    match (&agreement.approval, agreement.onboarded) {
        (Some(_), true) => {
            "The provider brought the consumer to the platform, and concluded this agreement with it \
             in the same act: the provider owns the consumer’s organisation on the platform, and pays \
             for it."
        }
        (Some(_), false) => {
            "The parties concluded this agreement electronically: the provider proposed it as it stands \
             here, and the consumer approved it, unchanged."
        }
        (None, _) => "The proposal named below has not been approved. This document binds nobody.",
    }
}
