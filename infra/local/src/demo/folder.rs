//! A folder that is there for one run and gone after it.

use std::fs::{self, DirBuilder};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// The folder; dropping it removes it with all that is in it.
pub(crate) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Makes a folder that was not there before, for its owner alone: others may write to where
    /// temporary files are kept.
    pub(crate) fn new(purpose: &str) -> Result<Self> {
        let (parent, process) = (std::env::temp_dir(), std::process::id());
        for attempt in 0..1_000 {
            let path = parent.join(format!("sharepact-{purpose}-{process}-{attempt}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => {
                    let said = format!("making {} failed: {error}", path.display());
                    return Err(Error::new(error.kind(), said));
                }
            }
        }
        let said = format!("{} is full of folders like ours", parent.display());
        Err(Error::new(ErrorKind::AlreadyExists, said))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "a temporary folder stays");
        }
    }
}
