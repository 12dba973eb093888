//! `cargo run -- ledger`: what an operator prepares before the ledger of a deployed stack is on.
//!
//! The one rule: a key is only ever written encrypted, and never over another.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use sharepact_chain::{Ethereum, Keystore, Vault};
use sharepact_ledger_node::{artefact, give};
use sharepact_runtime::Chain as _;

use crate::Failure;
use crate::cli;

/// What a development node gives, in wei: 1,000 ether.
const GIFT: u128 = 1_000_000_000_000_000_000_000;

/// Makes a key.
///
/// # Errors
/// When there is one in that file, or the password is too short.
pub(crate) fn keystore(options: &cli::Keystore) -> Result<String, Failure> {
    let (file, shown) = (&options.keystore, options.keystore.display());
    let password = read(&options.password_file)?;
    if file.exists() {
        return Err(format!("{shown} is there already, and no key is made over another").into());
    }
    let created = Keystore::create(password.trim_end_matches(['\r', '\n']))?;
    let mut written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(|error| format!("{shown} cannot be written: {error}"))?;
    written.write_all(created.json.as_bytes())?;
    Ok(format!("{}\n", created.address))
}

/// Puts the registry on a chain.
///
/// # Errors
/// When the node does not answer, or the key cannot pay.
pub(crate) async fn deploy(options: &cli::Deploy) -> Result<String, Failure> {
    let vault = |path: &Path| Vault::File(path.to_path_buf());
    let key = Keystore::new(
        vault(&options.key.keystore),
        vault(&options.key.password_file),
    );
    let node = Ethereum::reader(&options.rpc)?.signed_by(key);
    if options.fund {
        let platform = node.platform().await?;
        give(&options.rpc, platform.as_str(), GIFT).await?;
    }
    let registry = node.deploy(&artefact::bytecode()).await?;
    Ok(format!("{registry}\n"))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()).into())
}
