//! The metrics, and how they are embedded in a line (CloudWatch's embedded metric format).
//!
//! The one rule: dimensions are few and bounded. What has as many values as there are contracts or
//! callers is a field of the line, never a dimension.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sharepact_domain::time::Timestamp;

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Sharepact";

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// How long an invocation took, as its handler saw it.
    DurationMs,
    /// 1 for the first invocation of an environment, 0 for every other.
    ColdStart,
    /// The records of a batch that failed.
    FailedRecords,
    /// From the commit of an event to its publication.
    OutboxLagMs,
    /// From the end of a contract to the record of it.
    ExpiryLagMs,
    /// Events that were committed, by type.
    Transitions,
    /// Requests that were refused, by the problem's slug.
    Rejections,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::DurationMs,
        Self::ColdStart,
        Self::FailedRecords,
        Self::OutboxLagMs,
        Self::ExpiryLagMs,
        Self::Transitions,
        Self::Rejections,
    ];

    /// Its name in CloudWatch and in the line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DurationMs => "DurationMs",
            Self::ColdStart => "ColdStart",
            Self::FailedRecords => "FailedRecords",
            Self::OutboxLagMs => "OutboxLagMs",
            Self::ExpiryLagMs => "ExpiryLagMs",
            Self::Transitions => "Transitions",
            Self::Rejections => "Rejections",
        }
    }

    /// Its unit, one of CloudWatch's.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::DurationMs | Self::OutboxLagMs | Self::ExpiryLagMs => "Milliseconds",
            Self::ColdStart | Self::FailedRecords | Self::Transitions | Self::Rejections => "Count",
        }
    }

    /// Its dimensions.
    #[must_use]
    pub fn dimensions(self) -> &'static [&'static str] {
        match self {
            Self::DurationMs | Self::ColdStart | Self::FailedRecords => &["Stack", "Function"],
            Self::OutboxLagMs | Self::ExpiryLagMs => &["Stack"],
            Self::Transitions => &["Stack", "Event"],
            Self::Rejections => &["Stack", "Problem"],
        }
    }
}

/// The metrics of one line: the members that hold values and dimensions, and what tells CloudWatch
/// which is which.
#[derive(Debug, Serialize)]
pub(super) struct Embedded {
    #[serde(flatten)]
    members: Map<String, Value>,
    #[serde(rename = "_aws", skip_serializing_if = "Option::is_none")]
    directives: Option<Value>,
}

impl Embedded {
    /// Values with the dimensions that they need. `at` is when they were taken.
    pub(super) fn new(
        at: Timestamp,
        dimensions: &[(&'static str, &str)],
        values: Vec<(Metric, Value)>,
    ) -> Self {
        let mut members = Map::new();
        for (name, value) in dimensions {
            members.insert((*name).to_owned(), Value::from(*value));
        }
        let mut directives: Vec<(&[&str], Vec<Value>)> = Vec::new();
        for (metric, value) in values {
            members.insert(metric.name().to_owned(), value);
            let definition = json!({ "Name": metric.name(), "Unit": metric.unit() });
            let set = metric.dimensions();
            match directives.iter_mut().find(|(known, _)| *known == set) {
                Some((_, metrics)) => metrics.push(definition),
                None => directives.push((set, vec![definition])),
            }
        }
        let directives: Vec<_> = directives
            .into_iter()
            .map(|(set, metrics)| {
                json!({ "Namespace": NAMESPACE, "Dimensions": [set], "Metrics": metrics })
            })
            .collect();
        let taken = at.to_chrono().timestamp_millis();
        Self {
            members,
            directives: Some(json!({ "Timestamp": taken, "CloudWatchMetrics": directives })),
        }
    }

    /// The same for people: without what only CloudWatch reads.
    pub(super) fn plain(self) -> Self {
        Self {
            directives: None,
            ..self
        }
    }
}
