//! Which request brought an event about, in the form that tracing tools exchange.
//!
//! The one rule: a trace is no part of what happened. It is not hashed, and nothing decides by it.

use std::fmt;

use uuid::Uuid;

/// A trace context as W3C Trace Context has it (`traceparent`, version 00):
/// `00-<32 digits of the trace>-<16 digits of its part>-<2 digits of flags>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceParent(String);

impl TraceParent {
    /// Reads a `traceparent`; none when it is not one, which by the specification is no fault of
    /// the request. Of a later version the part that this one knows is kept.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '-');
        let version = hexadecimal(parts.next()?, 2)?;
        let trace = hexadecimal(parts.next()?, 32).filter(|id| !zero(id))?;
        let span = hexadecimal(parts.next()?, 16).filter(|id| !zero(id))?;
        let flags = hexadecimal(parts.next()?, 2)?;
        let more = parts.next();
        let known = match version {
            "ff" => false,
            "00" => more.is_none(),
            _ => true,
        };
        known.then(|| Self(format!("00-{trace}-{span}-{flags}")))
    }

    /// Reads an `X-Amzn-Trace-Id`: `Root=1-<8>-<24>;Parent=<16>;Sampled=<0|1>`. Without a parent the
    /// root's last digits stand for it.
    #[must_use]
    pub fn from_xray(header: &str) -> Option<Self> {
        let part = |name: &str| {
            header
                .split(';')
                .find_map(|part| part.trim().strip_prefix(name))
        };
        let root = part("Root=1-")?.replace('-', "");
        let trace = hexadecimal(&root, 32).filter(|id| !zero(id))?;
        let span = match part("Parent=") {
            Some(parent) => parent,
            None => trace.get(16..)?,
        };
        let sampled = u8::from(part("Sampled=") == Some("1"));
        Self::parse(&format!("00-{trace}-{span}-0{sampled}"))
    }

    /// The trace of something that nobody traces, known by an id of its own.
    #[must_use]
    pub fn of(id: Uuid) -> Self {
        let trace = id.as_u128().max(1);
        let span = id.as_u64_pair().1.max(1);
        Self(format!("00-{trace:032x}-{span:016x}-00"))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same as an `X-Amzn-Trace-Id`.
    #[must_use]
    pub fn to_xray(&self) -> String {
        let digits = |from, to| self.0.get(from..to).unwrap_or_default();
        let sampled = u8::from_str_radix(digits(53, 55), 16).unwrap_or_default() & 1;
        format!(
            "Root=1-{}-{};Parent={};Sampled={sampled}",
            digits(3, 11),
            digits(11, 35),
            digits(36, 52),
        )
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text, if it is `length` lower-case hexadecimal digits.
fn hexadecimal(text: &str, length: usize) -> Option<&str> {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == length && text.bytes().all(digit)).then_some(text)
}

fn zero(id: &str) -> bool {
    id.bytes().all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const W3C: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const XRAY: &str = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1";

    #[test]
    fn both_forms_say_the_same() {
        let trace = TraceParent::parse(W3C).unwrap();
        assert_eq!(trace.as_str(), W3C);
        assert_eq!(trace.to_xray(), XRAY);
        assert_eq!(TraceParent::from_xray(XRAY), Some(trace));
        let root = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736";
        let alone = TraceParent::from_xray(root).unwrap();
        let expected = "00-4bf92f3577b34da6a3ce929d0e0e4736-a3ce929d0e0e4736-00";
        assert_eq!(alone.as_str(), expected);
    }

    #[test]
    fn what_is_none_is_not_taken() {
        for wrong in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01\"",
        ] {
            assert_eq!(TraceParent::parse(wrong), None, "{wrong}");
        }
        let later = format!("{}-more", W3C.replacen("00-", "01-", 1));
        assert_eq!(TraceParent::parse(&later), TraceParent::parse(W3C));
        for wrong in [
            "",
            "Root=1-1-2",
            "Self=1",
            "Root=2-4bf92f35-77b34da6a3ce929d0e0e4736",
        ] {
            assert_eq!(TraceParent::from_xray(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_id_gives_a_trace_of_its_own() {
        for id in [Uuid::nil(), Uuid::max(), Uuid::from_u128(1 << 64)] {
            let trace = TraceParent::of(id);
            assert_eq!(TraceParent::parse(trace.as_str()), Some(trace.clone()));
            assert_eq!(TraceParent::from_xray(&trace.to_xray()), Some(trace));
        }
    }
}
