//! An e-mail address of a person.
//!
//! The one rule: `local@domain` as it is typed into a form: no display name, no address in brackets, no quotes, and at most
//! 254 characters, which is the longest that can be sent to.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Rule};

/// The longest address, in bytes of UTF-8.
const LONGEST: usize = 254;

/// An e-mail address, spelled as it was given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Checks an address.
    ///
    /// # Errors
    /// [`Rule::InvalidEmail`], with the accepted form.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let options = Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        let plain = text.len() <= LONGEST
            && !text.contains('"')
            && !text
                .chars()
                .any(|c| c.is_whitespace() || crate::text::unprintable(c));
        if plain && EmailAddress::parse_with_options(text, options).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(Fault::new(
                Rule::InvalidEmail,
                format!(
                    "takes an e-mail address such as ana@example.org, at most {LONGEST} characters"
                ),
            ))
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address of a person is nothing for a log.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_and_anything_else_is_not() {
        for good in [
            "ana@example.org",
            "ana.maria+fleet@mail.example.co.uk",
            "o'neill@example.org",
            "müller@example.de",
        ] {
            assert_eq!(Email::parse(good).unwrap().as_str(), good);
        }
        let long = format!("{}@{}.org", "a".repeat(64), "b.".repeat(100));
        for bad in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "ana@localhost",
            "ana@[127.0.0.1]",
            "ana@@example.org",
            "ana@example..org",
            " ana@example.org",
            "ana@example.org\r\nBcc: eve@example.org",
            "Ana <ana@example.org>",
            "\"ana maria\"@example.org",
            "ana@example.org,eve@example.org",
            &long,
        ] {
            assert_eq!(
                Email::parse(bad).unwrap_err().rule,
                Rule::InvalidEmail,
                "{bad}"
            );
        }
    }

    #[test]
    fn an_address_is_in_no_debug_output() {
        let email = Email::parse("ana@example.org").unwrap();
        assert!(!format!("{email:?}").contains("ana"));
    }
}
