//! What a function reads from its environment, once, at start.

use sharepact_http::SealingKey;
use thiserror::Error;

/// The settings of a function.
pub struct Config {
    /// `SHAREPACT_TABLE`: the DynamoDB table.
    pub table: String,
    /// `SHAREPACT_SEALING_KEY`: the secret that seals cursors and challenges, at least 32 characters.
    pub seals: SealingKey,
    /// `AWS_LAMBDA_FUNCTION_NAME`, which Lambda sets: the deployed function's name.
    pub function: String,
}

/// A setting that is missing or unusable. Names the variable, never its value.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The variable is not set.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// The variable's value cannot be used.
    #[error("the environment variable {0} is not usable: {1}")]
    Unusable(&'static str, &'static str),
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// Names the first variable that is missing or unusable.
    #[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
    pub fn from_env() -> Result<Self, ConfigError> {
        let read = |name| std::env::var(name).map_err(|_| ConfigError::Missing(name));
        Ok(Self {
            function: std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
            table: read("SHAREPACT_TABLE")?,
            seals: SealingKey::new(read("SHAREPACT_SEALING_KEY")?.as_bytes()).ok_or(
                ConfigError::Unusable("SHAREPACT_SEALING_KEY", "it takes at least 32 characters"),
            )?,
        })
    }
}
