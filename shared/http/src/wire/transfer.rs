//! A transfer on the wire.

use serde::{Deserialize, Serialize};
use sharepact_domain::chain::Wei;
use sharepact_domain::transfer::{Cause, Failure, Transfer, TransferStatus};
use utoipa::ToSchema;

use crate::{Check, Place, Problem, ProblemType};

/// How much an operator transfers.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TransferOrder)]
pub struct TransferBody {
    /// Ether, as a decimal string; the configured amount without it.
    #[schema(example = "0.05")]
    pub amount: Option<String>,
}

impl TransferBody {
    /// The amount: what is said, or else `usual`; `most` at most.
    ///
    /// # Errors
    /// Its fault, or `amount-too-large`.
    pub fn parse(self, usual: Wei, most: Wei) -> Result<Wei, Problem> {
        let Some(text) = self.amount else {
            return Ok(usual);
        };
        let mut check = Check::default();
        let amount = check.at("/amount", Wei::parse_ether(&text));
        let amount = check.finish(amount)?;
        if amount > most {
            return Err(Problem::at(
                ProblemType::AmountTooLarge,
                Place::Pointer("/amount".to_owned()),
                format!("takes {} ether at most", most.ether()),
            ));
        }
        Ok(amount)
    }
}

/// A transfer of ether from the platform's wallet.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Transfer)]
pub struct TransferView {
    /// Its id.
    pub id: String,
    /// To whom.
    pub address: String,
    /// How much, in ether.
    pub amount: String,
    /// funding (a wallet was registered) or operator.
    pub cause: String,
    /// ordered, submitted, confirmed or failed.
    pub status: String,
    /// The chain's id, once it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<u64>,
    /// The transaction's hash, once it is sent; fees may be raised until it is confirmed, which changes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// The number of the block that it is in, once it is confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    /// Why it failed: reverted or chainGone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// When it was ordered.
    pub ordered_at: String,
    /// When something last happened to it.
    pub updated_at: String,
    /// The number of events so far; the entity tag is made of it.
    pub version: u64,
}

/// A transfer's status as it is spelled on the wire.
#[must_use]
pub fn transfer_status(status: TransferStatus) -> &'static str {
    match status {
        TransferStatus::Ordered => "ordered",
        TransferStatus::Submitted => "submitted",
        TransferStatus::Confirmed => "confirmed",
        TransferStatus::Failed => "failed",
    }
}

impl From<&Transfer> for TransferView {
    fn from(transfer: &Transfer) -> Self {
        let cause = match transfer.cause {
            Cause::Funding { .. } => "funding",
            Cause::Operator => "operator",
        };
        let failure = transfer.failure.map(|failure| match failure {
            Failure::Reverted => "reverted",
            Failure::ChainGone => "chainGone",
        });
        Self {
            id: transfer.id.to_string(),
            address: transfer.address.to_string(),
            amount: transfer.amount.ether(),
            cause: cause.to_owned(),
            status: transfer_status(transfer.status).to_owned(),
            chain_id: transfer.chain_id,
            transaction: transfer.transaction.map(|hash| hash.to_string()),
            block: transfer.block.map(|block| block.number),
            failure: failure.map(str::to_owned),
            ordered_at: transfer.ordered_at.to_string(),
            updated_at: transfer.updated_at.to_string(),
            version: transfer.version,
        }
    }
}
