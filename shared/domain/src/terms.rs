//! Contract terms: CommonMark that can be set as a document.
//!
//! The one rule: no raw HTML and no images, so that what both sides read in the API, on a screen
//! and in the PDF is the same text.

use std::fmt;

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::event::Digest;
use crate::fault::{Fault, Rule};
use crate::text::unprintable;

/// The longest terms, in characters.
pub const LONGEST: usize = 100_000;

/// Checked terms, line ends normalised to line feeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Terms(String);

impl Terms {
    /// Checks terms.
    ///
    /// # Errors
    /// [`Rule::TermsTooLong`] over [`LONGEST`] characters, [`Rule::InvalidTerms`] when they are
    /// blank or hold control characters, [`Rule::HtmlInTerms`] for raw HTML or an image.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let length = text.chars().count();
        if length > LONGEST {
            return Err(Fault::new(
                Rule::TermsTooLong,
                format!("takes at most {LONGEST} characters, not {length}"),
            ));
        }
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if text.trim().is_empty() {
            return Err(Fault::new(
                Rule::InvalidTerms,
                "terms are a text in CommonMark, not blank",
            ));
        }
        if let Some(control) = text.chars().find(|c| unprintable(*c)) {
            return Err(Fault::new(
                Rule::InvalidTerms,
                format!("takes no control characters, and holds {control:?}"),
            ));
        }
        if let Some(found) = foreign(&text) {
            return Err(Fault::new(
                Rule::HtmlInTerms,
                format!(
                    "takes CommonMark without raw HTML and images, and holds {found}; a literal < \
                     is written \\<"
                ),
            ));
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text's UTF-8 bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::new(Sha256::digest(self.0.as_bytes()).into())
    }
}

/// The first thing in the text that a plain document cannot show, shortened for a message.
fn foreign(text: &str) -> Option<String> {
    Parser::new_ext(text, Options::empty()).find_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(format!(
            "{:?}",
            html.trim_end().chars().take(40).collect::<String>()
        )),
        Event::Start(Tag::Image { dest_url, .. }) => Some(format!(
            "the image {:?}",
            dest_url.chars().take(40).collect::<String>()
        )),
        _ => None,
    })
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Terms {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl From<Terms> for String {
    fn from(terms: Terms) -> Self {
        terms.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commonmark_passes() {
        for good in [
            "# Use\n\nFor *research* only.\n\n1. No resale\n2. Report use\n",
            "See [the licence](https://example.org/licence) and <https://example.org>.",
            "a < b and b > c, `<script>` in code",
            "    <b>indented code</b>\n",
            "Σύμβαση – договор – Vertrag",
        ] {
            assert!(Terms::parse(good).is_ok(), "{good}");
        }
        assert_eq!(Terms::parse("a\r\nb\rc").unwrap().as_str(), "a\nb\nc");
    }

    #[test]
    fn html_images_blanks_and_controls_do_not() {
        for (bad, rule) in [
            ("<script>alert(1)</script>", Rule::HtmlInTerms),
            ("a <b>bold</b> claim", Rule::HtmlInTerms),
            ("text\n\n<!-- hidden clause -->\n", Rule::HtmlInTerms),
            ("![logo](https://example.org/l.png)", Rule::HtmlInTerms),
            (" \n\t", Rule::InvalidTerms),
            ("bell \u{7}", Rule::InvalidTerms),
        ] {
            assert_eq!(Terms::parse(bad).unwrap_err().rule, rule, "{bad}");
        }
    }

    #[test]
    fn the_limit_counts_characters() {
        assert!(Terms::parse(&"é".repeat(LONGEST)).is_ok());
        let fault = Terms::parse(&"é".repeat(LONGEST + 1)).unwrap_err();
        assert_eq!(fault.rule, Rule::TermsTooLong);
    }

    proptest! {
        #[test]
        fn any_text_is_taken_or_refused_and_taken_again(text in "\\PC{0,200}") {
            if let Ok(terms) = Terms::parse(&text) {
                prop_assert_eq!(Terms::parse(terms.as_str()).unwrap(), terms);
            }
        }
    }
}
