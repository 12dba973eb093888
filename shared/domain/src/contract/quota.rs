//! A quota contract begins: a provider lets a consumer use so many assets under their framework agreement.
//!
//! The one rule: its time lies inside the agreement's.

use super::{ContractFact, Decision, Quota, Refusal};
use crate::agreement::{Agreement, AgreementStatus};
use crate::fault::{Fault, Rule};
use crate::party::{Principal, Side};
use crate::time::Timestamp;

/// What a provider grants, not yet checked against the agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// How many assets.
    pub assets: u32,
    /// Since when; none for now, or for the agreement's beginning where that is later.
    pub from: Option<Timestamp>,
    /// Until when; none for the agreement's end.
    pub to: Option<Timestamp>,
}

/// A provider's contract manager grants a quota under an agreement.
///
/// # Errors
/// Callers who do not bind the provider, an agreement that is not Active, a time outside the agreement's.
pub fn grant(
    agreement: &Agreement,
    principal: &Principal,
    grant: Grant,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match agreement.side_of(principal) {
        None => return Err(Refusal::NotAParty),
        Some(Side::Consumer) => return Err(Refusal::OnlyProvider),
        Some(Side::Provider) if !principal.manages_contracts() => return Err(Refusal::NotManager),
        Some(Side::Provider) => {}
    }
    let status = agreement.status(now);
    if status != AgreementStatus::Active {
        return Err(Refusal::AgreementNotActive { status });
    }
    let frame = &agreement.frame;
    let invalid = |pointer: &str, detail: String| {
        Refusal::Invalid(vec![Fault::new(Rule::InvalidTerm, detail).at(pointer)])
    };
    let earliest = frame.valid_from.max(now);
    let from = grant.from.unwrap_or(earliest);
    if from < earliest {
        let detail = format!("takes an instant not before {earliest}, or nothing");
        return Err(invalid("/validFrom", detail));
    }
    let to = match (grant.to, frame.valid_to) {
        (Some(to), Some(last)) if last < to => {
            let detail = format!("takes an instant not after the end of the agreement, {last}");
            return Err(invalid("/validTo", detail));
        }
        (Some(to), _) | (None, Some(to)) => to,
        (None, None) => {
            let detail = "the agreement has no end: takes the contract's own".to_owned();
            return Err(invalid("/validTo", detail));
        }
    };
    if to <= from {
        let detail = format!("takes an instant after the beginning, {from}");
        return Err(invalid("/validTo", detail));
    }
    Ok(Decision::without_terms(ContractFact::Granted {
        agreement: agreement.id,
        quota: Quota {
            assets: grant.assets,
            entity: frame.entity,
            not_after: frame.valid_to,
        },
        provider: agreement.provider.party(),
        consumer: agreement.consumer.party(),
        effective_at: from,
        expires_at: to,
    }))
}
