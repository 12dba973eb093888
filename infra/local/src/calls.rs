//! The log of what the functions ask of DynamoDB: tests count round trips with it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::policy::Permission;

/// How many calls are kept. A stack that runs for days forgets its oldest ones.
const KEPT: usize = 10_000;

/// One call of the SDK.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation whose function made it: `contract-accept`.
    pub operation: &'static str,
    /// What it called: `TransactWriteItems`.
    pub api: String,
    /// The permissions that it takes: one for each part of a transaction.
    pub permissions: Vec<Permission>,
    /// Did the function's policy grant them all?
    pub granted: bool,
    attempts: Arc<AtomicU32>,
}

impl Call {
    pub(crate) fn new(
        operation: &'static str,
        api: String,
        permissions: Vec<Permission>,
        granted: bool,
        attempts: Arc<AtomicU32>,
    ) -> Self {
        Self {
            operation,
            api,
            permissions,
            granted,
            attempts,
        }
    }

    /// How often it went over the wire: more than once when the SDK tried again, and never when it
    /// was refused.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// The index that it read, if any.
    #[must_use]
    pub fn index(&self) -> Option<&str> {
        self.permissions
            .iter()
            .find_map(|permission| permission.index.as_deref())
    }
}

/// The log, shared by the clients of every operation.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<Mutex<VecDeque<Call>>>);

impl Calls {
    /// The calls since the last time, and forgets them.
    #[must_use]
    pub fn take(&self) -> Vec<Call> {
        self.lock().drain(..).collect()
    }

    /// Forgets them.
    pub fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn push(&self, call: Call) {
        let mut calls = self.lock();
        if calls.len() == KEPT {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Call>> {
        // Nothing panics while it holds the lock; if it ever did, the log would still be a log.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
