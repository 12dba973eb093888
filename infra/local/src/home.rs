//! The state folder: who may use it, and how its private files are written.
//!
//! The one rule: one stack per folder. The lock is held by the operating system, so a stack that
//! was killed leaves nothing behind that has to be cleaned up by hand.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::rand;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why the state folder cannot be used.
#[derive(Debug, Error)]
pub enum HomeError {
    /// Another stack holds the folder.
    #[error(
        "another stack already runs on {}: stop it, or choose another folder with --home", .0.display()
    )]
    InUse(PathBuf),
    /// The operating system refused.
    #[error("{action} {} failed: {source}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file that the stack wrote earlier can no longer be read.
    #[error("{} is damaged ({why}): remove it and start again", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The random number generator failed.
    #[error("the random number generator of this machine failed")]
    Randomness,
}

/// What the stack keeps secret between two starts.
#[derive(Clone, Serialize, Deserialize)]
pub struct Secrets {
    /// Seals cursors and challenges (`SHAREPACT_SEALING_KEY`). Folders of earlier versions call it by what it sealed then.
    #[serde(alias = "cursors")]
    pub seals: String,
    /// The access key that the embedded S3 accepts.
    pub access: String,
    /// The secret that goes with it.
    pub secret: String,
}

/// The state folder.
#[derive(Debug)]
pub struct Home {
    root: PathBuf,
    /// Held for as long as the stack lives; closing the file releases it.
    _lock: Option<File>,
}

impl Home {
    /// Opens the folder for one stack: creates it when it is missing, and takes its lock.
    ///
    /// # Errors
    /// When another stack holds the folder, or it cannot be written.
    pub fn open(root: &Path) -> Result<Self, HomeError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(root)
            .map_err(|source| failed("creating", root, source))?;
        let root = root
            .canonicalize()
            .map_err(|source| failed("opening", root, source))?;
        let path = root.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|source| failed("opening", &path, source))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HomeError::InUse(root)),
            Err(TryLockError::Error(source)) => return Err(failed("locking", &path, source)),
        }
        let home = Self {
            root,
            _lock: Some(lock),
        };
        // The folder holds keys: it stays out of version control wherever it is put.
        home.write(".gitignore", b"*\n")?;
        Ok(home)
    }

    /// Looks into a folder that a stack may be running on, without taking its lock.
    #[must_use]
    pub fn look(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            _lock: None,
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Writes a file that only its owner may read: whole, or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), HomeError> {
        let path = self.path(name);
        let draft = self.path(&format!("{name}.new"));
        // A draft of a stack that was killed would keep its own permissions.
        match fs::remove_file(&draft) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(failed("removing", &draft, source)),
        }
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&draft)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&draft, &path)
        };
        write().map_err(|source| failed("writing", &path, source))
    }

    /// Reads a file; `None` when there is none.
    ///
    /// # Errors
    /// When it is there but cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, HomeError> {
        let path = self.path(name);
        let mut content = Vec::new();
        match File::open(&path).and_then(|mut file| file.read_to_end(&mut content)) {
            Ok(_) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed("reading", &path, source)),
        }
    }

    /// Reads a JSON file; `None` when there is none.
    ///
    /// # Errors
    /// When it is there but is not what it should be.
    pub fn read_json<T: for<'de> Deserialize<'de>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, HomeError> {
        self.read(name)?
            .map(|content| {
                serde_json::from_slice(&content).map_err(|error| self.damaged(name, &error))
            })
            .transpose()
    }

    /// Writes a JSON file that only its owner may read.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_json(&self, name: &str, content: &impl Serialize) -> Result<(), HomeError> {
        let mut text =
            serde_json::to_string_pretty(content).map_err(|error| self.damaged(name, &error))?;
        text.push('\n');
        self.write(name, text.as_bytes())
    }

    /// The stack's secrets: made at the first start, kept from then on.
    ///
    /// # Errors
    /// When they can be neither read nor made.
    pub fn secrets(&self) -> Result<Secrets, HomeError> {
        const FILE: &str = "secrets.json";
        if let Some(secrets) = self.read_json(FILE)? {
            return Ok(secrets);
        }
        let secrets = Secrets {
            seals: random_hex(32)?,
            access: format!("LOCAL{}", random_hex(8)?.to_uppercase()),
            secret: random_hex(20)?,
        };
        self.write_json(FILE, &secrets)?;
        Ok(secrets)
    }

    pub(crate) fn damaged(&self, name: &str, why: &dyn std::fmt::Display) -> HomeError {
        HomeError::Damaged {
            path: self.path(name),
            why: why.to_string(),
        }
    }
}

/// `bytes` random bytes in hexadecimal.
pub(crate) fn random_hex(bytes: usize) -> Result<String, HomeError> {
    let mut buffer = vec![0_u8; bytes];
    rand::fill(&mut buffer).map_err(|_| HomeError::Randomness)?;
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    Ok(buffer
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect())
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> HomeError {
    HomeError::Io {
        action,
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn one_stack_per_folder_and_the_lock_goes_with_it() {
        let scratch = Scratch::new();
        let first = Home::open(scratch.path()).unwrap();
        assert!(matches!(
            Home::open(scratch.path()),
            Err(HomeError::InUse(_))
        ));
        drop(first);
        Home::open(scratch.path()).unwrap();
    }

    #[test]
    fn secrets_are_private_and_stay() {
        let scratch = Scratch::new();
        let home = Home::open(scratch.path()).unwrap();
        let secrets = home.secrets().unwrap();
        assert!(secrets.seals.len() >= 32);
        assert_eq!(home.secrets().unwrap().seals, secrets.seals);
        let mode = fs::metadata(home.path("secrets.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let mode = fs::metadata(home.root()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let scratch = Scratch::new();
        let home = Home::open(scratch.path()).unwrap();
        home.write("secrets.json", b"{").unwrap();
        let error = home.secrets().err().unwrap().to_string();
        assert!(error.contains("secrets.json is damaged"), "{error}");
    }
}
