//! How long a document takes in a warm process: the usual contract, a short one, and one with 40,000
//! characters of terms. `cargo bench -p sharepact-document`; the target for three pages is 8 ms.
//!
//! Measured is the CPU time of the thread: rendering waits for nothing, so that on a machine with nothing
//! else to do it is the same as the time that passes, and on any other it still is rendering's own.

#![allow(
    missing_docs,
    reason = "criterion's macros write functions of their own"
)]

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, criterion_group, criterion_main};
use rustix::time::{ClockId, clock_gettime};
use sharepact_document::render;

/// The CPU time of the thread.
struct ThreadTime;

fn used() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime)
        .try_into()
        .unwrap_or_default()
}

impl Measurement for ThreadTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        used()
    }

    fn end(&self, begun: Duration) -> Duration {
        used().saturating_sub(begun)
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn rendering(criterion: &mut Criterion<ThreadTime>) {
    let three = sample::three_pages();
    criterion.bench_function("three pages", |bencher| {
        bencher.iter(|| render(&three.content()));
    });
    let five = sample::signed();
    criterion.bench_function("five pages", |bencher| {
        bencher.iter(|| render(&five.content()));
    });
    let clause = "The party of the first part shall, notwithstanding anything to the contrary. ";
    let text: String = format!("# Clause\n\n{}\n\n", clause.repeat(20));
    let text: String = text.chars().cycle().take(40_000).collect();
    let long = sample::signed().with_terms(text.trim_end());
    criterion.bench_function("40,000 characters of terms", |bencher| {
        bencher.iter(|| render(&long.content()));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ThreadTime).sample_size(60);
    targets = rendering
}
criterion_main!(benches);
