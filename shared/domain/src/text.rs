//! Short free texts: comments, reasons, references.
//!
//! The one rule: trimmed, never empty, bounded in characters, no control characters but line
//! breaks and tabs, and where a text is one line not these either.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Rule};

/// A free text of at most `MAX` characters, on one line unless `BREAKS`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MAX: usize, const BREAKS: bool = true>(String);

/// One line in a list: a name, a reference.
pub type Line = Text<200, false>;
/// A reason or a comment.
pub type Note = Text<2_000>;

impl<const MAX: usize, const BREAKS: bool> Text<MAX, BREAKS> {
    /// Trims and checks a text.
    ///
    /// # Errors
    /// [`Rule::InvalidText`] when it is empty, longer than `MAX` characters, holds control
    /// characters, or breaks a line that must be one.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > MAX {
            return Err(Fault::new(
                Rule::InvalidText,
                format!("takes 1 to {MAX} characters, not {length}"),
            ));
        }
        if let Some(control) = text.chars().find(|c| unprintable(*c)) {
            return Err(Fault::new(
                Rule::InvalidText,
                format!("takes no control characters, and holds {control:?}"),
            ));
        }
        if !BREAKS && text.contains(['\n', '\t', '\u{2028}', '\u{2029}']) {
            return Err(Fault::new(
                Rule::InvalidText,
                "takes one line, without line breaks and tabs",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that no document can show as what they are: controls (but line feeds and tabs), and
/// the controls of writing direction, with which a text reads otherwise than it is.
pub(crate) fn unprintable(c: char) -> bool {
    let direction = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    direction || (c.is_control() && c != '\n' && c != '\t')
}

impl<const MAX: usize, const BREAKS: bool> fmt::Display for Text<MAX, BREAKS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize, const BREAKS: bool> TryFrom<String> for Text<MAX, BREAKS> {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl<const MAX: usize, const BREAKS: bool> From<Text<MAX, BREAKS>> for String {
    fn from(text: Text<MAX, BREAKS>) -> Self {
        text.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_bounded_and_printable() {
        assert_eq!(Line::parse("  Αθήνα \n").unwrap().as_str(), "Αθήνα");
        for bad in [
            "",
            " \n\t ",
            "a\u{0}b",
            "a\u{1b}[31mb",
            "safe\u{202e}gpj.exe",
            &"x".repeat(201),
        ] {
            assert_eq!(Line::parse(bad).unwrap_err().rule, Rule::InvalidText);
        }
        assert!(Line::parse(&"é".repeat(200)).is_ok());
    }
}
