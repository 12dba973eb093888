//! The services behind the deployed API, by the AWS SDK's own environment.

use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;

/// Clients of what the tests look into.
pub struct Services {
    /// The documents.
    pub s3: aws_sdk_s3::Client,
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
}

impl Services {
    /// The clients.
    pub async fn find() -> Self {
        let config = aws_config::load_defaults(BehaviorVersion::v2026_01_12()).await;
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true);
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            sqs: aws_sdk_sqs::Client::new(&config),
        }
    }

    /// The keys of a bucket that begin with this.
    pub async fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        let listed = self.s3.list_objects_v2().bucket(bucket).prefix(prefix);
        let listed = listed.send().await.expect("a bucket can be listed");
        let keys = listed.contents().iter().filter_map(|found| found.key());
        keys.map(str::to_owned).collect()
    }
}

/// Whether there is a handout to read.
#[expect(
    clippy::disallowed_methods,
    reason = "a setting of the tests is read here"
)]
pub fn are_named() -> bool {
    std::env::var("SHAREPACT_TARGET").is_ok_and(|path| !path.is_empty())
}

/// Looks again and again until it finds, for as long as `patience`.
pub async fn eventually<T>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(
            begun.elapsed() < patience,
            "{what}: not within {patience:?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
