//! The client of a deployed function.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;

/// One attempt may take this long: DynamoDB answers in milliseconds or is in trouble.
const ATTEMPT: Duration = Duration::from_millis(1_500);
/// All attempts together; well inside a function's ten seconds, so that the caller hears 503.
const OPERATION: Duration = Duration::from_secs(5);

pub(crate) async fn from_env() -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .load()
        .await;
    Client::new(&config)
}
