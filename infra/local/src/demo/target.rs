//! Whom the demo talks to, and as whom.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

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
        "the target has no {0}: it takes a token and a user id of each provider, consumer and stranger"
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

/// The cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Offers the data.
    Provider,
    /// Wants the data.
    Consumer,
    /// Has nothing to do with it.
    Stranger,
}

impl Who {
    /// Everyone.
    pub(crate) const ALL: [Self; 3] = [Self::Provider, Self::Consumer, Self::Stranger];

    /// The name in descriptions and in the story.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Consumer => "consumer",
            Self::Stranger => "stranger",
        }
    }
}
