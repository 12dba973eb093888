//! What starts a function that is not behind HTTP: a stream, a queue, a schedule.

use serde_json::Value as Json;
use serde_norway::Value;

use super::queues::queue_of;
use super::{ACCOUNT, Names, REGION, TemplateError, list};
use crate::bus::Pattern;
use crate::sources::Recurrence;

/// An event source of a function.
#[derive(Clone, Debug, PartialEq)]
pub enum EventSource {
    /// The table's stream.
    Stream(StreamSource),
    /// A queue.
    Queue(QueueSource),
    /// A schedule.
    Schedule(ScheduleSource),
}

/// How a function reads the table's stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamSource {
    /// How many records it gets at once, at most.
    pub batch: usize,
    /// Does it begin with what comes after its first start, rather than with what is there?
    pub latest: bool,
    /// It gets records that match one of these; all of them when there is none.
    pub filters: Vec<Pattern>,
    /// Is a batch that fails halved?
    pub bisect: bool,
    /// How often a batch is tried again; `None` for as long as it takes.
    pub retries: Option<u32>,
    /// Does it report which record failed?
    pub partial: bool,
    /// The name of the queue that hears of records that were given up.
    pub dead: Option<String>,
}

/// How a function reads a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueSource {
    /// The queue's name.
    pub queue: String,
    /// How many messages it gets at once, at most.
    pub batch: usize,
    /// It gets messages that match one of these; all of them when there is none.
    pub filters: Vec<Pattern>,
    /// Does it report which messages failed?
    pub partial: bool,
    /// How many of it run at the same time, at most, when the template says.
    pub concurrency: Option<usize>,
}

/// When a function runs by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleSource {
    /// When.
    pub recurrence: Recurrence,
    /// What it gets instead of the event.
    pub input: Option<Json>,
    /// Who says that it started it: `aws.events` or `aws.scheduler`.
    pub sender: &'static str,
    /// The ARN of what started it.
    pub arn: String,
}

impl EventSource {
    /// Reads an event of a function; `None` for routes, and for what is switched off.
    pub(super) fn read(
        function: &str,
        name: &str,
        event: &Value,
        stream: &str,
        names: &Names,
    ) -> Result<Option<Self>, TemplateError> {
        let title = format!("{function}.{name}");
        let kind = event
            .get("Type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let reader = Reader {
            title: &title,
            properties: event.get("Properties").unwrap_or(&Value::Null),
            names,
        };
        if reader
            .text("Enabled")?
            .is_some_and(|enabled| enabled == "false")
            || reader
                .text("State")?
                .is_some_and(|state| state == "DISABLED")
        {
            return Ok(None);
        }
        match kind {
            "HttpApi" => Ok(None),
            "DynamoDB" => reader.stream(stream).map(Self::Stream).map(Some),
            "SQS" => reader.queue().map(Self::Queue).map(Some),
            "Schedule" | "ScheduleV2" => reader
                .schedule(kind, function, name)
                .map(Self::Schedule)
                .map(Some),
            other => Err(reader.wrong(&format!(
                "is of type `{other}`, which the local stack does not stand in for"
            ))),
        }
    }
}

struct Reader<'a> {
    title: &'a str,
    properties: &'a Value,
    names: &'a Names,
}

impl Reader<'_> {
    fn stream(&self, stream: &str) -> Result<StreamSource, TemplateError> {
        let arn = self.required("Stream")?;
        if arn != stream {
            return Err(self.wrong(&format!("reads `{arn}`, which is not the table's stream")));
        }
        let retries: Option<i64> = self.number("MaximumRetryAttempts")?;
        let dead = self
            .properties
            .get("DestinationConfig")
            .and_then(|destination| destination.get("OnFailure")?.get("Destination"))
            .map(|arn| self.queue_named(&self.names.text(arn)?))
            .transpose()?;
        Ok(StreamSource {
            batch: self.number("BatchSize")?.unwrap_or(100).max(1),
            latest: match self.required("StartingPosition")?.as_str() {
                "LATEST" => true,
                "TRIM_HORIZON" => false,
                other => return Err(self.wrong(&format!("starts at `{other}`"))),
            },
            filters: self.filters()?,
            bisect: self
                .text("BisectBatchOnFunctionError")?
                .is_some_and(|bisect| bisect == "true"),
            // -1, as nothing at all, means without end.
            retries: retries.and_then(|retries| u32::try_from(retries).ok()),
            partial: self.partial()?,
            dead,
        })
    }

    fn queue(&self) -> Result<QueueSource, TemplateError> {
        let concurrency = self
            .properties
            .get("ScalingConfig")
            .and_then(|scaling| scaling.get("MaximumConcurrency"))
            .map(|most| self.names.number(self.title, most))
            .transpose()?;
        Ok(QueueSource {
            queue: self.queue_named(&self.required("Queue")?)?,
            batch: self.number("BatchSize")?.unwrap_or(10).max(1),
            filters: self.filters()?,
            partial: self.partial()?,
            concurrency,
        })
    }

    fn schedule(
        &self,
        kind: &str,
        function: &str,
        name: &str,
    ) -> Result<ScheduleSource, TemplateError> {
        let (expression, sender, what) = if kind == "Schedule" {
            (self.required("Schedule")?, "aws.events", "rule")
        } else {
            let expression = self.required("ScheduleExpression")?;
            (expression, "aws.scheduler", "schedule/default")
        };
        let origin = sender.trim_start_matches("aws.");
        if let Some(zone) = self.text("ScheduleExpressionTimezone")?
            && !matches!(zone.as_str(), "UTC" | "Etc/UTC")
        {
            return Err(self.wrong(&format!(
                "is in the time zone `{zone}`: locally schedules run in UTC"
            )));
        }
        let recurrence = Recurrence::read(&expression)
            .map_err(|error| self.wrong(&format!("has the schedule `{expression}`: {error}")))?;
        let input = self
            .text("Input")?
            .map(|input| {
                serde_json::from_str(&input)
                    .map_err(|error| self.wrong(&format!("has an Input that is no JSON: {error}")))
            })
            .transpose()?;
        Ok(ScheduleSource {
            recurrence,
            input,
            sender,
            arn: format!("arn:aws:{origin}:{REGION}:{ACCOUNT}:{what}/{function}{name}"),
        })
    }

    fn filters(&self) -> Result<Vec<Pattern>, TemplateError> {
        let Some(criteria) = self.properties.get("FilterCriteria") else {
            return Ok(Vec::new());
        };
        list(criteria, "Filters")
            .map(|filter| {
                let text = filter
                    .get("Pattern")
                    .ok_or_else(|| TemplateError::Missing(format!("{}.Pattern", self.title)))?;
                let pattern: Json =
                    serde_json::from_str(&self.names.text(text)?).map_err(|error| {
                        self.wrong(&format!("has a filter that is no JSON: {error}"))
                    })?;
                Pattern::read(&pattern).map_err(|error| self.wrong(&format!("filters: {error}")))
            })
            .collect()
    }

    fn partial(&self) -> Result<bool, TemplateError> {
        let types = list(self.properties, "FunctionResponseTypes")
            .map(|kind| self.names.text(kind))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(types.iter().any(|kind| kind == "ReportBatchItemFailures"))
    }

    fn queue_named(&self, arn: &str) -> Result<String, TemplateError> {
        queue_of(arn).ok_or_else(|| self.wrong(&format!("names `{arn}`, which is no queue")))
    }

    fn text(&self, key: &str) -> Result<Option<String>, TemplateError> {
        self.properties
            .get(key)
            .map(|value| self.names.text(value))
            .transpose()
    }

    fn required(&self, key: &str) -> Result<String, TemplateError> {
        self.text(key)?
            .ok_or_else(|| TemplateError::Missing(format!("{}.{key}", self.title)))
    }

    fn number<T: std::str::FromStr>(&self, key: &str) -> Result<Option<T>, TemplateError> {
        self.properties
            .get(key)
            .map(|value| self.names.number(&format!("{}.{key}", self.title), value))
            .transpose()
    }

    fn wrong(&self, what: &str) -> TemplateError {
        TemplateError::Unexpected(format!("{} {what}", self.title))
    }
}
