//! Which names framework agreements take, as a function's environment says.
//!
//! The one rule: what is not set takes every name; what cannot be read stops the function.

use sharepact_domain::agreement::{Known, Vocabulary};

use crate::ConfigError;

/// Reads the names from settings: `SHAREPACT_VALUE_PROPOSITIONS` and `SHAREPACT_MESSAGES`, each a list with commas.
///
/// # Errors
/// Names the first variable that cannot be used.
pub fn vocabulary(setting: impl Fn(&str) -> Option<String>) -> Result<Vocabulary, ConfigError> {
    let known = |name| {
        Known::read(&setting(name).unwrap_or_default())
            .map_err(|_| ConfigError::Unusable(name, "it takes names with commas between them"))
    };
    Ok(Vocabulary {
        value_propositions: known("SHAREPACT_VALUE_PROPOSITIONS")?,
        messages: known("SHAREPACT_MESSAGES")?,
    })
}

/// The same from the environment.
#[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
pub(crate) fn vocabulary_from_env() -> Result<Vocabulary, ConfigError> {
    vocabulary(|name| std::env::var(name).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_has_its_own_variable_and_a_fault_names_it() {
        let read = |name: &str| match name {
            "SHAREPACT_VALUE_PROPOSITIONS" => Some("location".to_owned()),
            _ => None,
        };
        let vocabulary = vocabulary(read).unwrap();
        assert!(vocabulary.value_propositions.take("status").is_err());
        assert!(vocabulary.messages.take("position").is_ok());
        let fault = super::vocabulary(|_| Some("two words".to_owned())).unwrap_err();
        assert!(
            fault.to_string().contains("SHAREPACT_VALUE_PROPOSITIONS"),
            "{fault}"
        );
    }
}
