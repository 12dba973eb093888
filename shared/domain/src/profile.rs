//! A profile: settings that an organisation keeps for those that it onboards.
//!
//! The one rule: a profile is copied, never referred to; what was onboarded with it stays as it is.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::{Digest, Event, Fact, Link};
use crate::id::{OrganizationId, ProfileId};
use crate::organization::Settings;
use crate::party::Principal;
use crate::text::Line;
use crate::time::Timestamp;

/// A profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Its id.
    pub id: ProfileId,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// Whose it is.
    pub organization: OrganizationId,
    /// What it is called.
    pub name: Line,
    /// What is copied.
    pub settings: Settings,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What can happen to a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum ProfileFact {
    /// An administrator made it.
    #[serde(rename = "profile.created", rename_all = "camelCase")]
    Created {
        /// Whose it is.
        organization: OrganizationId,
        /// What it is called.
        name: Line,
        /// What is copied.
        settings: Settings,
    },
    /// An administrator changed it.
    #[serde(rename = "profile.changed", rename_all = "camelCase")]
    Changed {
        /// What it is called from now on.
        name: Line,
        /// What is copied from now on.
        settings: Settings,
    },
}

impl Fact for ProfileFact {
    const AGGREGATE: &'static str = "profile";

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "profile.created",
            Self::Changed { .. } => "profile.changed",
        }
    }
}

/// A command that the rules do not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is no such organisation or profile for whoever asks.
    #[error("there is no such profile for this caller")]
    NotTheirs,
    /// Only an administrator does this.
    #[error("takes the role administrator or manager in the organisation")]
    NotAdministrator,
}

/// May the caller choose among the profiles of this organisation? Its administrators and contract managers may, and operators
/// may look.
#[must_use]
pub fn may_choose(principal: &Principal, organization: &OrganizationId) -> bool {
    let inside = principal.organization.as_ref() == Some(organization);
    (inside && (principal.administers() || principal.manages_contracts()))
        || principal.is_operator()
}

fn may_write(principal: &Principal, organization: &OrganizationId) -> Result<(), Refusal> {
    if principal.organization.as_ref() != Some(organization) {
        return Err(Refusal::NotTheirs);
    }
    match principal.administers() {
        true => Ok(()),
        false => Err(Refusal::NotAdministrator),
    }
}

impl Profile {
    /// Makes a profile of an organisation.
    ///
    /// # Errors
    /// When the caller does not administer that organisation.
    pub fn create(
        principal: &Principal,
        organization: OrganizationId,
        name: Line,
        settings: Settings,
    ) -> Result<ProfileFact, Refusal> {
        may_write(principal, &organization)?;
        Ok(ProfileFact::Created {
            organization,
            name,
            settings,
        })
    }

    /// Changes a profile; `None` where it is already so.
    ///
    /// # Errors
    /// When the caller does not administer its organisation.
    pub fn change(
        &self,
        principal: &Principal,
        name: Line,
        settings: Settings,
    ) -> Result<Option<ProfileFact>, Refusal> {
        may_write(principal, &self.organization)?;
        let same = name == self.name && settings == self.settings;
        Ok((!same).then_some(ProfileFact::Changed { name, settings }))
    }

    /// The profile after an event; `None` when a change has nothing to change.
    #[must_use]
    pub fn after(profile: Option<Self>, id: ProfileId, event: &Event<ProfileFact>) -> Option<Self> {
        let (organization, name, settings, created_at) = match (&event.fact, profile) {
            (
                ProfileFact::Created {
                    organization,
                    name,
                    settings,
                },
                _,
            ) => (organization.clone(), name, settings, event.occurred_at),
            (ProfileFact::Changed { name, settings }, Some(profile)) => {
                (profile.organization, name, settings, profile.created_at)
            }
            (ProfileFact::Changed { .. }, None) => return None,
        };
        Some(Self {
            id,
            version: event.sequence,
            head: event.hash,
            organization,
            name: name.clone(),
            settings: settings.clone(),
            created_at,
            updated_at: event.occurred_at,
        })
    }

    /// Where the next event goes.
    #[must_use]
    pub fn link(&self) -> Link {
        Link {
            sequence: self.version + 1,
            previous_hash: Some(self.head),
        }
    }
}
