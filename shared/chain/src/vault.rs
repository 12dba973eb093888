//! Where secrets are read from: a file of this machine, or AWS Secrets Manager.
//!
//! The one rule: a secret is read when it is needed, is forgotten as soon as it was used, and is in no message and no log.

use std::fmt;
use std::path::PathBuf;

use sharepact_runtime::{ChainError, Secrets};
use zeroize::Zeroizing;

/// The most that a secret may have, in bytes.
const MOST: u64 = 64 * 1024;

/// A place that holds one secret.
#[derive(Clone)]
pub enum Vault {
    /// A file, as local development has it.
    File(PathBuf),
    /// A secret of AWS Secrets Manager, by its ARN.
    Secret(Secrets, String),
}

impl Vault {
    /// The secret, without the line break that editors leave at its end.
    ///
    /// # Errors
    /// [`ChainError::Unusable`], naming the place.
    pub(crate) async fn read(&self) -> Result<Zeroizing<String>, ChainError> {
        let text = match self {
            Self::File(path) => {
                let unusable =
                    |why: String| ChainError::Unusable(format!("{}: {why}", path.display()));
                let known = tokio::fs::metadata(path).await;
                let length = known.map_err(|error| unusable(error.to_string()))?.len();
                if length > MOST {
                    return Err(unusable(format!("it has more than {MOST} bytes")));
                }
                let read = tokio::fs::read_to_string(path).await;
                read.map_err(|error| unusable(error.to_string()))?
            }
            Self::Secret(secrets, arn) => secrets
                .read(arn)
                .await
                .map_err(|error| ChainError::Unusable(error.to_string()))?,
        };
        let text = Zeroizing::new(text);
        Ok(Zeroizing::new(
            text.trim_end_matches(['\r', '\n']).to_owned(),
        ))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Secret(_, arn) => write!(f, "Secret({arn})"),
        }
    }
}
