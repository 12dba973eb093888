//! How long after a signature its document is in the bucket.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sharepact_domain::time::Timestamp;
use sharepact_runtime::Clock;
use sharepact_tests::Deal;

use super::{median, say, shown};
use crate::deployed;

/// How many signatures are followed.
const RUNS: usize = 20;
/// How often the bucket is looked into.
const PAUSE: Duration = Duration::from_millis(5);
/// When a document counts as not coming.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn from_the_signature_to_the_document() {
    deployed(async |api, deployment, services| {
        let bucket = deployment.resource("Documents");
        let (mut requests, mut commits, mut documents) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..=RUNS {
            let deal = Deal::at("Draft", &api.provider(), &api.consumer()).await;
            let prefix = format!("contracts/{}/", deal.id);
            let asked = Instant::now();
            let signed = deal.does(&deal.consumer, "accept").await;
            let answered = asked.elapsed();
            let signed = signed.must(200, "a consumer accepts");
            while services.keys(bucket, &prefix).await.is_empty() {
                assert!(asked.elapsed() < PATIENCE, "no document of {}", deal.id);
                tokio::time::sleep(PAUSE).await;
            }
            let (there, now) = (asked.elapsed(), Clock::system().now());
            if run == 0 {
                // It may have found cold functions along the way.
                continue;
            }
            requests.push(answered);
            documents.push(there);
            commits.push(since(now, &signed.text("updatedAt")));
        }
        say("\n| from … to the document in the bucket | median | worst |\n| --- | --- | --- |");
        for (what, mut times) in [
            ("the request (to its answer)", requests),
            ("the request", documents),
            ("the commit", commits),
        ] {
            let worst = times.iter().max().copied().unwrap_or_default();
            let median = median(&mut times);
            say(&format!(
                "| {what} | {} ms | {} ms |",
                shown(median),
                shown(worst)
            ));
        }
    });
}

/// How long ago an instant of the contract was. It is the request's own, taken before the commit.
fn since(now: Timestamp, instant: &str) -> Duration {
    let instant: DateTime<Utc> = instant.parse().expect("an instant");
    (now.to_chrono() - instant).to_std().unwrap_or_default()
}
