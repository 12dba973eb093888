//! Schedule expressions: `cron(0 0 * * ? *)`, `rate(5 minutes)`.
//!
//! The one rule: a schedule is asked when it was due last, not when it is due next. Whoever looks
//! late, or under a clock that was moved, finds the one run that is owed.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use thiserror::Error;

/// How far back a schedule is followed: five years hold every 29 February but those of a century.
const REACH: u64 = 5 * 366;

/// A schedule expression cannot be followed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RecurrenceError {
    /// Neither `cron(…)` nor `rate(…)`.
    #[error("neither cron(…) nor rate(…)")]
    Kind,
    /// A `rate` that is none.
    #[error("a rate is a positive number and minutes, hours or days")]
    Rate,
    /// A `cron` without its six fields.
    #[error("a cron expression has six fields")]
    Fields,
    /// A field of `cron` that is not understood.
    #[error("the {0} `{1}` are not understood")]
    Field(&'static str, String),
}

/// When something recurs, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recurrence {
    /// Again after each of these, reckoned from 1970: a local stack has no deployment to reckon
    /// from.
    Rate(TimeDelta),
    /// At the times of a calendar.
    Calendar(Box<Calendar>),
}

/// The fields of a cron expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: BTreeSet<u32>,
    months: BTreeSet<u32>,
    /// 1 is Sunday.
    weekdays: BTreeSet<u32>,
    years: BTreeSet<u32>,
}

impl Recurrence {
    /// Reads an expression.
    ///
    /// # Errors
    /// When it is none, or uses what is not understood (`L`, `W`, `#`).
    pub fn read(expression: &str) -> Result<Self, RecurrenceError> {
        let inside = |kind: &str| {
            expression
                .trim()
                .strip_prefix(kind)?
                .strip_prefix('(')?
                .strip_suffix(')')
        };
        if let Some(rate) = inside("rate") {
            return Self::rate(rate);
        }
        let fields: Vec<&str> = inside("cron")
            .ok_or(RecurrenceError::Kind)?
            .split_whitespace()
            .collect();
        let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else {
            return Err(RecurrenceError::Fields);
        };
        Ok(Self::Calendar(Box::new(Calendar {
            minutes: field("minutes", minutes, 0, 59, &[])?,
            hours: field("hours", hours, 0, 23, &[])?,
            days: field("days", days, 1, 31, &[])?,
            months: field("months", months, 1, 12, &MONTHS)?,
            weekdays: field("weekdays", weekdays, 1, 7, &WEEKDAYS)?,
            years: field("years", years, 1970, 2199, &[])?,
        })))
    }

    fn rate(text: &str) -> Result<Self, RecurrenceError> {
        let (count, unit) = text.trim().split_once(' ').ok_or(RecurrenceError::Rate)?;
        let count = count.parse().ok().filter(|count| *count > 0);
        let period = count.and_then(|count| match unit.trim() {
            "minute" | "minutes" => TimeDelta::try_minutes(count),
            "hour" | "hours" => TimeDelta::try_hours(count),
            "day" | "days" => TimeDelta::try_days(count),
            _ => None,
        });
        period.map(Self::Rate).ok_or(RecurrenceError::Rate)
    }

    /// When it was due last, at `now` or before.
    #[must_use]
    pub fn last(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Rate(period) => {
                let period = period.num_seconds().max(1);
                let seconds = now.timestamp();
                DateTime::from_timestamp(seconds - seconds.rem_euclid(period), 0)
            }
            Self::Calendar(calendar) => calendar.last(now),
        }
    }
}

impl Calendar {
    fn last(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = now.date_naive();
        (0..REACH)
            .map_while(|back| today.checked_sub_days(Days::new(back)))
            .filter(|day| self.on(*day))
            .find_map(|day| {
                let latest = if day == today {
                    now.time()
                } else {
                    NaiveTime::from_hms_opt(23, 59, 59)?
                };
                self.times()
                    .rfind(|time| *time <= latest)
                    .map(|time| day.and_time(time).and_utc())
            })
    }

    fn on(&self, day: NaiveDate) -> bool {
        u32::try_from(day.year()).is_ok_and(|year| self.years.contains(&year))
            && self.months.contains(&day.month())
            && self.days.contains(&day.day())
            && self.weekdays.contains(&day.weekday().number_from_sunday())
    }

    fn times(&self) -> impl DoubleEndedIterator<Item = NaiveTime> + '_ {
        self.hours.iter().flat_map(|hour| {
            self.minutes
                .iter()
                .filter_map(|minute| NaiveTime::from_hms_opt(*hour, *minute, 0))
        })
    }
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The values that a field lets through. Names count from one.
fn field(
    what: &'static str,
    text: &str,
    first: u32,
    last: u32,
    names: &[&str],
) -> Result<BTreeSet<u32>, RecurrenceError> {
    let wrong = || RecurrenceError::Field(what, text.to_owned());
    let value = |text: &str| {
        let named = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text));
        named
            .and_then(|at| u32::try_from(at + 1).ok())
            .or_else(|| text.parse().ok())
            .filter(|value| (first..=last).contains(value))
            .ok_or_else(wrong)
    };
    let mut values = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => {
                let step = step.parse().ok().filter(|step| *step > 0);
                (range, Some(step.ok_or_else(wrong)?))
            }
            None => (part, None),
        };
        let (from, to) = match (range, range.split_once('-')) {
            ("*" | "?", _) => (first, last),
            (_, Some((from, to))) => (value(from)?, value(to)?),
            // `5/15` begins at 5 and goes on to the end; `5` is 5 alone.
            (one, None) => (value(one)?, if step.is_some() { last } else { value(one)? }),
        };
        if from > to {
            return Err(wrong());
        }
        values.extend((from..=to).step_by(step.unwrap_or(1)));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_time_due_is_found() {
        let now = at("2026-11-21T13:37:42Z"); // a Saturday
        for (expression, last) in [
            ("cron(0 0 * * ? *)", "2026-11-21T00:00:00Z"),
            ("cron(37 13 * * ? *)", "2026-11-21T13:37:00Z"),
            ("cron(38 13 * * ? *)", "2026-11-20T13:38:00Z"),
            ("cron(0/15 * * * ? *)", "2026-11-21T13:30:00Z"),
            ("cron(0 18 ? * MON-FRI *)", "2026-11-20T18:00:00Z"),
            ("cron(0 8 1 * ? *)", "2026-11-01T08:00:00Z"),
            ("cron(5,50 6-9 ? JAN,Jun 1 *)", "2026-06-28T09:50:00Z"),
            ("cron(0 0 29 2 ? *)", "2024-02-29T00:00:00Z"),
            ("rate(5 minutes)", "2026-11-21T13:35:00Z"),
            ("rate(1 hour)", "2026-11-21T13:00:00Z"),
            ("rate(1 day)", "2026-11-21T00:00:00Z"),
        ] {
            let recurrence = Recurrence::read(expression).unwrap();
            assert_eq!(recurrence.last(now), Some(at(last)), "{expression}");
            assert_eq!(recurrence.last(at(last)), Some(at(last)), "{expression}");
        }
        let past = Recurrence::read("cron(0 0 1 1 ? 1999)").unwrap();
        assert_eq!(past.last(now), None);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (expression, error) in [
            ("at(2026-11-21T00:00:00)", RecurrenceError::Kind),
            ("cron(0 0 * * *)", RecurrenceError::Fields),
            (
                "cron(0 0 L * ? *)",
                RecurrenceError::Field("days", "L".to_owned()),
            ),
            (
                "cron(60 0 * * ? *)",
                RecurrenceError::Field("minutes", "60".to_owned()),
            ),
            (
                "cron(0 0 ? * 6#3 *)",
                RecurrenceError::Field("weekdays", "6#3".to_owned()),
            ),
            (
                "cron(0/0 0 * * ? *)",
                RecurrenceError::Field("minutes", "0/0".to_owned()),
            ),
            ("rate(0 minutes)", RecurrenceError::Rate),
            ("rate(5 weeks)", RecurrenceError::Rate),
        ] {
            assert_eq!(Recurrence::read(expression), Err(error), "{expression}");
        }
    }
}
