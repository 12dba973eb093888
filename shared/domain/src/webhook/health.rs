//! What came of deliveries: when the next attempt is, and when to give an endpoint up.
//!
//! The one rule: this is observation, not history. It is written beside the webhook, is never
//! published, and decides nothing but when to stop trying.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Reason, Webhook};
use crate::time::Timestamp;

/// The waits between two attempts at one delivery, in seconds: at once, then after 5 s, 5 min,
/// 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, as Standard Webhooks suggests; a little over three
/// days in all.
pub const SCHEDULE: [i64; 9] = [
    5,
    5 * 60,
    30 * 60,
    2 * 3_600,
    5 * 3_600,
    10 * 3_600,
    14 * 3_600,
    20 * 3_600,
    24 * 3_600,
];

/// After so many hours without a single delivery an endpoint is given up. One delivery alone comes
/// to its last attempt after 75 hours.
pub const FAILING_HOURS: i64 = 72;

/// A successful delivery that says nothing new is noted again after so many seconds.
const NEWS: i64 = 60;

/// When the attempt after attempt `number` (from 1) is due that failed at `failed`; `None` after the
/// last. `chance` spreads the attempts that failed together, by up to a tenth of the wait.
#[must_use]
pub fn next_attempt(number: u32, failed: Timestamp, chance: u8) -> Option<Timestamp> {
    let index = usize::try_from(number.checked_sub(1)?).ok()?;
    let wait = TimeDelta::seconds(*SCHEDULE.get(index)?);
    let spread = wait * i32::from(chance) / 2_550;
    failed.plus(wait + spread)
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The endpoint answered.
    Answered {
        /// The HTTP status.
        status: u16,
    },
    /// The address may not be called, or leads to one that may not.
    NotAllowed,
    /// The host's name does not resolve.
    NotResolved,
    /// No connection, or no secure one.
    NotConnected,
    /// It took too long.
    TimedOut,
    /// The connection ended before the answer.
    Broken,
}

impl Outcome {
    /// Was it delivered?
    #[must_use]
    pub fn is_delivered(self) -> bool {
        match self {
            Self::Answered { status } => (200..300).contains(&status),
            Self::NotAllowed
            | Self::NotResolved
            | Self::NotConnected
            | Self::TimedOut
            | Self::Broken => false,
        }
    }

    /// Does the endpoint say that it wants no more?
    #[must_use]
    pub fn is_gone(self) -> bool {
        self == Self::Answered { status: 410 }
    }

    /// Its name in logs and answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered { .. } => "answered",
            Self::NotAllowed => "not-allowed",
            Self::NotResolved => "not-resolved",
            Self::NotConnected => "not-connected",
            Self::TimedOut => "timed-out",
            Self::Broken => "broken",
        }
    }

    /// The HTTP status, where the endpoint answered.
    #[must_use]
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Answered { status } => Some(status),
            Self::NotAllowed
            | Self::NotResolved
            | Self::NotConnected
            | Self::TimedOut
            | Self::Broken => None,
        }
    }
}

/// One attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a webhook's deliveries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// How often something was noted.
    pub notes: u64,
    /// The last attempt that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Attempt>,
    /// When something was delivered last, as far as it was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// Since when every attempt has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
    /// How many events were given up after their last attempt.
    pub given_up: u64,
}

impl Health {
    /// Is there anything to note? Another delivery soon after one that was noted is no news.
    #[must_use]
    pub fn is_news(&self, attempt: Attempt) -> bool {
        let recent = |noted: Timestamp| {
            noted
                .plus(TimeDelta::seconds(NEWS))
                .is_none_or(|end| attempt.at < end)
        };
        let same = self
            .last
            .is_some_and(|last| last.outcome == attempt.outcome);
        !(attempt.outcome.is_delivered() && same && self.delivered_at.is_some_and(recent))
    }

    /// With one more attempt; `last` when it was the last for its event.
    #[must_use]
    pub fn noted(self, attempt: Attempt, last: bool) -> Self {
        let delivered = attempt.outcome.is_delivered();
        Self {
            notes: self.notes + 1,
            last: Some(attempt),
            delivered_at: match delivered {
                true => Some(attempt.at),
                false => self.delivered_at,
            },
            failing_since: match delivered {
                true => None,
                false => self.failing_since.or(Some(attempt.at)),
            },
            given_up: self.given_up + u64::from(last && !delivered),
        }
    }

    /// Since when every attempt has failed, as far as it counts: what failed before the owner
    /// enabled the webhook again is forgiven.
    #[must_use]
    pub fn failing_since(&self, webhook: &Webhook) -> Option<Timestamp> {
        let enabled = webhook.enabled_since();
        self.failing_since
            .map(|since| enabled.map_or(since, |enabled| since.max(enabled)))
    }

    /// Why the webhook is to be disabled after an attempt, if it is.
    #[must_use]
    pub fn ends(&self, webhook: &Webhook, attempt: Attempt) -> Option<Reason> {
        if attempt.outcome.is_gone() {
            return Some(Reason::Gone);
        }
        if attempt.outcome.is_delivered() {
            return None;
        }
        let since = self.failing_since(webhook)?;
        let end = since.plus(TimeDelta::hours(FAILING_HOURS));
        end.is_some_and(|end| end <= attempt.at)
            .then_some(Reason::Failing { since })
    }
}
