//! Which URLs may be called at all, as far as their spelling says.
//!
//! The one rule: a URL is read by the very parser that the request uses, so that no two readings of
//! it exist; `http://2130706433` and `http://0x7f.1` are 127.0.0.1 by then.

use std::net::IpAddr;

use sharepact_domain::fault::{Fault, Rule};
use url::{Host, Url};

use crate::Reach;

/// The longest URL, in characters.
const LONGEST: usize = 2_048;
/// The port of https.
const HTTPS: u16 = 443;
/// From here on no well-known service answers.
const FIRST_FREE_PORT: u16 = 1_024;

/// A URL that may be called, if its name resolves to addresses that may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub url: Url,
    /// The host, where it is a name and no address.
    pub name: Option<String>,
}

impl Target {
    /// Holds a URL against the rule.
    ///
    /// # Errors
    /// [`Rule::InvalidUrl`], with what would be taken.
    pub(crate) fn parse(text: &str, reach: Reach) -> Result<Self, Fault> {
        if text.len() > LONGEST {
            return refuse(format!("takes at most {LONGEST} characters"));
        }
        let Ok(url) = Url::parse(text) else {
            return refuse("takes an absolute URL, such as https://example.org/events");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("takes a URL without user name and password");
        }
        if url.fragment().is_some() {
            return refuse("takes a URL without a fragment");
        }
        let (name, local) = match url.host() {
            Some(Host::Domain(name)) => (Some(name.to_owned()), name == "localhost"),
            Some(Host::Ipv4(address)) => (None, literal(address.into(), reach)?),
            Some(Host::Ipv6(address)) => (None, literal(address.into(), reach)?),
            None => return refuse("takes a URL with a host"),
        };
        let loopback = reach == Reach::Loopback && local;
        let secure = match url.scheme() {
            "https" => true,
            "http" => loopback,
            _ => false,
        };
        if !secure {
            return refuse("takes an https URL");
        }
        if !loopback && name.as_ref().is_some_and(|name| !name.contains('.')) {
            return refuse("takes a full host name, such as example.org");
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if !loopback && port != HTTPS && port < FIRST_FREE_PORT {
            return refuse(format!(
                "takes port {HTTPS} or one from {FIRST_FREE_PORT} on, not {port}"
            ));
        }
        Ok(Self { url, name })
    }
}

/// An address in the place of a name: nothing resolves it, so it is judged here. Is it loopback?
fn literal(address: IpAddr, reach: Reach) -> Result<bool, Fault> {
    if reach.admits(address) {
        Ok(address.is_loopback())
    } else {
        refuse(format!("takes a public address, and {address} is not one"))
    }
}

fn refuse<T>(detail: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::new(Rule::InvalidUrl, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str, reach: Reach) -> String {
        match Target::parse(text, reach) {
            Ok(target) => panic!("{text} was taken as {}", target.url),
            Err(fault) => {
                assert_eq!(fault.rule, Rule::InvalidUrl);
                fault.detail
            }
        }
    }

    #[test]
    fn public_https_is_taken() {
        for text in [
            "https://example.org",
            "https://example.org/events?tenant=4",
            "https://example.org:8443/events",
            "https://8.8.8.8/events",
            "https://[2606:4700::1111]/events",
            "https://bücher.example/",
        ] {
            Target::parse(text, Reach::Public).unwrap();
        }
    }

    #[test]
    fn whatever_else_is_refused_with_what_would_be_taken() {
        for (text, takes) in [
            ("", "absolute URL"),
            ("example.org/events", "absolute URL"),
            ("/events", "absolute URL"),
            ("https://", "absolute URL"),
            ("https://exa mple.org/", "absolute URL"),
            ("https://example.org:99999/", "absolute URL"),
            ("http://example.org/", "https"),
            ("ftp://example.org/", "https"),
            ("file:///etc/passwd", "host"),
            ("data:text/plain,x", "host"),
            ("https://ana@example.org/", "user name"),
            ("https://ana:secret@example.org/", "user name"),
            ("https://example.org/#part", "fragment"),
            ("https://example.org:22/", "port 443"),
            ("https://example.org:80/", "port 443"),
            ("https://metadata/latest", "full host name"),
            ("https://localhost/", "full host name"),
        ] {
            let detail = refusal(text, Reach::Public);
            assert!(detail.contains(takes), "{text}: {detail}");
        }
        let long = format!("https://example.org/{}", "a".repeat(LONGEST));
        assert!(refusal(&long, Reach::Public).contains("2048"));
    }

    #[test]
    fn every_spelling_of_an_address_is_that_address() {
        for text in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.0.0.1/",
            "https://0177.0.0.1/",
            "https://017700000001/",
            "https://127.0.0.1./",
            "https://\u{ff11}27.0.0.1/",
            "https://%31%32%37.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:7f00:1::]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[fd00:ec2::254]/latest/meta-data/",
            "https://[fe80::1]/",
            "https://0/",
            "https://10.0.0.1/",
            "https://3232235777/",
        ] {
            let detail = refusal(text, Reach::Public);
            assert!(detail.contains("public address"), "{text}: {detail}");
        }
    }

    #[test]
    fn the_switch_for_local_development_opens_loopback_and_nothing_else() {
        for text in [
            "http://127.0.0.1:8080/events",
            "http://localhost/events",
            "http://[::1]:9/events",
            "https://localhost:80/",
            "https://example.org/",
        ] {
            Target::parse(text, Reach::Loopback).unwrap();
        }
        for text in [
            "http://example.org/",
            "http://10.0.0.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/",
            "http://0.0.0.0:8080/",
            "http://[::ffff:127.0.0.1]/",
            "ftp://localhost/",
            "http://ana@localhost/",
        ] {
            refusal(text, Reach::Loopback);
        }
    }
}
