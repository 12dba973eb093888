//! Instants: UTC, whole milliseconds, one fixed-width spelling that sorts as it reads.
//!
//! The one rule: no instant outside the years 0 to 9999, which have no such spelling, is read or
//! computed; it could be written and never be read again.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// An instant in UTC with millisecond precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The instant, cut to whole milliseconds.
    #[must_use]
    pub fn new(instant: DateTime<Utc>) -> Self {
        Self(instant.trunc_subsecs(3))
    }

    /// The instant `days` times 24 hours later; `None` past the end of the calendar.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Option<Self> {
        self.0
            .checked_add_days(Days::new(u64::from(days)))
            .map(Self)
            .filter(Self::has_spelling)
    }

    /// The instant `span` later (or earlier, where it is negative); `None` outside the calendar.
    #[must_use]
    pub fn plus(self, span: TimeDelta) -> Option<Self> {
        self.0
            .checked_add_signed(span)
            .map(Self::new)
            .filter(Self::has_spelling)
    }

    fn has_spelling(&self) -> bool {
        (0..=9_999).contains(&self.0.year())
    }

    /// The same instant for `chrono`.
    #[must_use]
    pub fn to_chrono(self) -> DateTime<Utc> {
        self.0
    }

    /// Whole seconds since 1970, as DynamoDB's time to live wants them.
    #[must_use]
    pub fn epoch_seconds(self) -> i64 {
        self.0.timestamp()
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 with exactly three fraction digits and `Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%dT%H:%M:%S%.3fZ"))
    }
}

/// A text that is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "takes an instant as in RFC 3339, such as 2026-01-31T09:00:00Z, of the years 0 to 9999 in UTC"
)]
pub struct NoInstant;

impl FromStr for Timestamp {
    type Err = NoInstant;

    fn from_str(text: &str) -> Result<Self, NoInstant> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|instant| Self::new(instant.with_timezone(&Utc)))
            // An offset can carry the instant over the edge of the calendar.
            .filter(Self::has_spelling)
            .ok_or(NoInstant)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_has_a_fixed_width_and_reads_back() {
        for text in [
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.678901Z",
            "2016-12-31T23:59:60.5Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            let instant: Timestamp = text.parse().unwrap();
            assert_eq!(instant.to_string().len(), 24);
            assert_eq!(instant.to_string().parse::<Timestamp>().unwrap(), instant);
        }
    }

    #[test]
    fn the_calendar_ends_somewhere() {
        let last: Timestamp = "9999-12-31T00:00:00Z".parse().unwrap();
        assert!(last.plus_days(u32::MAX).is_none());
        assert!(last.plus_days(1).is_none());
        assert!(last.plus(TimeDelta::days(1)).is_none());
        for outside in ["9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01"] {
            assert_eq!(outside.parse::<Timestamp>(), Err(NoInstant), "{outside}");
        }
    }
}
