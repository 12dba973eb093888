//! What an organisation sets for itself, and what a profile hands down to those that it onboards.
//!
//! The one rule: every value is one that software of others reads as it stands: a zone of the IANA database, a language tag of
//! BCP 47, a host name, an https address.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Rule};

/// The longest host name, in characters (RFC 1035).
const LONGEST_HOST: usize = 253;
/// The longest label of a host name, in characters.
const LONGEST_LABEL: usize = 63;
/// The longest language tag, in characters.
const LONGEST_TAG: usize = 35;
/// The longest address of a logo, in characters.
const LONGEST_URL: usize = 2_048;

/// What an organisation sets for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The time zone that its days are in.
    pub time_zone: TimeZone,
    /// The language of what is written to it.
    pub language: Language,
    /// The domain that it is reached under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<HostName>,
    /// May support act in its name?
    pub impersonation: bool,
    /// Its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
}

impl Default for Settings {
    /// UTC, English, and nothing else: what holds until an administrator says otherwise.
    fn default() -> Self {
        Self {
            time_zone: TimeZone("Etc/UTC".to_owned()),
            language: Language("en".to_owned()),
            domain: None,
            impersonation: false,
            logo: None,
        }
    }
}

/// A logo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Logo {
    /// Where its picture is. Nothing here ever calls it.
    pub url: LogoUrl,
    /// Is it shown?
    pub visible: bool,
}

macro_rules! checked {
    ($(#[$doc:meta])* $name:ident, $check:expr, $takes:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks a text.
            ///
            /// # Errors
            /// [`Rule::InvalidSettings`], with the accepted form.
            pub fn parse(text: &str) -> Result<Self, Fault> {
                let check: fn(&str) -> Option<String> = $check;
                check(text)
                    .map(Self)
                    .ok_or_else(|| Fault::new(Rule::InvalidSettings, $takes))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Fault;

            fn try_from(text: String) -> Result<Self, Fault> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

checked! {
    /// A time zone, by its name in the IANA database.
    TimeZone,
    |text| text.parse::<chrono_tz::Tz>().ok().map(|zone| zone.name().to_owned()),
    "takes the name of a time zone in the IANA database, such as Europe/Berlin"
}
checked! {
    /// A language, by its BCP 47 tag in the usual spelling.
    Language,
    |text| {
        let short = text.len() <= LONGEST_TAG;
        let tag = oxilangtag::LanguageTag::parse_and_normalize(text).ok().filter(|_| short)?;
        Some(tag.into_inner())
    },
    "takes a language tag as in BCP 47, such as de or pt-BR, at most 35 characters"
}
checked! {
    /// A host name with a domain, in lower case.
    HostName,
    |text| is_host(text).then(|| text.to_ascii_lowercase()),
    "takes a host name such as fleet.example.org: letters, digits and hyphens between dots, at most 253 characters"
}
checked! {
    /// The https address of a picture.
    LogoUrl,
    |text| is_picture(text).then(|| text.to_owned()),
    "takes an https URL with a host name and neither user name nor spaces, at most 2,048 characters"
}

fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // The last label of an address in digits is a number; that of a name is not.
    let named = text
        .rsplit_once('.')
        .is_some_and(|(_, last)| last.bytes().any(|byte| byte.is_ascii_alphabetic()));
    text.len() <= LONGEST_HOST && named && text.split('.').all(label)
}

fn is_picture(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest.get(..end).unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok_and(|port| port > 0) => host,
        Some(_) => return false,
        None => host,
    };
    // What would have to be escaped in a page is no part of an address.
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}'".contains(&byte));
    text.len() <= LONGEST_URL && plain && is_host(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_languages_are_those_of_their_registers() {
        for good in [
            "Europe/Berlin",
            "Etc/UTC",
            "America/Argentina/Buenos_Aires",
            "UTC",
        ] {
            assert_eq!(TimeZone::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "Berlin",
            "Europe/Atlantis",
            "europe/berlin",
            "+02:00",
            "CEST?",
        ] {
            assert_eq!(
                TimeZone::parse(bad).unwrap_err().rule,
                Rule::InvalidSettings,
                "{bad}"
            );
        }
        for (given, spelled) in [
            ("de", "de"),
            ("PT-br", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
        ] {
            assert_eq!(Language::parse(given).unwrap().as_str(), spelled);
        }
        for bad in [
            "",
            "german language",
            "d",
            "de_DE",
            "de-",
            &"de-".repeat(20),
        ] {
            assert_eq!(
                Language::parse(bad).unwrap_err().rule,
                Rule::InvalidSettings,
                "{bad}"
            );
        }
    }

    #[test]
    fn hosts_are_names_and_pictures_are_behind_https() {
        assert_eq!(
            HostName::parse("Fleet.Example.org").unwrap().as_str(),
            "fleet.example.org"
        );
        assert!(HostName::parse("xn--bcher-kva.example").is_ok());
        for bad in [
            "",
            "localhost",
            "a..b",
            "-a.org",
            "a-.org",
            "127.0.0.1",
            "a b.org",
            "bücher.example",
            "a.org.",
            "a.org/x",
        ] {
            assert_eq!(
                HostName::parse(bad).unwrap_err().rule,
                Rule::InvalidSettings,
                "{bad}"
            );
        }
        for good in [
            "https://example.org/logo.svg",
            "https://cdn.example.org:8443/l?v=2#x",
        ] {
            assert_eq!(LogoUrl::parse(good).unwrap().as_str(), good);
        }
        let long = format!("https://example.org/{}", "a".repeat(LONGEST_URL));
        for bad in [
            "http://example.org/logo.svg",
            "https://",
            "https:///logo.svg",
            "https://ana@example.org/logo.svg",
            "https://example.org:0/",
            "https://example.org:x/",
            "https://10.0.0.1/logo.svg",
            "https://example.org/\"onload=x",
            "javascript:alert(1)",
            "https://example.org/a b",
            &long,
        ] {
            assert_eq!(
                LogoUrl::parse(bad).unwrap_err().rule,
                Rule::InvalidSettings,
                "{bad}"
            );
        }
    }

    #[test]
    fn the_default_is_valid() {
        let settings = Settings::default();
        let read: Settings =
            serde_json::from_value(serde_json::to_value(&settings).unwrap()).unwrap();
        assert_eq!(read, settings);
    }
}
