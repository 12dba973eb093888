//! Secrets that are read while a function runs: AWS Secrets Manager.
//!
//! The one rule: a secret goes to whoever asked for it and nowhere else; what failed is told by its name alone.

use std::pin::Pin;

use aws_sdk_secretsmanager::Client;

use crate::WorkError;

/// The secrets that a function may read.
#[derive(Clone)]
pub struct Secrets {
    client: Client,
}

impl Secrets {
    /// Secrets on a client that somebody else configured.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The text of a secret, by its ARN.
    ///
    /// # Errors
    /// When it cannot be read, or is no text.
    pub fn read<'a>(
        &'a self,
        arn: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<String, WorkError>> + Send + 'a>> {
        Box::pin(async move {
            let answer = self.client.get_secret_value().secret_id(arn).send().await;
            answer
                .map_err(|error| WorkError::from_sdk("GetSecretValue", &error))?
                .secret_string
                .ok_or_else(|| WorkError::Passing(format!("the secret {arn} is no text")))
        })
    }
}
