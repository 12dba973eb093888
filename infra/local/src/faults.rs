//! Bad luck on demand: tests make DynamoDB and the others slow down, vanish or lose their answers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused because there are too many; nothing happens.
    Throttled,
    /// It does not arrive; nothing happens.
    Unreachable,
    /// It arrives and takes effect, but the answer is lost.
    AnswerLost,
}

/// The faults still to come, shared by the clients of every operation.
///
/// The SDK tries again by itself: a fault that should reach the code above takes as many times as
/// the SDK has attempts.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Option<Plan>>>);

/// A fault still to come.
#[derive(Clone, Copy, Debug)]
struct Plan {
    fault: Fault,
    after: u32,
    times: u32,
}

impl Faults {
    /// The next `times` attempts of the functions meet this fault.
    pub fn inject(&self, fault: Fault, times: u32) {
        self.inject_after(0, fault, times);
    }

    /// `after` attempts go well, and the `times` attempts behind them meet this fault: a command's
    /// read is the first, its transaction the second.
    pub fn inject_after(&self, after: u32, fault: Fault, times: u32) {
        *self.lock() = (times > 0).then_some(Plan {
            fault,
            after,
            times,
        });
    }

    /// No more faults.
    pub fn clear(&self) {
        *self.lock() = None;
    }

    pub(crate) fn next(&self) -> Option<Fault> {
        let mut plan = self.lock();
        let Plan {
            fault,
            after,
            times,
        } = (*plan)?;
        if after > 0 {
            *plan = Some(Plan {
                fault,
                after: after - 1,
                times,
            });
            return None;
        }
        *plan = (times > 1).then_some(Plan {
            fault,
            after,
            times: times.saturating_sub(1),
        });
        Some(fault)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Plan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose errors are imitated: each service has its own words for the same bad luck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    EventBridge,
    S3,
    Sqs,
}

impl Service {
    /// What IAM's actions of this service begin with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::EventBridge => "events",
            Self::S3 => "s3",
            Self::Sqs => "sqs",
        }
    }

    /// The service that the SDK calls by this name.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "EventBridge" => Self::EventBridge,
            "S3" => Self::S3,
            "SQS" => Self::Sqs,
            _ => Self::DynamoDb,
        }
    }

    /// There is too much to do.
    pub(crate) fn throttled(self) -> HttpResponse {
        match self {
            Self::DynamoDb => written(
                http::StatusCode::BAD_REQUEST,
                "com.amazon.coral.service#ProvisionedThroughputExceededException",
                "The level of configured provisioned throughput for the table was exceeded",
            ),
            Self::EventBridge | Self::Sqs => written(
                http::StatusCode::BAD_REQUEST,
                "ThrottlingException",
                "Rate exceeded",
            ),
            Self::S3 => xml(
                http::StatusCode::SERVICE_UNAVAILABLE,
                "SlowDown",
                "Please reduce your request rate.",
            ),
        }
    }

    /// The policy does not grant it.
    pub(crate) fn denied(self, message: &str) -> HttpResponse {
        match self {
            Self::DynamoDb => written(
                http::StatusCode::BAD_REQUEST,
                "com.amazon.coral.service#AccessDeniedException",
                message,
            ),
            Self::EventBridge | Self::Sqs => written(
                http::StatusCode::BAD_REQUEST,
                "AccessDeniedException",
                message,
            ),
            Self::S3 => xml(http::StatusCode::FORBIDDEN, "AccessDenied", message),
        }
    }
}

fn written(status: http::StatusCode, kind: &str, message: &str) -> HttpResponse {
    let body = serde_json::json!({ "__type": kind, "message": message });
    let mut response = HttpResponse::new(status.into(), SdkBody::from(body.to_string()));
    response
        .headers_mut()
        .insert("content-type", "application/x-amz-json-1.0");
    response
}

fn xml(status: http::StatusCode, code: &str, message: &str) -> HttpResponse {
    let message = message.replace('&', "&amp;").replace('<', "&lt;");
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    let mut response = HttpResponse::new(status.into(), SdkBody::from(body));
    response
        .headers_mut()
        .insert("content-type", "application/xml");
    response
}

pub(crate) fn broken() -> ConnectorError {
    ConnectorError::io("the connection was cut".into())
}
