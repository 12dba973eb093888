//! An organisation: what it is called, what it sets for itself, who onboarded it, and the invitation to it.
//!
//! | module | owns |
//! | --- | --- |
//! | `fact` | what can happen to an organisation |
//! | `settings` | what it sets for itself |
//! | `invitation` | the way in for the first person of one that was onboarded |
//!
//! The one rule: the identity provider says who is in an organisation; here is only what it says of itself. One that nobody
//! has named or onboarded has no record.

mod fact;
mod invitation;
mod settings;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use fact::OrganizationFact;
pub use invitation::{Invitation, Joined, Sent, Standing, Token};
pub use settings::{HostName, Language, Logo, LogoUrl, Settings, TimeZone};

use crate::email::Email;
use crate::event::{Digest, Event, Link};
use crate::id::{InvitationId, OrganizationId, ProfileId};
use crate::party::Principal;
use crate::profile::Profile;
use crate::text::Line;
use crate::time::Timestamp;

/// The first person of an organisation that somebody else onboards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountOwner {
    /// Their name.
    pub name: Line,
    /// Where the invitation goes.
    pub email: Email,
}

/// Why one organisation is another's child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relationship {
    /// The parent shares data with it.
    #[serde(rename = "Data sharing")]
    DataSharing,
}

impl Relationship {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DataSharing => "Data sharing",
        }
    }
}

/// What an organisation that was onboarded owes to another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upbringing {
    /// Its first person.
    pub account_owner: AccountOwner,
    /// Who onboarded it.
    pub parent: OrganizationId,
    /// Who is billed for it.
    pub billing_owner: OrganizationId,
    /// Why it is a child.
    pub relationship: Relationship,
    /// Which profile its settings were copied from. What becomes of the profile later does not reach it.
    pub profile: ProfileId,
}

/// An organisation that has a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// What it is called.
    pub name: Line,
    /// What it sets for itself.
    pub settings: Settings,
    /// Who onboarded it, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onboarded: Option<Upbringing>,
    /// The last invitation to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
    /// Since when there is a record.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Whom a provider onboards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onboarding {
    /// What the organisation is called.
    pub name: Line,
    /// Its first person, who is invited.
    pub account_owner: AccountOwner,
}

/// A command that the rules do not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is no such organisation for whoever asks.
    #[error("there is no such organisation for this caller")]
    NotTheirs,
    /// Only an administrator does this.
    #[error("takes the role administrator or manager in the organisation")]
    NotAdministrator,
    /// An organisation without a record has no name to keep.
    #[error("the organisation has no record yet: give it a name")]
    Nameless,
    /// Whoever onboards takes a profile of their own.
    #[error("takes a profile of the organisation that onboards")]
    ForeignProfile,
    /// Nobody else has onboarded it, or its first person is there.
    #[error("nobody is invited to the organisation any more: its account owner has joined")]
    AlreadyJoined,
    /// A wrong token, one that was used, or one whose time is over.
    #[error("the invitation is not one that can be followed")]
    NoInvitation,
}

/// What is asked to be different; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Another name.
    pub name: Option<Line>,
    /// Another time zone.
    pub time_zone: Option<TimeZone>,
    /// Another language.
    pub language: Option<Language>,
    /// Another domain, or none.
    pub domain: Option<Option<HostName>>,
    /// Whether support may act in its name.
    pub impersonation: Option<bool>,
    /// Another logo, or none.
    pub logo: Option<Option<Logo>>,
}

impl Changes {
    fn applied(self, settings: Settings) -> Settings {
        Settings {
            time_zone: self.time_zone.unwrap_or(settings.time_zone),
            language: self.language.unwrap_or(settings.language),
            domain: self.domain.unwrap_or(settings.domain),
            impersonation: self.impersonation.unwrap_or(settings.impersonation),
            logo: self.logo.unwrap_or(settings.logo),
        }
    }
}

impl Organization {
    /// Onboards an organisation with a copy of a profile's settings; `id` and `token` invite its first person.
    ///
    /// # Errors
    /// When the profile is not the parent's.
    pub fn onboard(
        onboarding: Onboarding,
        parent: &OrganizationId,
        profile: &Profile,
        (id, token): (InvitationId, Token),
        now: Timestamp,
    ) -> Result<OrganizationFact, Refusal> {
        if profile.organization != *parent {
            return Err(Refusal::ForeignProfile);
        }
        let Onboarding {
            name,
            account_owner,
        } = onboarding;
        Ok(OrganizationFact::Onboarded {
            invitation: Sent::new(id, account_owner.email.clone(), token, now),
            name,
            settings: profile.settings.clone(),
            upbringing: Upbringing {
                account_owner,
                parent: parent.clone(),
                billing_owner: parent.clone(),
                relationship: Relationship::DataSharing,
                profile: profile.id,
            },
        })
    }

    /// Changes an organisation, or names one that has no record; `None` where it is already so.
    ///
    /// # Errors
    /// When it is not the caller's, or the caller does not administer it; without a name where there is no record.
    pub fn change(
        existing: Option<&Self>,
        id: &OrganizationId,
        principal: &Principal,
        changes: Changes,
    ) -> Result<Option<OrganizationFact>, Refusal> {
        if principal.organization.as_ref() != Some(id) {
            return Err(Refusal::NotTheirs);
        }
        if !principal.administers() {
            return Err(Refusal::NotAdministrator);
        }
        let name = changes.name.clone();
        let Some(existing) = existing else {
            return Ok(Some(OrganizationFact::Named {
                name: name.ok_or(Refusal::Nameless)?,
                settings: changes.applied(Settings::default()),
            }));
        };
        let name = name.unwrap_or_else(|| existing.name.clone());
        let settings = changes.applied(existing.settings.clone());
        let same = name == existing.name && settings == existing.settings;
        Ok((!same).then_some(OrganizationFact::Changed { name, settings }))
    }

    /// Invites the first person again; the invitation before it ends.
    ///
    /// # Errors
    /// When the caller does not administer the parent, or the first person is there.
    pub fn invite(
        &self,
        principal: &Principal,
        (id, token): (InvitationId, Token),
        now: Timestamp,
    ) -> Result<OrganizationFact, Refusal> {
        let Some(upbringing) = self.onboarded.as_ref() else {
            return Err(match self.is_member(principal) {
                true => Refusal::AlreadyJoined,
                false => Refusal::NotTheirs,
            });
        };
        if !self.is_parent(principal) {
            return Err(match self.visible_to(principal) {
                true => Refusal::NotAdministrator,
                false => Refusal::NotTheirs,
            });
        }
        let joined = self.invitation.as_ref();
        if joined.is_some_and(|invitation| invitation.joined.is_some()) {
            return Err(Refusal::AlreadyJoined);
        }
        let email = upbringing.account_owner.email.clone();
        Ok(OrganizationFact::Invited {
            invitation: Sent::new(id, email, token, now),
        })
    }

    /// Follows an invitation with a token of this hash.
    ///
    /// # Errors
    /// When it is wrong, was used, or its time is over; which of these is not told.
    pub fn join(
        &self,
        principal: &Principal,
        hash: &Digest,
        now: Timestamp,
    ) -> Result<OrganizationFact, Refusal> {
        let open = self
            .invitation
            .as_ref()
            .filter(|_| self.is_member(principal));
        let open = open.filter(|invitation| invitation.opens(hash, now));
        open.map(|invitation| OrganizationFact::Joined {
            user: principal.user.clone(),
            invitation: invitation.id,
        })
        .ok_or(Refusal::NoInvitation)
    }

    /// The organisation after an event; `None` when a change has nothing to change.
    #[must_use]
    pub fn after(
        organization: Option<Self>,
        id: &OrganizationId,
        event: &Event<OrganizationFact>,
    ) -> Option<Self> {
        let begun = |name: &Line, settings: &Settings| Self {
            id: id.clone(),
            version: event.sequence,
            head: event.hash,
            name: name.clone(),
            settings: settings.clone(),
            onboarded: None,
            invitation: None,
            created_at: event.occurred_at,
            updated_at: event.occurred_at,
        };
        let kept = |sent: &Sent| Some(Invitation::kept(sent, event.occurred_at));
        let before = organization.map(|before| Self {
            version: event.sequence,
            head: event.hash,
            updated_at: event.occurred_at,
            ..before
        });
        match &event.fact {
            OrganizationFact::Named { name, settings } => Some(begun(name, settings)),
            OrganizationFact::Onboarded {
                name,
                settings,
                upbringing,
                invitation,
            } => Some(Self {
                onboarded: Some(upbringing.clone()),
                invitation: kept(invitation),
                ..begun(name, settings)
            }),
            OrganizationFact::Changed { name, settings } => before.map(|before| Self {
                name: name.clone(),
                settings: settings.clone(),
                ..before
            }),
            OrganizationFact::Invited { invitation } => before.map(|before| Self {
                invitation: kept(invitation),
                ..before
            }),
            OrganizationFact::Joined { user, .. } => before.map(|before| {
                let joined = Joined {
                    user: user.clone(),
                    at: event.occurred_at,
                };
                let invitation = before.invitation.map(|invitation| Invitation {
                    joined: Some(joined),
                    ..invitation
                });
                Self {
                    invitation,
                    ..before
                }
            }),
        }
    }

    /// Where the next event goes.
    #[must_use]
    pub fn link(&self) -> Link {
        Link {
            sequence: self.version + 1,
            previous_hash: Some(self.head),
        }
    }

    /// May the caller see it? Its members, its parent's administrators and operators may.
    #[must_use]
    pub fn visible_to(&self, principal: &Principal) -> bool {
        self.is_member(principal) || self.is_parent(principal) || principal.is_operator()
    }

    fn is_member(&self, principal: &Principal) -> bool {
        principal.organization.as_ref() == Some(&self.id)
    }

    /// Does the caller administer the organisation that onboarded it?
    fn is_parent(&self, principal: &Principal) -> bool {
        let parent = self.onboarded.as_ref().map(|onboarded| &onboarded.parent);
        parent.is_some() && principal.organization.as_ref() == parent && principal.administers()
    }
}
