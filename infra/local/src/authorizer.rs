//! The JWT authoriser as API Gateway's HTTP API has it: what it refuses, and how it hands the claims
//! on.
//!
//! The one rule: RS256 by a key of the issuer, named by its `kid`. Neither the token's own choice of
//! algorithm nor a key it brings along counts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::keys::{KeyError, SigningKey};

/// Why a token was refused; the text goes into `www-authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is none.
    #[error("no token")]
    Missing,
    /// Not a JWT.
    #[error("invalid token")]
    Malformed,
    /// Not RS256.
    #[error("signing method is invalid")]
    Algorithm,
    /// No key of the issuer has its `kid`.
    #[error("signing key not found")]
    Key,
    /// The signature does not fit.
    #[error("the token's signature is invalid")]
    Signature,
    /// Another issuer.
    #[error("invalid issuer")]
    Issuer,
    /// For somebody else.
    #[error("invalid audience")]
    Audience,
    /// Over.
    #[error("the token has expired")]
    Expired,
    /// Not yet.
    #[error("the token is not valid yet")]
    Early,
}

/// Checks tokens against one issuer and one audience.
pub struct Authorizer {
    key: DecodingKey,
    key_id: String,
    issuer: String,
    audience: String,
}

impl Authorizer {
    /// Trusts the keys of `issuer`.
    ///
    /// # Errors
    /// When the key has no public form.
    pub fn new(key: &SigningKey, issuer: &str, audience: &str) -> Result<Self, KeyError> {
        Ok(Self {
            key: DecodingKey::from_jwk(key.public())?,
            key_id: key.id().to_owned(),
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
        })
    }

    /// The claims of the token in an `Authorization` header.
    ///
    /// # Errors
    /// Why it does not open the door.
    pub fn check(
        &self,
        header: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Map<String, Value>, Refusal> {
        let (scheme, token) = header
            .and_then(|header| header.trim().split_once(' '))
            .ok_or(Refusal::Missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refusal::Missing);
        }
        let token = token.trim();
        let header = header_of(token).ok_or(Refusal::Malformed)?;
        if header.get("alg").and_then(Value::as_str) != Some("RS256") {
            return Err(Refusal::Algorithm);
        }
        if header.get("kid").and_then(Value::as_str) != Some(self.key_id.as_str()) {
            return Err(Refusal::Key);
        }
        // Only the signature is checked there: the claims follow below, against a clock that is
        // handed in and by API Gateway's rules, which know `client_id` and no leeway.
        let mut signature_only = Validation::new(Algorithm::RS256);
        signature_only.required_spec_claims.clear();
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        let claims = jsonwebtoken::decode::<Map<String, Value>>(token, &self.key, &signature_only)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidSignature => Refusal::Signature,
                _ => Refusal::Malformed,
            })?
            .claims;
        self.check_claims(&claims, now)?;
        Ok(claims)
    }

    fn check_claims(&self, claims: &Map<String, Value>, now: DateTime<Utc>) -> Result<(), Refusal> {
        if claims.get("iss").and_then(Value::as_str) != Some(self.issuer.as_str()) {
            return Err(Refusal::Issuer);
        }
        // `client_id` counts only where there is no `aud`.
        let audience = claims.get("aud").or_else(|| claims.get("client_id"));
        let ours = match audience {
            Some(Value::String(one)) => *one == self.audience,
            Some(Value::Array(many)) => many.iter().any(|one| *one == self.audience.as_str()),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
                false
            }
        };
        if !ours {
            return Err(Refusal::Audience);
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds since 1970 are exact far beyond any date"
        )]
        let now = now.timestamp() as f64;
        match claims.get("exp").and_then(Value::as_f64) {
            Some(expires) if now < expires => {}
            Some(_) | None => return Err(Refusal::Expired),
        }
        for name in ["nbf", "iat"] {
            match claims.get(name).map(Value::as_f64) {
                None => {}
                Some(Some(from)) if from <= now => {}
                Some(Some(_) | None) => return Err(Refusal::Early),
            }
        }
        Ok(())
    }
}

/// What a token says of itself, of which nothing is believed yet.
fn header_of(token: &str) -> Option<Map<String, Value>> {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    serde_json::from_slice(&header).ok()
}

/// The claims as API Gateway hands them to a function: every value a string.
#[must_use]
pub fn stringify(claims: &Map<String, Value>) -> Map<String, Value> {
    claims
        .iter()
        .map(|(name, value)| (name.clone(), Value::String(text(value))))
        .collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(text).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Object(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|(name, value)| format!("{name}:{}", text(value)))
                .collect();
            format!("map[{}]", entries.join(" "))
        }
    }
}

#[cfg(test)]
mod tests;
