//! What runs on a schedule, by a clock that a test moves.

use chrono::{DateTime, Utc};
use sharepact_domain::time::Timestamp;
use sharepact_runtime::Clock;

use super::*;

#[derive(Clone)]
struct Dial(Arc<Mutex<DateTime<Utc>>>);

impl Dial {
    fn at(text: &str) -> Self {
        Self(Arc::new(Mutex::new(text.parse().unwrap())))
    }

    fn set(&self, text: &str) {
        *self.0.lock().unwrap() = text.parse().unwrap();
    }

    fn clock(&self) -> Clock {
        let dial = self.clone();
        Clock::from_fn(move || Timestamp::new(*dial.0.lock().unwrap()))
    }
}

fn times(lab: &Lab) -> Vec<String> {
    lab.seen("test-plan")
        .iter()
        .map(|event| event["time"].as_str().unwrap().to_owned())
        .collect()
}

async fn ran(lab: &Lab, times_wanted: &[&str]) {
    for _ in 0..100 {
        if times(lab).len() >= times_wanted.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Long enough for one that should not run.
    tokio::time::sleep(Duration::from_millis(450)).await;
    assert_eq!(times(lab), times_wanted);
}

#[tokio::test]
async fn a_schedule_runs_when_the_clock_passes_its_time() {
    let (lab, scratch, dial) = (
        Lab::default(),
        Scratch::new(),
        Dial::at("2026-11-21T23:59:00Z"),
    );
    let options = Options {
        clock: dial.clock(),
        ..lab.options(&scratch)
    };
    let stack = Stack::start(options).await.unwrap();
    ran(&lab, &[]).await;
    dial.set("2026-11-22T00:00:01Z");
    ran(&lab, &["2026-11-22T00:00:00Z"]).await;
    let event = &lab.seen("test-plan")[0];
    assert_eq!(event["source"], "aws.scheduler");
    assert_eq!(event["detail-type"], "Scheduled Event");
    // However far the clock jumps, it is owed one run.
    dial.set("2027-01-01T12:00:00Z");
    ran(&lab, &["2026-11-22T00:00:00Z", "2027-01-01T00:00:00Z"]).await;
    stack.links().fire("test-plan").await.unwrap();
    assert_eq!(times(&lab).pop().unwrap(), "2027-01-01T12:00:00Z");
    assert!(stack.links().fire("test-relay").await.is_err());
    stack.shutdown().await;

    // What was due while the stack was off is owed at its next start.
    dial.set("2027-01-03T05:00:00Z");
    let lab = Lab::default();
    let options = Options {
        clock: dial.clock(),
        ..lab.options(&scratch)
    };
    let stack = Stack::start(options).await.unwrap();
    ran(&lab, &["2027-01-03T00:00:00Z"]).await;
    // A clock that is put back begins anew.
    dial.set("2026-12-01T23:59:59Z");
    tokio::time::sleep(Duration::from_millis(450)).await;
    dial.set("2026-12-02T00:00:00Z");
    ran(&lab, &["2027-01-03T00:00:00Z", "2026-12-02T00:00:00Z"]).await;
    stack.shutdown().await;
}
