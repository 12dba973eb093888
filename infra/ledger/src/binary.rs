//! Where the node's program is.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use thiserror::Error;

/// There is no program to start.
#[derive(Debug, Error)]
#[error(
    "there is no development chain to start: run `infra/ledger/node`, which installs one, or set SHAREPACT_ANVIL to the \
     path of an anvil{0}"
)]
pub struct NoBinary(String);

/// The program: the given one, else the one that `SHAREPACT_ANVIL` names, else `anvil` of the path, else the one that
/// `infra/ledger/node` has installed.
#[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
pub(crate) fn find(given: Option<&Path>) -> Result<PathBuf, NoBinary> {
    let named = given
        .map(Path::to_path_buf)
        .or_else(|| std::env::var_os("SHAREPACT_ANVIL").map(PathBuf::from))
        .filter(|path| !path.as_os_str().is_empty());
    if let Some(path) = named {
        return match path.is_file() {
            true => Ok(path),
            false => Err(NoBinary(format!(" ({} is none)", path.display()))),
        };
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join("anvil"))
        .find(|path| path.is_file())
        .or_else(installed)
        .ok_or_else(|| NoBinary(String::new()))
}

/// The script knows where the cache is; with this option it installs nothing.
fn installed() -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    let output = Command::new(script)
        .arg("--installed")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end());
    (output.status.success() && path.is_file()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_says_what_to_run() {
        let error = find(Some(Path::new("/nowhere/anvil")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("infra/ledger/node"), "{error}");
        assert!(error.contains("/nowhere/anvil"), "{error}");
    }
}
