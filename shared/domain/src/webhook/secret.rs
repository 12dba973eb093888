//! What deliveries are signed with.
//!
//! The one rule: a secret is shown to its owner when it is made, and to nobody after that; no text
//! made for logs holds it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::Timestamp;

/// What a secret begins with outside, as Standard Webhooks spells it.
const PREFIX: &str = "whsec_";
/// How long the secret before a rotation stays live, in days.
const FORMER_DAYS: u32 = 1;

/// 32 random bytes; `whsec_` and base64 outside.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Secret([u8; 32]);

/// A text that is no secret. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a secret is whsec_ and 32 bytes in base64")]
pub struct NoSecret;

impl Secret {
    /// Takes bytes that the caller made by chance.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// The key of the signature.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.0
    }

    /// As its owner is shown it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_…")
    }
}

impl TryFrom<String> for Secret {
    type Error = NoSecret;

    fn try_from(text: String) -> Result<Self, NoSecret> {
        let digits = text.strip_prefix(PREFIX).ok_or(NoSecret)?;
        let bytes = STANDARD.decode(digits).map_err(|_| NoSecret)?;
        bytes.try_into().map(Self).map_err(|_| NoSecret)
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.reveal()
    }
}

/// The secret before a rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Former {
    /// It.
    pub secret: Secret,
    /// Until when deliveries are signed with it too.
    pub until: Timestamp,
}

/// The secrets of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secrets {
    /// The one that its owner was shown last.
    pub current: Secret,
    /// The one before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<Former>,
}

impl Secrets {
    /// Those of a new webhook.
    #[must_use]
    pub fn first(current: Secret) -> Self {
        Self {
            current,
            former: None,
        }
    }

    /// Until when the secret before a rotation at `now` stays live.
    #[must_use]
    pub fn former_until(now: Timestamp) -> Timestamp {
        now.plus_days(FORMER_DAYS).unwrap_or(now)
    }

    /// Those after a rotation. Of two rotations within a day the first secret is dead at once: who
    /// rotates twice wants just that.
    #[must_use]
    pub fn rotated(self, next: Secret, until: Timestamp) -> Self {
        Self {
            current: next,
            former: Some(Former {
                secret: self.current,
                until,
            }),
        }
    }

    /// The secrets that a delivery at `now` is signed with, the newest first.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &Secret> {
        let former = self.former.iter().filter(move |former| now < former.until);
        std::iter::once(&self.current).chain(former.map(|former| &former.secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_and_shows_nowhere_else() {
        let secret = Secret::new([7; 32]);
        let text = serde_json::to_string(&secret).unwrap();
        assert_eq!(serde_json::from_str::<Secret>(&text).unwrap(), secret);
        assert!(!format!("{secret:?}").contains(&STANDARD.encode([7; 32])));
        for bad in ["", "whsec_", "whsec_AAAA", "AAAA", "whsec_%"] {
            let error = Secret::try_from(bad.to_owned()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "a secret is whsec_ and 32 bytes in base64"
            );
        }
    }

    #[test]
    fn two_secrets_are_live_for_a_day_after_a_rotation() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let [one, two, three] = [1, 2, 3].map(|byte| Secret::new([byte; 32]));
        let now = at("2026-01-01T00:00:00Z");
        let secrets = Secrets::first(one.clone());
        assert_eq!(secrets.live(now).collect::<Vec<_>>(), [&one]);
        let secrets = secrets.rotated(two.clone(), Secrets::former_until(now));
        for (now, live) in [
            ("2026-01-01T00:00:00Z", vec![&two, &one]),
            ("2026-01-01T23:59:59.999Z", vec![&two, &one]),
            ("2026-01-02T00:00:00Z", vec![&two]),
        ] {
            assert_eq!(secrets.live(at(now)).collect::<Vec<_>>(), live, "{now}");
        }
        let secrets = secrets.rotated(three.clone(), Secrets::former_until(now));
        assert_eq!(secrets.live(now).collect::<Vec<_>>(), [&three, &two]);
    }
}
