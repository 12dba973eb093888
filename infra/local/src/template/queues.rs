//! The queues of the template.

use std::time::Duration;

use serde_norway::Value;

use super::{ACCOUNT, Names, REGION, TemplateError};
use crate::queues::{Queue, Redrive};

/// The resource type.
pub(super) const KIND: &str = "AWS::SQS::Queue";

/// The ARN that the local stack knows a queue by.
#[must_use]
pub fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// The name in the ARN of a queue; `None` when it is none.
pub(super) fn queue_of(arn: &str) -> Option<String> {
    let name = arn.strip_prefix(queue_arn("").as_str())?;
    Some(name.to_owned())
}

/// Gives the queue its name: CloudFormation makes one up when the template gives none, locally it
/// is the resource's.
pub(super) fn name(
    resource: &str,
    properties: Option<&Value>,
    names: &mut Names,
) -> Result<String, TemplateError> {
    let name = match properties.and_then(|properties| properties.get("QueueName")) {
        Some(name) => names.text(name)?,
        None => resource.to_owned(),
    };
    let url = format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}");
    names.refer(resource, url.clone());
    names.attribute(resource, "QueueUrl", url);
    names.attribute(resource, "Arn", queue_arn(&name));
    names.attribute(resource, "QueueName", name.clone());
    Ok(name)
}

/// Reads the queue.
pub(super) fn read(
    resource: &str,
    name: String,
    properties: Option<&Value>,
    names: &Names,
) -> Result<Queue, TemplateError> {
    let get = |key: &str| properties.and_then(|properties| properties.get(key));
    if let Some(fifo) = get("FifoQueue")
        && names.text(fifo)? == "true"
    {
        return Err(TemplateError::Unexpected(format!(
            "{resource} is a FIFO queue, which the local stack has none of"
        )));
    }
    let mut queue = Queue::named(name);
    for (key, field) in [
        ("VisibilityTimeout", &mut queue.visibility),
        ("DelaySeconds", &mut queue.delay),
        ("MessageRetentionPeriod", &mut queue.retention),
        ("ReceiveMessageWaitTimeSeconds", &mut queue.wait),
    ] {
        if let Some(value) = get(key) {
            *field = Duration::from_secs(names.number(&format!("{resource}.{key}"), value)?);
        }
    }
    queue.redrive = get("RedrivePolicy")
        .map(|policy| redrive(resource, policy, names))
        .transpose()?;
    Ok(queue)
}

fn redrive(resource: &str, policy: &Value, names: &Names) -> Result<Redrive, TemplateError> {
    let part = |key: &str| {
        policy
            .get(key)
            .ok_or_else(|| TemplateError::Missing(format!("{resource}.RedrivePolicy.{key}")))
    };
    let arn = names.text(part("deadLetterTargetArn")?)?;
    Ok(Redrive {
        target: queue_of(&arn)
            .ok_or_else(|| TemplateError::Unexpected(format!("`{arn}` is no queue")))?,
        after: names.number(
            &format!("{resource}.RedrivePolicy.maxReceiveCount"),
            part("maxReceiveCount")?,
        )?,
    })
}
