//! The key pair that signs the local tokens.
//!
//! The one rule: the private key is made on this machine at the first start and never leaves the
//! state folder.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Serialize;
use thiserror::Error;

use crate::home::{Home, HomeError};

/// Where the private key is kept, as PKCS#8.
const FILE: &str = "signing-key.pk8";

/// Why there is no key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// The state folder cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The key cannot be made or used.
    #[error("the signing key cannot be {0}")]
    Unusable(&'static str),
    /// Its public half cannot be written as a JWK.
    #[error("the signing key has no public form: {0}")]
    Public(#[from] jsonwebtoken::errors::Error),
    /// The claims are no JSON.
    #[error("the claims are no JSON: {0}")]
    Claims(#[from] serde_json::Error),
}

/// The key pair.
pub struct SigningKey {
    pair: KeyPair,
    jwk: Jwk,
    id: String,
}

impl SigningKey {
    /// The key of the state folder, made when there is none yet.
    ///
    /// # Errors
    /// When the key cannot be made, or what is there is no key.
    pub fn open(home: &Home) -> Result<Self, KeyError> {
        if let Some(key) = Self::find(home)? {
            return Ok(key);
        }
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Unusable("made"))?;
        let der = pair.as_der().map_err(|_| KeyError::Unusable("written"))?;
        home.write(FILE, der.as_ref())?;
        Self::of(pair)
    }

    /// The key of the state folder, if it has one.
    ///
    /// # Errors
    /// When what is there is no key.
    pub fn find(home: &Home) -> Result<Option<Self>, KeyError> {
        home.read(FILE)?
            .map(|der| {
                let pair =
                    KeyPair::from_pkcs8(&der).map_err(|_| home.damaged(FILE, &"not an RSA key"))?;
                Self::of(pair)
            })
            .transpose()
    }

    fn of(pair: KeyPair) -> Result<Self, KeyError> {
        let public = DecodingKey::from_rsa_der(pair.public_key().as_ref());
        let mut jwk = Jwk::from_decoding_key(&public, Some(Algorithm::RS256))?;
        let id = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { pair, jwk, id })
    }

    /// The key's identifier, `kid`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public half, as `jwks.json` shows it.
    #[must_use]
    pub fn public(&self) -> &Jwk {
        &self.jwk
    }

    /// A signed token (RS256) with these claims.
    ///
    /// # Errors
    /// When the claims are no JSON or the signature fails.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = serde_json::json!({ "alg": "RS256", "typ": "JWT", "kid": self.id });
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims)?)
        );
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| KeyError::Unusable("used to sign"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_key_is_made_once_and_kept_private() {
        let scratch = Scratch::new();
        let home = Home::open(scratch.path()).unwrap();
        assert!(SigningKey::find(&home).unwrap().is_none());
        let first = SigningKey::open(&home).unwrap();
        let second = SigningKey::open(&home).unwrap();
        assert_eq!(first.id(), second.id());
        let mode = std::fs::metadata(home.path(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);

        let other = Scratch::new();
        let elsewhere = SigningKey::open(&Home::open(other.path()).unwrap()).unwrap();
        assert_ne!(first.id(), elsewhere.id());
    }

    #[test]
    fn what_is_no_key_is_named() {
        let scratch = Scratch::new();
        let home = Home::open(scratch.path()).unwrap();
        home.write(FILE, b"junk").unwrap();
        let error = SigningKey::open(&home).err().unwrap().to_string();
        assert!(error.contains("signing-key.pk8 is damaged"), "{error}");
    }
}
