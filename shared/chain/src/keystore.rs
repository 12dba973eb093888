//! The signer whose key stands in an encrypted file: Web3 secret storage, version 3, with scrypt.
//!
//! The one rule: the key is decrypted once, in memory, when it is first needed. It is in no setting, no message, no log and
//! no other file; nothing here takes a key in clear.

use std::fmt;

use ethers_core::rand::thread_rng;
use ethers_core::types::H256;
use ethers_signers::{LocalWallet, Signer as _};
use serde::Deserialize;
use sharepact_domain::wallet::Address;
use sharepact_runtime::{Asked, ChainError};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use crate::hexadecimal::address;
use crate::{Signature, Signer, Vault};

/// The fewest characters of a password that a new keystore is made with: its key stands and falls with it.
const LEAST_PASSWORD: usize = 20;

/// A keystore and its password, and the key once it was needed.
pub struct Keystore {
    json: Vault,
    password: Vault,
    opened: OnceCell<LocalWallet>,
}

/// A new keystore.
#[derive(Clone, Debug)]
pub struct Created {
    /// The encrypted key, as JSON.
    pub json: String,
    /// The key's address.
    pub address: Address,
}

impl Keystore {
    /// A keystore that is read when it is first needed.
    #[must_use]
    pub fn new(json: Vault, password: Vault) -> Self {
        Self {
            json,
            password,
            opened: OnceCell::new(),
        }
    }

    /// Makes a new key and encrypts it. Takes about 0.1 s, and blocks as long.
    ///
    /// # Errors
    /// [`ChainError::Unusable`] for a password of less than 20 characters, or when there is no place for a temporary file.
    pub fn create(password: &str) -> Result<Created, ChainError> {
        if password.chars().count() < LEAST_PASSWORD {
            return Err(unusable(format!(
                "its password takes at least {LEAST_PASSWORD} characters"
            )));
        }
        // The library writes files only. What it writes is encrypted.
        let folder = tempfile::tempdir().map_err(unusable)?;
        let (wallet, _) = LocalWallet::new_keystore(
            folder.path(),
            &mut thread_rng(),
            password.as_bytes(),
            Some(FILE),
        )
        .map_err(unusable)?;
        let json = std::fs::read_to_string(folder.path().join(FILE)).map_err(unusable)?;
        Ok(Created {
            json,
            address: address(&wallet.address())?,
        })
    }

    async fn key(&self) -> Result<&LocalWallet, ChainError> {
        self.opened
            .get_or_try_init(|| async {
                let (json, password) = tokio::try_join!(self.json.read(), self.password.read())?;
                let opening = spawn_blocking(move || open(&json, &password));
                opening.await.map_err(|_| unusable("it cannot be read"))?
            })
            .await
    }
}

/// The name of the file in a folder of its own.
const FILE: &str = "keystore.json";

fn unusable(why: impl fmt::Display) -> ChainError {
    ChainError::Unusable(format!("the keystore: {why}"))
}

fn open(json: &Zeroizing<String>, password: &Zeroizing<String>) -> Result<LocalWallet, ChainError> {
    check(json)?;
    // The library reads files only: one that only this user may read, and still encrypted.
    let folder = tempfile::tempdir().map_err(unusable)?;
    let file = folder.path().join(FILE);
    std::fs::write(&file, json.as_bytes()).map_err(unusable)?;
    LocalWallet::decrypt_keystore(&file, password.as_bytes())
        .map_err(|_| unusable("it does not open with this password"))
}

/// What is looked at before the library is: it trusts what it reads, and would ask for any amount of memory.
#[derive(Deserialize)]
struct Outline {
    version: u8,
    crypto: Crypto,
}

#[derive(Deserialize)]
struct Crypto {
    cipher: String,
    ciphertext: String,
    cipherparams: CipherParams,
    kdf: String,
    kdfparams: KdfParams,
}

#[derive(Deserialize)]
struct CipherParams {
    iv: String,
}

#[derive(Deserialize)]
struct KdfParams {
    dklen: u8,
    n: u32,
    p: u32,
    r: u32,
}

fn check(json: &str) -> Result<(), ChainError> {
    let Ok(outline) = serde_json::from_str::<Outline>(json) else {
        return Err(unusable(
            "takes the JSON of Web3 secret storage with scrypt",
        ));
    };
    let crypto = &outline.crypto;
    let kdf = &crypto.kdfparams;
    let known = outline.version == 3 && crypto.cipher == "aes-128-ctr" && crypto.kdf == "scrypt";
    let sized =
        crypto.ciphertext.len() == 64 && crypto.cipherparams.iv.len() == 32 && kdf.dklen == 32;
    // What geth makes is 2^18, 8, 1, and takes 256 MB.
    let bounded = kdf.n.is_power_of_two()
        && (1 << 10..=1 << 18).contains(&kdf.n)
        && (1..=8).contains(&kdf.r)
        && (1..=8).contains(&kdf.p);
    if known && sized && bounded {
        Ok(())
    } else {
        Err(unusable(
            "takes version 3 with aes-128-ctr and scrypt, n up to 2^18, r and p up to 8",
        ))
    }
}

impl Signer for Keystore {
    fn address(&self) -> Asked<'_, Address> {
        Box::pin(async move { address(&self.key().await?.address()) })
    }

    fn sign<'a>(&'a self, digest: &'a [u8; 32]) -> Asked<'a, Signature> {
        Box::pin(async move {
            let signature = self.key().await?.sign_hash(H256(*digest));
            let signature = signature.map_err(|_| unusable("its key cannot sign"))?;
            let (mut r, mut s) = ([0; 32], [0; 32]);
            signature.r.to_big_endian(&mut r);
            signature.s.to_big_endian(&mut s);
            Ok(Signature {
                r,
                s,
                odd: signature.v == 28,
            })
        })
    }
}

impl fmt::Debug for Keystore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keystore")
            .field("json", &self.json)
            .field("password", &self.password)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
