//! Where deliveries go.
//!
//! The one rule: an address may hold a capability in its path or query, so only its origin is told
//! to others. Whether it may be called is judged by whoever calls it, each time.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Rule};

/// The longest address, in characters.
const LONGEST: usize = 2_048;

/// The address of a webhook: an absolute http or https URL in ASCII.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint(String);

impl Endpoint {
    /// Takes a URL as the parser of outgoing requests has spelled it.
    ///
    /// # Errors
    /// [`Rule::InvalidUrl`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let absolute = ["https://", "http://"]
            .iter()
            .any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
        if absolute && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Fault::new(
                Rule::InvalidUrl,
                format!("takes an absolute https URL of at most {LONGEST} characters"),
            ))
        }
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &str {
        let host = self.0.find("://").map_or(0, |at| at + 3);
        let rest = self.0.get(host..).unwrap_or_default();
        let length = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        self.0.get(..host + length).unwrap_or_default()
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.origin())
    }
}

impl TryFrom<String> for Endpoint {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_origin_is_told() {
        for (url, origin) in [
            ("https://example.org", "https://example.org"),
            ("https://example.org/T0/B1/s3cret", "https://example.org"),
            ("https://example.org?key=s3cret", "https://example.org"),
            ("http://[::1]:9000/x?y=/z", "http://[::1]:9000"),
        ] {
            let endpoint = Endpoint::parse(url).unwrap();
            assert_eq!(endpoint.origin(), origin);
            assert!(!format!("{endpoint:?}").contains("s3cret"));
        }
        for bad in ["", "https://", "example.org", "ftp://a", "https://a b"] {
            assert_eq!(Endpoint::parse(bad).unwrap_err().rule, Rule::InvalidUrl);
        }
    }
}
