//! A webhook: where a party wants to hear of its contracts, and of which events.
//!
//! | module | owns |
//! | --- | --- |
//! | `endpoint` | the address, and what of it an event may tell |
//! | `subscription` | the events that it is for |
//! | `secret` | what deliveries are signed with, and its rotation |
//! | `health` | what came of deliveries, when the next attempt is, and when to give up |
//! | `fact` | what can happen to a webhook |
//!
//! The one rule: facts are published, so no secret and no full address is in one; what a delivery
//! needs besides the facts stands apart.

mod endpoint;
mod fact;
mod health;
mod secret;
mod subscription;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use endpoint::Endpoint;
pub use fact::{Reason, WebhookFact};
pub use health::{Attempt, FAILING_HOURS, Health, Outcome, SCHEDULE, next_attempt};
pub use secret::{Former, Secret, Secrets};
pub use subscription::{EVENT_TYPES, EventType, Subscription};

use crate::event::{Digest, Event, Link};
use crate::id::WebhookId;
use crate::party::{Actor, Owner, Principal};
use crate::text::Line;
use crate::time::Timestamp;

/// One of the places that an owner has for webhooks. There are [`Place::MOST`] of them, so that an
/// owner never has more webhooks, whatever is registered in the same instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Place(u8);

/// A number that is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a place is a number from 0 to 19")]
pub struct NoPlace;

impl Place {
    /// How many webhooks an owner has at most.
    pub const MOST: u8 = 20;

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::MOST).map(Self)
    }

    /// A place that is not taken. `chance` picks it, so that two registrations in the same instant
    /// seldom want the same.
    #[must_use]
    pub fn free(taken: &[Self], chance: u8) -> Option<Self> {
        let free: Vec<_> = Self::all().filter(|place| !taken.contains(place)).collect();
        let index = usize::from(chance).checked_rem(free.len())?;
        free.get(index).copied()
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Place {
    type Error = NoPlace;

    fn try_from(number: u8) -> Result<Self, NoPlace> {
        (number < Self::MOST).then_some(Self(number)).ok_or(NoPlace)
    }
}

impl From<Place> for u8 {
    fn from(place: Place) -> Self {
        place.0
    }
}

/// Whether deliveries are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Standing {
    /// They are.
    Enabled {
        /// Since when.
        since: Timestamp,
    },
    /// They are not, until its owner says otherwise.
    Disabled {
        /// Since when.
        since: Timestamp,
        /// Why.
        reason: Reason,
    },
    /// It is gone.
    Removed {
        /// Since when.
        since: Timestamp,
    },
}

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// The number of events so far.
    pub version: u64,
    /// The hash of the last event.
    pub head: Digest,
    /// Whose it is.
    pub owner: Owner,
    /// Which of its owner's places it holds.
    pub place: Place,
    /// Where deliveries go.
    pub url: Endpoint,
    /// What is delivered.
    #[serde(rename = "eventTypes")]
    pub events: Subscription,
    /// What its owner says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Line>,
    /// Whether deliveries are made.
    #[serde(flatten)]
    pub standing: Standing,
    /// Since when it is registered.
    pub created_at: Timestamp,
}

/// What a party says of a webhook that it registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Where deliveries go.
    pub url: Endpoint,
    /// What is delivered.
    pub events: Subscription,
    /// What its owner says of it.
    pub description: Option<Line>,
}

/// What can be asked of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Its owner takes a new secret.
    Rotate,
    /// Its owner wants deliveries again.
    Enable,
    /// Its owner removes it.
    Remove,
    /// Sharepact stops delivering.
    Disable(Reason),
}

/// A command that the rules do not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is no such webhook for whoever asks.
    #[error("there is no such webhook for this caller")]
    NotTheirs,
    /// In an organisation its manager decides where events go.
    #[error("only the manager of the organisation may register or change its webhooks")]
    NotManager,
    /// Every place is taken.
    #[error("an owner has at most {} webhooks: remove one first", Place::MOST)]
    NoPlace,
}

impl Webhook {
    /// Registers a webhook for the party that the caller acts for, which holds `taken` already;
    /// `chance` picks one of the other places.
    ///
    /// # Errors
    /// When the caller does not bind that party, or it has as many as there may be.
    pub fn register(
        principal: &Principal,
        registration: &Registration,
        taken: &[Place],
        chance: u8,
    ) -> Result<WebhookFact, Refusal> {
        if !principal.binds() {
            return Err(Refusal::NotManager);
        }
        Ok(WebhookFact::Registered {
            owner: principal.party().owner(),
            origin: registration.url.origin().to_owned(),
            events: registration.events.clone(),
            place: Place::free(taken, chance).ok_or(Refusal::NoPlace)?,
        })
    }

    /// The webhook that a registration began; `None` when the event is another.
    #[must_use]
    pub fn begun(
        id: WebhookId,
        registration: Registration,
        event: &Event<WebhookFact>,
    ) -> Option<Self> {
        match &event.fact {
            WebhookFact::Registered { owner, place, .. } => Some(Self {
                id,
                version: event.sequence,
                head: event.hash,
                owner: owner.clone(),
                place: *place,
                url: registration.url,
                events: registration.events,
                description: registration.description,
                standing: Standing::Enabled {
                    since: event.occurred_at,
                },
                created_at: event.occurred_at,
            }),
            WebhookFact::SecretRotated { .. }
            | WebhookFact::Disabled { .. }
            | WebhookFact::Enabled {}
            | WebhookFact::Removed {} => None,
        }
    }

    /// Decides a command; `None` where it is already so.
    ///
    /// # Errors
    /// When it is not theirs to give.
    pub fn decide(
        &self,
        actor: &Actor,
        command: Command,
        now: Timestamp,
    ) -> Result<Option<WebhookFact>, Refusal> {
        match actor {
            Actor::Caller(principal) if !self.belongs_to(principal) => {
                return Err(Refusal::NotTheirs);
            }
            Actor::Caller(principal) if !principal.binds() => return Err(Refusal::NotManager),
            Actor::Caller(_) | Actor::System => {}
        }
        let enabled = match self.standing {
            Standing::Enabled { .. } => true,
            Standing::Disabled { .. } => false,
            Standing::Removed { .. } => return Err(Refusal::NotTheirs),
        };
        match (actor, command) {
            (Actor::Caller(_), Command::Rotate) => Ok(Some(WebhookFact::SecretRotated {
                former_until: Secrets::former_until(now),
            })),
            (Actor::Caller(_), Command::Enable) => {
                Ok((!enabled).then_some(WebhookFact::Enabled {}))
            }
            (Actor::Caller(_), Command::Remove) => Ok(Some(WebhookFact::Removed {})),
            (Actor::System, Command::Disable(reason)) => {
                Ok(enabled.then_some(WebhookFact::Disabled { reason }))
            }
            (Actor::Caller(_), Command::Disable(_))
            | (Actor::System, Command::Rotate | Command::Enable | Command::Remove) => {
                Err(Refusal::NotTheirs)
            }
        }
    }

    /// The webhook after an event.
    #[must_use]
    pub fn apply(self, event: &Event<WebhookFact>) -> Self {
        let since = event.occurred_at;
        let standing = match &event.fact {
            WebhookFact::Registered { .. } | WebhookFact::SecretRotated { .. } => self.standing,
            WebhookFact::Disabled { reason } => Standing::Disabled {
                since,
                reason: *reason,
            },
            WebhookFact::Enabled {} => Standing::Enabled { since },
            WebhookFact::Removed {} => Standing::Removed { since },
        };
        Self {
            version: event.sequence,
            head: event.hash,
            standing,
            ..self
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

    /// Does the caller act for its owner?
    #[must_use]
    pub fn belongs_to(&self, principal: &Principal) -> bool {
        self.owner == principal.party().owner()
    }

    /// May the caller see it? Its owner's members and operators may, as long as it is there.
    #[must_use]
    pub fn visible_to(&self, principal: &Principal) -> bool {
        !self.is_removed() && (self.belongs_to(principal) || principal.is_operator())
    }

    /// Is it gone?
    #[must_use]
    pub fn is_removed(&self) -> bool {
        match self.standing {
            Standing::Enabled { .. } | Standing::Disabled { .. } => false,
            Standing::Removed { .. } => true,
        }
    }

    /// Are deliveries made, and since when?
    #[must_use]
    pub fn enabled_since(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Enabled { since } => Some(since),
            Standing::Disabled { .. } | Standing::Removed { .. } => None,
        }
    }
}
