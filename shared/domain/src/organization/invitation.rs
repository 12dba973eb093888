//! An invitation to an organisation that somebody else has onboarded.
//!
//! The one rule: the token is in the event that tells of it and nowhere else; what is kept is its hash. It is good once, for
//! 72 hours, for a user whom the identity provider has placed in that organisation.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::email::Email;
use crate::event::Digest;
use crate::id::{InvitationId, UserId};
use crate::time::Timestamp;

/// How long an invitation is good.
const LIFETIME: TimeDelta = TimeDelta::hours(72);
/// What the hash of a token begins with, so that it is the hash of nothing else.
const PREFIX: &str = "sharepact.invitation:";

/// What opens an invitation: 256 random bits in base64url.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// Takes random bytes.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The token, for the event that carries it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The hash of what somebody says is a token: any text has one, and only a token's is known.
    #[must_use]
    pub fn hash(text: &str) -> Digest {
        Digest::new(Sha256::digest(format!("{PREFIX}{text}")).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// An invitation as the event that sends it tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    /// Its id.
    pub id: InvitationId,
    /// Whom it goes to.
    pub email: Email,
    /// What opens it.
    pub token: Token,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Sent {
    /// A new invitation.
    #[must_use]
    pub fn new(id: InvitationId, email: Email, token: Token, now: Timestamp) -> Self {
        Self {
            id,
            email,
            token,
            // At the end of the calendar there is no later instant to wait for.
            expires_at: now.plus(LIFETIME).unwrap_or(now),
        }
    }
}

/// Who followed an invitation, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// Who.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
}

/// An invitation as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Whom it went to.
    pub email: Email,
    /// The hash of what opens it.
    pub token_hash: Digest,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Who followed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be followed.
    Open,
    /// Somebody followed it.
    Accepted,
    /// Its time is over.
    Expired,
}

impl Standing {
    /// Its name: `open`, `accepted` or `expired`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Expired => "expired",
        }
    }
}

impl Invitation {
    /// What is kept of one that was sent then.
    #[must_use]
    pub(super) fn kept(sent: &Sent, sent_at: Timestamp) -> Self {
        Self {
            id: sent.id,
            email: sent.email.clone(),
            token_hash: Token::hash(sent.token.reveal()),
            sent_at,
            expires_at: sent.expires_at,
            joined: None,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match &self.joined {
            Some(_) => Standing::Accepted,
            None if self.expires_at <= now => Standing::Expired,
            None => Standing::Open,
        }
    }

    /// Does a text with this hash open it now?
    #[must_use]
    pub fn opens(&self, hash: &Digest, now: Timestamp) -> bool {
        self.standing(now) == Standing::Open && self.token_hash == *hash
    }
}
