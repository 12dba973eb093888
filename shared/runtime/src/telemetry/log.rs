//! Where lines go: standard output in Lambda, which CloudWatch reads; the trace of the program
//! anywhere else, which shows failures and, with `RUST_LOG=info`, everything.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::Level;

type Write = dyn Fn(Level, &str) + Send + Sync;
type Listens = dyn Fn(Level) -> bool + Send + Sync;

/// Takes the lines of a function.
#[derive(Clone)]
pub struct Log {
    write: Arc<Write>,
    listens: Arc<Listens>,
    /// With what CloudWatch makes metrics of?
    pub(super) embeds: bool,
    /// The stack that the function belongs to.
    pub(super) stack: Arc<str>,
    used: Arc<AtomicBool>,
}

/// What a function belongs to that is not deployed.
const NO_STACK: &str = "local";

impl Log {
    /// Standard output, a line each, with metrics.
    ///
    /// `function` is the deployed name, `<stack>-<operation>`; the stack is a dimension of every
    /// metric, so that two of them in one account are told apart.
    #[must_use]
    pub fn stdout(function: &str, operation: &str) -> Self {
        let stack = function
            .strip_suffix(operation)
            .and_then(|stack| stack.strip_suffix('-'))
            .unwrap_or(NO_STACK);
        Self {
            stack: stack.into(),
            ..Self::lines(|_, line| {
                let mut out = std::io::stdout().lock();
                // In one piece: a line that is torn is no JSON. Who else could be told of a failure?
                if out.write_all(format!("{line}\n").as_bytes()).is_ok() {
                    out.flush().ok();
                }
            })
        }
    }

    /// Every line with its metrics, to somebody who looks at them.
    #[must_use]
    pub fn lines(write: impl Fn(Level, &str) + Send + Sync + 'static) -> Self {
        Self {
            write: Arc::new(write),
            listens: Arc::new(|_| true),
            embeds: true,
            stack: NO_STACK.into(),
            used: Arc::default(),
        }
    }

    /// Is this the first invocation?
    pub(super) fn is_first(&self) -> bool {
        !self.used.swap(true, Ordering::Relaxed)
    }

    pub(super) fn listens(&self, level: Level) -> bool {
        (self.listens)(level)
    }

    pub(super) fn write(&self, level: Level, line: &str) {
        (self.write)(level, line);
    }

    /// The same for another function, whose first invocation is still to come.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self {
            used: Arc::default(),
            ..self.clone()
        }
    }
}

impl Default for Log {
    /// The trace of the program, without metrics.
    fn default() -> Self {
        Self {
            listens: Arc::new(|level| match level {
                Level::ERROR => tracing::enabled!(Level::ERROR),
                Level::WARN => tracing::enabled!(Level::WARN),
                _ => tracing::enabled!(Level::INFO),
            }),
            embeds: false,
            ..Self::lines(|level, line| match level {
                Level::ERROR => tracing::error!("{line}"),
                Level::WARN => tracing::warn!("{line}"),
                _ => tracing::info!("{line}"),
            })
        }
    }
}
