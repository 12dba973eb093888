//! How the ledger behaves, as a function's environment says.
//!
//! The one rule: what is not set has a default that is safe on a public chain; what cannot be read stops the function.

use std::str::FromStr;

use sharepact_domain::chain::Wei;
use sharepact_domain::ledger::dispatch::Policy;

use crate::ConfigError;

/// The most events of a batch: their item stays well below what DynamoDB keeps in one.
const MOST: usize = 2_048;

/// Reads the policy from settings: `SHAREPACT_LEDGER_BATCH` (events, 1 to 2,048; 1,024), `SHAREPACT_LEDGER_WAIT` (seconds;
/// 300), `SHAREPACT_LEDGER_CONFIRMATIONS` (blocks; 12), `SHAREPACT_LEDGER_PATIENCE` (seconds; 180),
/// `SHAREPACT_LEDGER_CEILING` (gwei; 200), `SHAREPACT_TRANSFER_AMOUNT` (ether; 0.01) and `SHAREPACT_TRANSFER_MAXIMUM`
/// (ether; 0.1).
///
/// # Errors
/// Names the first variable that cannot be used.
pub fn policy(setting: impl Fn(&str) -> Option<String>) -> Result<Policy, ConfigError> {
    let setting = |name| setting(name).filter(|text| !text.is_empty());
    let ether = |name, default| match setting(name) {
        None => Ok(default),
        Some(text) => Wei::parse_ether(&text)
            .map_err(|_| ConfigError::Unusable(name, "it takes an amount of ether such as 0.01")),
    };
    let number = |name, default, least, most| {
        whole(setting(name), default)
            .filter(|number| (least..=most).contains(number))
            .ok_or(ConfigError::Unusable(name, "the number is not in range"))
    };
    let policy = Policy {
        batch: whole(setting("SHAREPACT_LEDGER_BATCH"), MOST / 2)
            .filter(|number| (1..=MOST).contains(number))
            .ok_or(ConfigError::Unusable(
                "SHAREPACT_LEDGER_BATCH",
                "it takes 1 to 2048",
            ))?,
        wait: number("SHAREPACT_LEDGER_WAIT", 300, 0, 86_400)?,
        confirmations: whole(setting("SHAREPACT_LEDGER_CONFIRMATIONS"), 12)
            .filter(|number| (1..=100).contains(number))
            .ok_or(ConfigError::Unusable(
                "SHAREPACT_LEDGER_CONFIRMATIONS",
                "it takes 1 to 100",
            ))?,
        patience: number("SHAREPACT_LEDGER_PATIENCE", 180, 1, 86_400)?,
        ceiling: whole(setting("SHAREPACT_LEDGER_CEILING"), 200)
            .map(Wei::gwei)
            .ok_or(ConfigError::Unusable(
                "SHAREPACT_LEDGER_CEILING",
                "it takes a number of gwei",
            ))?,
        amount: ether("SHAREPACT_TRANSFER_AMOUNT", Wei::gwei(10_000_000))?,
        maximum: ether("SHAREPACT_TRANSFER_MAXIMUM", Wei::gwei(100_000_000))?,
    };
    match policy.amount <= policy.maximum {
        true => Ok(policy),
        false => Err(ConfigError::Unusable(
            "SHAREPACT_TRANSFER_AMOUNT",
            "it is over SHAREPACT_TRANSFER_MAXIMUM",
        )),
    }
}

/// The same from the function's environment.
#[expect(clippy::disallowed_methods, reason = "this is where settings are read")]
pub(crate) fn policy_from_env() -> Result<Policy, ConfigError> {
    policy(|name| std::env::var(name).ok())
}

fn whole<T: FromStr>(text: Option<String>, default: T) -> Option<T> {
    text.map_or(Some(default), |text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<Policy, ConfigError> {
        policy(|asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn what_is_not_set_has_a_default() {
        let policy = policy(|_| None).unwrap();
        assert_eq!(
            (policy.batch, policy.wait, policy.confirmations),
            (1_024, 300, 12)
        );
        assert_eq!(
            (policy.amount.ether(), policy.maximum.ether()),
            ("0.01".to_owned(), "0.1".to_owned())
        );
        assert_eq!(read("SHAREPACT_LEDGER_WAIT", "").unwrap(), policy);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (name, bad) in [
            ("SHAREPACT_LEDGER_BATCH", "0"),
            ("SHAREPACT_LEDGER_BATCH", "2049"),
            ("SHAREPACT_LEDGER_WAIT", "-1"),
            ("SHAREPACT_LEDGER_CONFIRMATIONS", "0"),
            ("SHAREPACT_LEDGER_CONFIRMATIONS", "potato"),
            ("SHAREPACT_LEDGER_PATIENCE", "0"),
            ("SHAREPACT_LEDGER_CEILING", "1.5"),
            ("SHAREPACT_TRANSFER_AMOUNT", "0"),
            ("SHAREPACT_TRANSFER_AMOUNT", "1"),
            ("SHAREPACT_TRANSFER_MAXIMUM", "many"),
        ] {
            let error = read(name, bad).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
