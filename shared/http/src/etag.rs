//! Entity tags and the preconditions made of them (RFC 9110, section 13).
//!
//! The one rule: a tag is the aggregate's version; a contract that time has ended has a tag of its
//! own, since its representation changed without a write; a webhook's tag also counts what was
//! noted of its deliveries, which it shows; a wallet's tag also says what was found on the chain.

use lambda_http::http::{HeaderMap, header};

use crate::{Problem, ProblemType};

/// The strong entity tag of a version. `lapsed` when time has changed what the version shows.
#[must_use]
pub fn entity_tag(version: u64, lapsed: bool) -> String {
    if lapsed {
        format!("\"{version}-lapsed\"")
    } else {
        format!("\"{version}\"")
    }
}

/// The strong entity tag of a version that is shown with what workers have noted beside it.
#[must_use]
pub fn noted_tag(version: u64, notes: u64) -> String {
    format!("\"{version}.{notes}\"")
}

/// The strong entity tag of a version that is shown with what was found elsewhere, which changes without a write: whatever
/// is shown of that, word by word.
#[must_use]
pub fn live_tag(version: u64, found: &[&str]) -> String {
    format!("\"{version}.{}\"", found.join("."))
}

/// What the caller demands of the present state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    if_match: Option<Vec<String>>,
    if_none_match: Option<Vec<String>>,
}

impl Precondition {
    /// Reads `If-Match` and `If-None-Match`.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Self {
        let tags = |name| {
            let values: Vec<_> = headers.get_all(name).iter().collect();
            (!values.is_empty()).then(|| {
                let texts = values.iter().filter_map(|value| value.to_str().ok());
                texts
                    .flat_map(|text| text.split(','))
                    .map(|tag| tag.trim().to_owned())
                    .collect()
            })
        };
        Self {
            if_match: tags(header::IF_MATCH),
            if_none_match: tags(header::IF_NONE_MATCH),
        }
    }

    /// The same of the version alone, for a change of what is shown with a [`live_tag`]: nobody who changes it has a say in
    /// what is found elsewhere.
    #[must_use]
    pub fn of_version(&self) -> Self {
        let versions = |tags: &Option<Vec<String>>| {
            let tags = tags.as_ref()?.iter();
            let versions = tags.map(|tag| match tag.split_once('.') {
                Some((version, found)) if found.ends_with('"') => format!("{version}\""),
                Some(_) | None => tag.clone(),
            });
            Some(versions.collect())
        };
        Self {
            if_match: versions(&self.if_match),
            if_none_match: versions(&self.if_none_match),
        }
    }

    /// Holds `If-Match` against the present tag; none when there is nothing yet.
    ///
    /// # Errors
    /// `stale-version` (412), naming the present tag.
    pub fn check(&self, present: Option<&str>) -> Result<(), Problem> {
        let holds = match (&self.if_match, present) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(tags), Some(present)) => tags.iter().any(|tag| tag == "*" || tag == present),
        };
        let fresh = match (&self.if_none_match, present) {
            (None, _) | (_, None) => true,
            (Some(tags), Some(present)) => {
                !tags.iter().any(|tag| tag == "*" || weak(tag) == present)
            }
        };
        match (holds && fresh, present) {
            (true, _) => Ok(()),
            (false, Some(present)) => Err(Problem::new(
                ProblemType::StaleVersion,
                format!("the present entity tag is {present}: read again before you change it"),
            )),
            (false, None) => Err(Problem::new(
                ProblemType::StaleVersion,
                "there is nothing yet that could match If-Match",
            )),
        }
    }

    /// Has the caller of a GET the present representation already?
    #[must_use]
    pub fn is_current(&self, present: &str) -> bool {
        self.if_none_match
            .as_ref()
            .is_some_and(|tags| tags.iter().any(|tag| tag == "*" || weak(tag) == present))
    }
}

/// `If-None-Match` compares weakly.
fn weak(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, value: &str) -> Precondition {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        Precondition::read(&headers)
    }

    #[test]
    fn if_match_is_strong_and_if_none_match_weak() {
        for (value, present, holds) in [
            ("\"3\"", Some("\"3\""), true),
            ("\"2\", \"3\"", Some("\"3\""), true),
            ("*", Some("\"3\""), true),
            ("W/\"3\"", Some("\"3\""), false),
            ("\"2\"", Some("\"3\""), false),
            ("3", Some("\"3\""), false),
            ("*", None, false),
        ] {
            assert_eq!(
                read("if-match", value).check(present).is_ok(),
                holds,
                "{value}"
            );
        }
        assert!(read("if-none-match", "W/\"3\"").is_current("\"3\""));
        assert!(!read("if-none-match", "\"2\"").is_current("\"3\""));
        assert!(read("if-none-match", "*").check(None).is_ok());
        assert!(read("if-none-match", "*").check(Some("\"1\"")).is_err());
        assert!(Precondition::default().check(None).is_ok());
    }

    #[test]
    fn a_change_is_held_against_the_version_of_a_live_tag() {
        let tag = live_tag(3, &["on", "0.01", "confirmed"]);
        assert_eq!(tag, "\"3.on.0.01.confirmed\"");
        for (tag, holds) in [
            (tag.as_str(), true),
            ("\"3.off.none\"", true),
            ("\"3\"", true),
            ("\"2.on.0.01.confirmed\"", false),
            ("\"3.on", false),
            ("3.on", false),
            ("W/\"3.on\"", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("if-match", tag.parse().unwrap());
            let demanded = Precondition::read(&headers).of_version();
            assert_eq!(demanded.check(Some("\"3\"")).is_ok(), holds, "{tag}");
        }
        let known = read("if-none-match", "\"3.off.none\"");
        assert!(!known.is_current(&tag));
        assert!(known.is_current(&live_tag(3, &["off", "none"])));
    }
}
