//! Who there is to be locally, and the tokens that say so.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::home::{Home, HomeError, random_hex};
use crate::keys::{KeyError, SigningKey};
use crate::machine;

/// The audience of every local token.
pub const AUDIENCE: &str = "sharepact";

/// How long the ready-made tokens hold.
pub const READY_MADE: TimeDelta = TimeDelta::days(30);

/// Someone to be.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// The name that scripts know it by.
    pub name: &'static str,
    /// The organisation it belongs to.
    pub organization: Option<&'static str>,
    /// The roles it has.
    pub roles: &'static [&'static str],
    /// Who that is, in a few words.
    pub note: &'static str,
}

/// The ready-made identities.
pub const IDENTITIES: &[Identity] = &[
    Identity {
        name: "provider",
        organization: None,
        roles: &[],
        note: "offers data, outside any organisation",
    },
    Identity {
        name: "consumer",
        organization: None,
        roles: &[],
        note: "wants data, outside any organisation",
    },
    Identity {
        name: "stranger",
        organization: None,
        roles: &[],
        note: "party to nothing",
    },
    Identity {
        name: "operator",
        organization: None,
        roles: &["operator"],
        note: "runs the platform and may see any contract",
    },
    Identity {
        name: "manager",
        organization: Some("acme-mobility"),
        roles: &["manager"],
        note: "may bind acme-mobility",
    },
    Identity {
        name: "member",
        organization: Some("acme-mobility"),
        roles: &[],
        note: "may look and request for acme-mobility",
    },
    Identity {
        name: "provider-manager",
        organization: Some("city-data-office"),
        roles: &["manager"],
        note: "may bind city-data-office, which offers data",
    },
    Identity {
        name: "provider-member",
        organization: Some("city-data-office"),
        roles: &[],
        note: "may look and request for city-data-office",
    },
];

/// The user ids of the ready-made identities, by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Users(pub BTreeMap<String, String>);

impl Users {
    /// The users of the state folder; those of a later version are added.
    ///
    /// # Errors
    /// When they can be neither read nor written.
    pub fn open(home: &Home) -> Result<Self, HomeError> {
        const FILE: &str = "users.json";
        let kept: Self = home.read_json(FILE)?.unwrap_or_default();
        let mut users = kept.clone();
        for identity in IDENTITIES {
            if !users.0.contains_key(identity.name) {
                let id = format!("{}-{}", identity.name, random_hex(4)?);
                users.0.insert(identity.name.to_owned(), id);
            }
        }
        if users.0 != kept.0 {
            home.write_json(FILE, &users)?;
        }
        Ok(users)
    }
}

/// Issues tokens under one issuer's address.
#[derive(Clone)]
pub struct Issuer {
    key: Arc<SigningKey>,
    url: String,
}

impl Issuer {
    /// The issuer at `url`.
    #[must_use]
    pub fn new(key: SigningKey, url: impl Into<String>) -> Self {
        Self {
            key: Arc::new(key),
            url: url.into(),
        }
    }

    /// Its address, the tokens' `iss`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key that signs.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// A token with these claims; `iss`, `aud`, `iat`, `nbf` and `exp` are filled in where they are
    /// not given, so that a test can give wrong ones. A claim given as null is left out.
    ///
    /// # Errors
    /// When the claims are no object or the signature fails.
    pub fn mint(&self, claims: Value) -> Result<String, KeyError> {
        let mut claims: Map<String, Value> = serde_json::from_value(claims)?;
        let now = machine::now();
        let defaults = [
            ("iss", json!(self.url)),
            ("aud", json!(AUDIENCE)),
            ("iat", json!(now.timestamp())),
            ("nbf", json!(now.timestamp())),
            ("exp", json!((now + READY_MADE).timestamp())),
        ];
        for (name, value) in defaults {
            claims.entry(name).or_insert(value);
        }
        claims.retain(|_, value| !value.is_null());
        self.key.sign(&claims)
    }

    /// A token for one user.
    ///
    /// # Errors
    /// When the signature fails.
    pub fn mint_for(
        &self,
        user: &str,
        organization: Option<&str>,
        roles: &[impl AsRef<str>],
        expires: DateTime<Utc>,
    ) -> Result<String, KeyError> {
        let roles: Vec<&str> = roles.iter().map(AsRef::as_ref).collect();
        self.mint(json!({
            "sub": user,
            "org": organization,
            "roles": (!roles.is_empty()).then_some(roles),
            "exp": expires.timestamp(),
        }))
    }

    /// The tokens of the ready-made identities, by name.
    ///
    /// # Errors
    /// When a signature fails.
    pub fn ready_made(&self, users: &Users) -> Result<BTreeMap<String, String>, KeyError> {
        let expires = machine::now() + READY_MADE;
        IDENTITIES
            .iter()
            .filter_map(|identity| Some((identity, users.0.get(identity.name)?)))
            .map(|(identity, user)| {
                self.mint_for(user, identity.organization, identity.roles, expires)
                    .map(|token| (identity.name.to_owned(), token))
            })
            .collect()
    }

    /// What `/.well-known/openid-configuration` shows.
    #[must_use]
    pub fn configuration(&self) -> Value {
        json!({
            "issuer": self.url,
            "jwks_uri": format!("{}/.well-known/jwks.json", self.url),
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    }

    /// What `/.well-known/jwks.json` shows.
    #[must_use]
    pub fn key_set(&self) -> Value {
        json!({ "keys": [self.key.public()] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn users_stay_and_new_ones_are_added() {
        let scratch = Scratch::new();
        let home = Home::open(scratch.path()).unwrap();
        let first = Users::open(&home).unwrap();
        assert_eq!(first.0.len(), IDENTITIES.len());
        assert_eq!(Users::open(&home).unwrap().0, first.0);

        let mut fewer = first.clone();
        fewer.0.remove("stranger");
        home.write_json("users.json", &fewer).unwrap();
        let again = Users::open(&home).unwrap();
        assert_eq!(again.0.get("consumer"), first.0.get("consumer"));
        assert_ne!(again.0.get("stranger"), first.0.get("stranger"));
    }
}
