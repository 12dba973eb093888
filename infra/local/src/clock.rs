//! A clock that can be moved while the stack runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use sharepact_runtime::Clock;

/// The machine's clock, and how far ahead of it the stack's is. Clones move together.
#[derive(Clone, Debug, Default)]
pub struct MovableClock(Arc<AtomicI64>);

impl MovableClock {
    /// From now on it is `at`, and time runs on from there.
    pub fn move_to(&self, at: DateTime<Utc>) {
        let ahead = at - Clock::system().now().to_chrono();
        self.0.store(ahead.num_milliseconds(), Ordering::SeqCst);
    }

    /// The clock as functions read it.
    #[must_use]
    pub fn clock(&self) -> Clock {
        let (machine, ahead) = (Clock::system(), Arc::clone(&self.0));
        Clock::from_fn(move || {
            let now = machine.now();
            let ahead = TimeDelta::milliseconds(ahead.load(Ordering::SeqCst));
            now.plus(ahead).unwrap_or(now)
        })
    }
}
