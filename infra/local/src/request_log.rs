//! One line per request on standard error: method, path, status, time.
//!
//! The one rule: never a query, a header or a body; they hold user ids, tokens and terms.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::Duration;

use crate::machine;
use http::{Method, StatusCode};

/// The log.
#[derive(Clone, Copy, Debug)]
pub struct RequestLog {
    colours: bool,
}

impl RequestLog {
    /// The log on standard error: coloured on a terminal, unless `NO_COLOR` says otherwise.
    #[must_use]
    pub fn new() -> Self {
        Self {
            colours: stderr().is_terminal()
                && machine::setting("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    pub(crate) fn line(self, method: &Method, path: &str, status: StatusCode, took: Duration) {
        let line = self.format(method, path, status, took);
        // A log that cannot be written must not take the request down.
        if writeln!(stderr(), "{line}").is_err() {
            tracing::debug!("a request was not logged");
        }
    }

    fn format(self, method: &Method, path: &str, status: StatusCode, took: Duration) -> String {
        let (on, off) = if self.colours {
            let on = match status.as_u16() {
                ..400 => "\u{1b}[32m",
                400..500 => "\u{1b}[33m",
                500.. => "\u{1b}[31m",
            };
            (on, "\u{1b}[0m")
        } else {
            ("", "")
        };
        format!(
            "{method:<6} {path} {on}{status}{off} {time:.1} ms",
            method = method.as_str(),
            status = status.as_u16(),
            time = took.as_secs_f64() * 1000.0
        )
    }
}

impl Default for RequestLog {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_happened() {
        let line = |colours| {
            RequestLog { colours }.format(
                &Method::GET,
                "/contracts",
                StatusCode::NOT_FOUND,
                Duration::from_micros(1_250),
            )
        };
        assert_eq!(line(false), "GET    /contracts 404 1.2 ms");
        assert_eq!(
            line(true),
            "GET    /contracts \u{1b}[33m404\u{1b}[0m 1.2 ms"
        );
    }
}
