//! What can happen to an organisation.

use serde::{Deserialize, Serialize};

use super::{Sent, Settings, Upbringing};
use crate::event::Fact;
use crate::id::{InvitationId, UserId};
use crate::text::Line;

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum OrganizationFact {
    /// Its administrator gave one that only the identity provider knew a name.
    #[serde(rename = "organization.named", rename_all = "camelCase")]
    Named {
        /// The name.
        name: Line,
        /// What it sets for itself.
        settings: Settings,
    },
    /// Its administrator changed it.
    #[serde(rename = "organization.changed", rename_all = "camelCase")]
    Changed {
        /// The name from now on.
        name: Line,
        /// What it sets for itself from now on.
        settings: Settings,
    },
    /// Another organisation made it and invited its first person.
    #[serde(rename = "organization.onboarded", rename_all = "camelCase")]
    Onboarded {
        /// The name.
        name: Line,
        /// A copy of the profile's settings.
        settings: Settings,
        /// What it owes to whom.
        #[serde(flatten)]
        upbringing: Upbringing,
        /// The invitation, with its token.
        invitation: Sent,
    },
    /// Its first person was invited again.
    #[serde(rename = "organization.invited", rename_all = "camelCase")]
    Invited {
        /// The invitation, with its token. The one before it has ended.
        invitation: Sent,
    },
    /// Its first person followed the invitation.
    #[serde(rename = "organization.joined", rename_all = "camelCase")]
    Joined {
        /// Who.
        user: UserId,
        /// Which invitation.
        invitation: InvitationId,
    },
}

impl Fact for OrganizationFact {
    const AGGREGATE: &'static str = "organization";

    fn name(&self) -> &'static str {
        match self {
            Self::Named { .. } => "organization.named",
            Self::Changed { .. } => "organization.changed",
            Self::Onboarded { .. } => "organization.onboarded",
            Self::Invited { .. } => "organization.invited",
            Self::Joined { .. } => "organization.joined",
        }
    }
}
