//! Whom the demo talks to, and as whom.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use crate::cli::Tale;

/// Why a description cannot be followed.
#[derive(Debug, Error)]
pub(crate) enum TargetError {
    /// The file is not there or cannot be read.
    #[error(
        "{} cannot be read ({why}): start a stack with `cargo run`, or name its local.json with --target",
        .path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        why: std::io::Error,
    },
    /// The file is no such description.
    #[error("{} describes no stack: {why}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: serde_json::Error,
    },
    /// Somebody is missing.
    #[error(
        "the target has no {0}: it takes a token and a user id of each of the cast, and the organisations of those who have one"
    )]
    Missing(&'static str),
}

/// A stack, local or deployed, that the demo can walk against.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Target {
    /// The API's address.
    pub url: String,
    /// A token for each of the cast.
    pub tokens: BTreeMap<String, String>,
    /// Their user ids.
    pub users: BTreeMap<String, String>,
    /// Their organisations, for those who have one.
    #[serde(default)]
    pub organizations: BTreeMap<String, String>,
}

impl Target {
    /// Reads a description: `local.json`, or a file of the same form.
    pub(crate) fn read(path: &Path) -> Result<Self, TargetError> {
        let path = path.to_path_buf();
        match std::fs::read(&path) {
            Err(why) => Err(TargetError::Unreadable { path, why }),
            Ok(text) => {
                serde_json::from_slice(&text).map_err(|why| TargetError::Damaged { path, why })
            }
        }
    }

    /// Token and user id of one of the cast.
    pub(crate) fn identity(&self, who: Who) -> Result<(&str, &str), TargetError> {
        let name = who.name();
        let token = self.tokens.get(name);
        let user = self.users.get(name);
        token
            .zip(user)
            .map(|(token, user)| (token.as_str(), user.as_str()))
            .ok_or(TargetError::Missing(name))
    }
}

impl Target {
    /// The organisation of one of the cast.
    pub(crate) fn organization(&self, who: Who) -> Result<&str, TargetError> {
        let found = self.organizations.get(who.name());
        found
            .map(String::as_str)
            .ok_or(TargetError::Missing(who.name()))
    }
}

/// The cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Offers the data.
    Provider,
    /// Wants the data.
    Consumer,
    /// Has nothing to do with it.
    Stranger,
    /// Manages an organisation that rents vehicles out.
    Owner,
    /// Manages an organisation that rents them.
    Renter,
}

impl Who {
    /// Those of a story.
    pub(crate) fn cast(tale: Tale) -> [Self; 3] {
        match tale {
            Tale::Marketplace => [Self::Provider, Self::Consumer, Self::Stranger],
            Tale::Framework => [Self::Owner, Self::Renter, Self::Stranger],
        }
    }

    /// The name in the story.
    pub(crate) fn part(self) -> &'static str {
        match self {
            Self::Provider | Self::Consumer | Self::Stranger => self.name(),
            Self::Owner => "owner",
            Self::Renter => "renter",
        }
    }

    /// The name in descriptions.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Consumer => "consumer",
            Self::Stranger => "stranger",
            Self::Owner => "provider-manager",
            Self::Renter => "manager",
        }
    }
}
