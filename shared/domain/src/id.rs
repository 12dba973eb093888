//! Identifiers: one newtype per kind of thing, one constructor each.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fault::{Fault, Rule};

/// The longest identifier that comes from outside, in characters.
const LONGEST: usize = 128;

fn check(text: &str) -> Result<(), Fault> {
    let fits = (1..=LONGEST).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._:@|-".contains(c));
    if fits {
        Ok(())
    } else {
        Err(Fault::new(
            Rule::InvalidId,
            format!(
                "an id has 1 to {LONGEST} characters, letters, digits and . _ : @ | -, and starts \
                 with a letter or a digit"
            ),
        ))
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks an identifier.
            ///
            /// # Errors
            /// [`Rule::InvalidId`], with the accepted form.
            pub fn parse(text: &str) -> Result<Self, Fault> {
                check(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The identifier's text.
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
                check(&text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

text_id! {
    /// A user, by the identity provider's `sub`.
    UserId
}
text_id! {
    /// An organisation, by the identity provider's `org`.
    OrganizationId
}
text_id! {
    /// An asset, by the id its owner registered it under.
    AssetId
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a UUID that the caller made (version 7, so that ids sort by time).
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// Reads the hyphenated lower-case form, and no other.
            ///
            /// # Errors
            /// [`Rule::InvalidId`], with the accepted form.
            pub fn parse(text: &str) -> Result<Self, Fault> {
                Uuid::try_parse(text)
                    .ok()
                    .map(Self)
                    .filter(|id| id.to_string() == text)
                    .ok_or_else(|| {
                        Fault::new(
                            Rule::InvalidId,
                            "takes a UUID in lower case with hyphens, such as \
                             0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d",
                        )
                    })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

uuid_id! {
    /// A contract.
    ContractId
}
uuid_id! {
    /// A framework agreement.
    AgreementId
}
uuid_id! {
    /// Many sessions that were made at once.
    AllotmentId
}
uuid_id! {
    /// A webhook.
    WebhookId
}
uuid_id! {
    /// An event.
    EventId
}
uuid_id! {
    /// A transfer of ether; made of its address and key, not of the time.
    TransferId
}
uuid_id! {
    /// A batch of the ledger.
    BatchId
}
uuid_id! {
    /// A profile: an organisation's template of settings.
    ProfileId
}
uuid_id! {
    /// A passcode; it is no part of the code.
    PasscodeId
}
uuid_id! {
    /// An invitation; it is no part of the token.
    InvitationId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_identity_providers_fit_and_key_separators_do_not() {
        for good in ["42", "auth0|62f1", "0192f0c1-2d3e-7a4b", "ana@example.org"] {
            assert!(UserId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "#a", "a#b", "-a", "a b", "é", "a/b", &"a".repeat(129)] {
            assert_eq!(
                UserId::parse(bad).unwrap_err().rule,
                Rule::InvalidId,
                "{bad}"
            );
        }
    }

    #[test]
    fn contract_ids_have_one_spelling() {
        let text = "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d";
        assert_eq!(ContractId::parse(text).unwrap().to_string(), text);
        for bad in [
            text.to_uppercase(),
            text.replace('-', ""),
            format!("{{{text}}}"),
        ] {
            assert!(ContractId::parse(&bad).is_err(), "{bad}");
        }
    }
}
