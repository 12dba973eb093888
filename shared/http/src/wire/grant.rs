//! What a provider sends about a contract under a framework agreement: to grant one, and to let it last longer.

use serde::Deserialize;
use sharepact_domain::contract::{Command, Grant, Quota};
use utoipa::ToSchema;

use super::CommandBody;
use super::proposal::instant;
use crate::{Check, Problem};

/// A provider lets the consumer use so many assets.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ContractGrant)]
pub struct GrantBody {
    /// The most distinct assets with a session that has not ended, 1 to 100,000.
    #[schema(minimum = 1, maximum = 100_000, example = 50)]
    pub asset_count: i64,
    /// Since when, RFC 3339, within the agreement; at once without it.
    #[serde(default)]
    pub valid_from: Option<String>,
    /// Until when, RFC 3339, within the agreement; the agreement's end without it.
    #[serde(default)]
    pub valid_to: Option<String>,
}

impl GrantBody {
    /// The grant, parsed. Its time is checked against the agreement later.
    ///
    /// # Errors
    /// Every fault that shows without the agreement.
    pub fn parse(self) -> Result<Grant, Problem> {
        let mut check = Check::default();
        let assets = check.at("/assetCount", Quota::assets(self.asset_count));
        let from = check.optional("/validFrom", self.valid_from.as_deref().map(instant));
        let to = check.optional("/validTo", self.valid_to.as_deref().map(instant));
        check.finish(assets.map(|assets| Grant { assets, from, to }))
    }
}

/// A provider lets a contract under an agreement last longer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Extension)]
pub struct ExtendBody {
    /// The new end, RFC 3339: later than the present one, and not after the agreement's.
    #[schema(example = "2027-12-31T00:00:00Z")]
    pub until: String,
}

impl CommandBody for ExtendBody {
    fn command(self) -> Result<Command, Problem> {
        let mut check = Check::default();
        let until = check.at("/until", instant(&self.until));
        check.finish(until.map(|until| Command::Extend { until }))
    }
}
