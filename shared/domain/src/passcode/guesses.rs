//! How often a caller may guess.
//!
//! The one rule: in any sixty minutes a caller is told of at most ten wrong guesses; until then right ones are told, from
//! then on nothing is. So every attempt, right or wrong, takes the next version before its result is told: of attempts at
//! the same time only one has it, and the others look again.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::time::Timestamp;

/// How many wrong guesses a caller is told of in [`WINDOW`].
const MOST: usize = 10;
/// The span that they are counted in.
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// A caller's guesses of the last hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Guesses {
    /// The number of attempts so far; 0 before the first one, and again once all of this is forgotten.
    pub version: u64,
    /// When the wrong ones were, oldest first.
    pub wrong: Vec<Timestamp>,
}

/// Too many wrong guesses: nothing is told now, not even of a right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{MOST} wrong guesses within an hour are the most: try again at {again}")]
pub struct TooMany {
    /// From when on a guess is heard again.
    pub again: Timestamp,
}

impl Guesses {
    /// The guesses after an attempt. To be written over this version before the result is told.
    ///
    /// # Errors
    /// When the caller was told of as many wrong ones as there may be.
    pub fn attempt(&self, now: Timestamp, right: bool) -> Result<Self, TooMany> {
        let end = |at: &Timestamp| at.plus(WINDOW);
        let counted = |at: &&Timestamp| end(at).is_none_or(|end| end > now);
        let mut wrong: Vec<_> = self.wrong.iter().filter(counted).copied().collect();
        // The one that has to be forgotten before there is room for another.
        let oldest = wrong
            .len()
            .checked_sub(MOST)
            .and_then(|over| wrong.get(over));
        if let Some(oldest) = oldest {
            return Err(TooMany {
                again: end(oldest).unwrap_or(*oldest),
            });
        }
        if !right {
            // Two machines' clocks differ; the order of versions is the order of guesses.
            wrong.push(wrong.last().map_or(now, |last| now.max(*last)));
        }
        Ok(Self {
            version: self.version + 1,
            wrong,
        })
    }

    /// From when on all of this may be forgotten. An attempt that is under way until then would find its version gone and
    /// look again.
    #[must_use]
    pub fn forgotten_at(&self, now: Timestamp) -> Timestamp {
        let last = self.wrong.last().map_or(now, |last| now.max(*last));
        last.plus(WINDOW).unwrap_or(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        start.plus(TimeDelta::minutes(minutes)).unwrap()
    }

    #[test]
    fn ten_wrong_ones_are_told_and_then_nothing() {
        let mut guesses = Guesses::default();
        for minute in 0..10 {
            guesses = guesses.attempt(at(minute), false).unwrap();
        }
        assert_eq!(guesses.version, 10);
        for right in [true, false] {
            let refused = guesses.attempt(at(10), right).unwrap_err();
            assert_eq!(refused.again, at(60), "when the first one is an hour ago");
            guesses.attempt(at(59), right).unwrap_err();
            guesses.attempt(at(60), right).unwrap();
        }
        // One for each that is forgotten, and no more.
        let again = guesses.attempt(at(60), false).unwrap();
        assert_eq!(again.attempt(at(60), false).unwrap_err().again, at(61));
        assert_eq!(again.wrong.len(), 10);
    }

    #[test]
    fn right_ones_are_counted_by_version_alone() {
        let mut guesses = Guesses::default();
        for _ in 0..100 {
            guesses = guesses.attempt(at(0), true).unwrap();
        }
        assert_eq!((guesses.version, guesses.wrong.len()), (100, 0));
    }

    #[test]
    fn a_slow_clock_gains_nothing() {
        let first = Guesses::default().attempt(at(5), false).unwrap();
        let second = first.attempt(at(0), false).unwrap();
        assert_eq!(second.wrong, [at(5), at(5)]);
        assert_eq!(second.forgotten_at(at(0)), at(65));
    }

    #[test]
    fn no_hour_has_more_than_ten_whatever_the_times() {
        let mut guesses = Guesses::default();
        let mut told = Vec::new();
        for minute in 0..600 {
            if let Ok(after) = guesses.attempt(at(minute), minute % 7 == 0) {
                if minute % 7 != 0 {
                    told.push(minute);
                }
                guesses = after;
            }
        }
        assert!(told.len() > 50);
        for window in told.windows(11) {
            assert!(window[10] - window[0] >= 60, "{window:?}");
        }
    }
}
