//! A passcode on the wire.
//!
//! The one rule: the code is in the answer that issues it; what is remembered of that answer names the passcode and holds no
//! code.

use serde::{Deserialize, Serialize};
use sharepact_domain::id::PasscodeId;
use sharepact_domain::passcode::{Code, Passcode};
use sharepact_domain::time::Timestamp;
use utoipa::ToSchema;

use crate::{Check, Problem};

/// A passcode that was issued.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Passcode)]
pub struct PasscodeView {
    /// The code: eight characters in two groups. It is shown here and nowhere else.
    #[schema(example = "K7MX-4RTD")]
    pub passcode: String,
    /// Until when it can be used, once.
    pub expires_at: String,
}

/// What is remembered of the answer that issued a passcode.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct KeptPasscode {
    /// The passcode, of whose id the code is derived.
    pub id: PasscodeId,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

impl KeptPasscode {
    /// The answer with the passcode's code.
    #[must_use]
    pub fn revealing(&self, code: &Code) -> PasscodeView {
        PasscodeView {
            passcode: code.reveal(),
            expires_at: self.expires_at.to_string(),
        }
    }
}

impl From<&Passcode> for KeptPasscode {
    fn from(passcode: &Passcode) -> Self {
        Self {
            id: passcode.id,
            expires_at: passcode.expires_at,
        }
    }
}

/// What a provider sends to learn whom a passcode stands for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasscodeGuess)]
pub struct PasscodeBody {
    /// The code as the consumer told it; capitals, hyphens and spaces make no difference.
    #[schema(example = "K7MX-4RTD")]
    pub passcode: String,
}

impl PasscodeBody {
    /// The code, parsed.
    ///
    /// # Errors
    /// What no code looks like.
    pub fn parse(self) -> Result<Code, Problem> {
        let mut check = Check::default();
        let code = check.at("/passcode", Code::parse(&self.passcode));
        check.finish(code)
    }
}

/// Whom a passcode stands for.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PasscodeHolder)]
pub struct ConsumerView {
    /// The organisation's id.
    pub organization_id: String,
    /// What it was called when it issued the passcode.
    pub name: String,
}

impl From<&Passcode> for ConsumerView {
    fn from(passcode: &Passcode) -> Self {
        Self {
            organization_id: passcode.organization.to_string(),
            name: passcode.name.to_string(),
        }
    }
}
