//! What the links and the functions cost; printed, and held to nothing but that they work. One at a time, when nothing else
//! runs: `cargo test --test deployed figures:: -- --test-threads=1 --nocapture`.

mod functions;
mod latency;
mod runtime;

use std::time::Duration;

/// The middle one.
fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// In milliseconds.
fn shown(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

#[expect(clippy::print_stdout, reason = "the output of a measurement")]
fn say(line: &str) {
    println!("{line}");
}
