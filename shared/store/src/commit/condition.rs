//! The condition of an item, as DynamoDB spells it.
//!
//! The one rule: names and values are placeholders, whatever they are.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use sharepact_domain::id::{AgreementId, ContractId, PasscodeId, WebhookId};
use sharepact_domain::time::Timestamp;

use crate::item::{self, Item};

/// When an item may be put.
pub(crate) enum Condition {
    /// Only when there is none; or, where `or_over`, one whose time to live is over.
    Absent { or_over: bool },
    /// Only over the version before.
    After { version: u64 },
    /// Only when it is free or its holder's time is over.
    Free,
    /// Only over one that this contract holds.
    HeldBy(ContractId),
    /// Only over one that this agreement holds.
    HeldByAgreement(AgreementId),
    /// Only when no more than this many are used.
    UsedAtMost(u32),
    /// Only when at least one is used.
    Used,
    /// Only over one that this webhook holds.
    HeldByWebhook(WebhookId),
    /// Only over one that is of this passcode, and whose time is not over.
    CodeOf(PasscodeId),
    /// Only over one that is there.
    Present,
    /// Only when nobody else has it.
    OwnedBy(String),
    /// Only over an earlier revision.
    Later { revision: u32 },
}

/// A condition as DynamoDB spells it.
pub(super) struct Check {
    pub expression: String,
    pub names: Option<HashMap<String, String>>,
    pub values: Option<Item>,
}

impl Check {
    /// One that names no attribute but the key.
    fn plain(expression: &str) -> Self {
        Self {
            expression: expression.to_owned(),
            names: None,
            values: None,
        }
    }

    /// One on `#name` and `:value`.
    fn of(expression: String, name: &str, value: AttributeValue) -> Self {
        Self {
            expression,
            names: Some(HashMap::from([("#name".to_owned(), name.to_owned())])),
            values: Some(HashMap::from([(":value".to_owned(), value)])),
        }
    }
}

impl Condition {
    /// The condition as DynamoDB spells it, at this instant.
    pub(super) fn check(self, now: Timestamp) -> Check {
        let absent_or = |comparison: &str, name: &str, value| {
            let expression = format!("attribute_not_exists(pk) OR #name {comparison} :value");
            Check::of(expression, name, value)
        };
        let equal = |name: &str, value| Check::of("#name = :value".to_owned(), name, value);
        match self {
            Self::Absent { or_over: false } | Self::After { version: 0 } => {
                Check::plain("attribute_not_exists(pk)")
            }
            Self::Absent { or_over: true } => {
                let now = item::number(now.epoch_seconds());
                absent_or("<=", item::TTL, now)
            }
            Self::After { version } => equal("version", item::number(version)),
            Self::Free => absent_or("<=", "endsAt", item::text(now.to_string())),
            Self::HeldBy(contract) => equal("contract", item::text(contract.to_string())),
            Self::HeldByAgreement(id) => equal("agreement", item::text(id.to_string())),
            Self::UsedAtMost(most) => absent_or("<=", item::USED, item::number(most)),
            Self::Used => Check::of("#name >= :value".to_owned(), item::USED, item::number(1)),
            Self::HeldByWebhook(id) => equal(item::HOLDER, item::text(id.to_string())),
            Self::CodeOf(id) => Check {
                expression: "#name = :value AND #ends > :now".to_owned(),
                names: Some(HashMap::from([
                    ("#name".to_owned(), item::CODE_HOLDER.to_owned()),
                    ("#ends".to_owned(), item::ENDS.to_owned()),
                ])),
                values: Some(HashMap::from([
                    (":value".to_owned(), item::text(id.to_string())),
                    (":now".to_owned(), item::text(now.to_string())),
                ])),
            },
            Self::Present => Check::plain("attribute_exists(pk)"),
            Self::OwnedBy(owner) => absent_or("=", "owner", item::text(owner)),
            Self::Later { revision } => absent_or("<", "revision", item::number(revision)),
        }
    }
}
