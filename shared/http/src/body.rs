//! JSON bodies, read strictly: unknown members, wrong types and duplicates are refused with a JSON
//! Pointer, and a refusal names what would be taken.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};
use sharepact_domain::fault::{Fault, Violation};

use crate::problem::Place;
use crate::{Problem, ProblemType};

/// The largest body, in bytes: terms at their limit with every character escaped, and a margin.
pub(crate) const LARGEST: usize = 2 * 1024 * 1024;

/// Reads a body. An absent one reads as `{}`, so that commands without data need none.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.len() > LARGEST {
        return Err(Problem::new(
            ProblemType::TooLarge,
            format!(
                "the body takes at most {LARGEST} bytes, not {}",
                bytes.len()
            ),
        ));
    }
    let bytes = if bytes.iter().all(u8::is_ascii_whitespace) {
        b"{}"
    } else {
        bytes
    };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| explain(error.path(), error.inner()))?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::at(
        ProblemType::MalformedJson,
        Place::Pointer(String::new()),
        format!("takes one JSON object: {error}"),
    )
}

/// serde's own words name the member in backquotes; the pointer gets it too.
fn explain(path: &Path, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => return malformed(error),
        Category::Data => {}
    }
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    let named = text.split('`').nth(1);
    let (kind, member) = if text.starts_with("unknown field") {
        (ProblemType::UnknownMember, named)
    } else if text.starts_with("missing field") {
        (ProblemType::MissingMember, named)
    } else if text.starts_with("duplicate field") {
        (ProblemType::MalformedJson, named)
    } else {
        (ProblemType::WrongType, None)
    };
    let mut pointer = pointer(path);
    // The path of an unknown member ends in it, that of a missing one in its parent.
    if let Some(member) = member {
        let last = format!("/{}", escape(member));
        if !pointer.ends_with(&last) {
            pointer.push_str(&last);
        }
    }
    Problem::at(kind, Place::Pointer(pointer), text)
}

fn pointer(path: &Path) -> String {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escape(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// Collects the faults of a body's values, so that a caller hears of all of them at once.
#[derive(Debug, Default)]
pub struct Check(Vec<Violation>);

impl Check {
    /// The value, or its fault noted with its place.
    pub fn at<T>(&mut self, pointer: &str, outcome: Result<T, Fault>) -> Option<T> {
        outcome.map_err(|fault| self.0.push(fault.at(pointer))).ok()
    }

    /// Notes a value that may be absent; an absent one is no fault.
    pub fn optional<T>(&mut self, pointer: &str, outcome: Option<Result<T, Fault>>) -> Option<T> {
        outcome.and_then(|outcome| self.at(pointer, outcome))
    }

    /// What was noted so far.
    #[must_use]
    pub fn violations(&mut self) -> &mut Vec<Violation> {
        &mut self.0
    }

    /// The value made of all the others, or every fault.
    ///
    /// # Errors
    /// The faults.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            Some(_) | None => Err(self.0.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    #[expect(dead_code, reason = "only read")]
    struct Order {
        price: String,
        #[serde(default)]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Line {
        field: String,
    }

    #[test]
    fn whatever_is_wrong_is_named_with_its_place() {
        for (body, slug, pointer) in [
            ("", "missing-member", "/price"),
            ("{", "malformed-json", ""),
            ("[]", "wrong-type", ""),
            ("null", "wrong-type", ""),
            ("{\"price\":\"1\"} x", "malformed-json", ""),
            ("{\"price\":1}", "wrong-type", "/price"),
            ("{\"price\":\"1\",\"cost\":2}", "unknown-member", "/cost"),
            ("{\"price\":\"1\",\"a/b\":2}", "unknown-member", "/a~1b"),
            (
                "{\"price\":\"1\",\"price\":\"2\"}",
                "malformed-json",
                "/price",
            ),
            (
                "{\"price\":\"1\",\"lines\":[{\"field\":\"a\"},{}]}",
                "missing-member",
                "/lines/1/field",
            ),
            (
                "{\"price\":\"1\",\"lines\":[{\"field\":null}]}",
                "wrong-type",
                "/lines/0/field",
            ),
            ("{\"price\":\"1\",\"lines\":{}}", "wrong-type", "/lines"),
            ("\u{feff}{}", "malformed-json", ""),
        ] {
            let problem = read::<Order>(body.as_bytes()).unwrap_err();
            let (kind, place, _) = &problem.errors[0];
            assert_eq!(
                (kind.slug(), place),
                (slug, &Place::Pointer(pointer.to_owned())),
                "{body}"
            );
        }
        let deep = "[".repeat(10_000);
        assert_eq!(
            read::<Order>(deep.as_bytes()).unwrap_err().kind.status(),
            400
        );
        assert_eq!(
            read::<Order>(&[0xff, 0xfe]).unwrap_err().kind.slug(),
            "malformed-json"
        );
        assert_eq!(
            read::<Order>(&vec![b' '; LARGEST + 1])
                .unwrap_err()
                .kind
                .slug(),
            "payload-too-large"
        );
    }
}
