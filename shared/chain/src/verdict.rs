//! What the words of different nodes mean. The protocol knows codes for requests that make no sense, and none for
//! transactions that do not fit; so geth, erigon, nethermind, besu, reth and anvil each say it in their own words.
//!
//! The one rule: words that nobody has seen before are a refusal with those words, never a guess.

use sharepact_runtime::{ChainError, Sent};

/// The most that is told of a node's words, in characters.
const LONGEST: usize = 300;

/// geth, erigon, reth: "already known"; besu: "Known transaction"; nethermind: `AlreadyKnown`; anvil: "already imported";
/// erigon: "existing tx with same hash".
const TAKEN: &[&str] = &[
    "already known",
    "alreadyknown",
    "known transaction",
    "transaction_already_known",
    "already imported",
    "existing tx with same hash",
];

/// geth, erigon, reth, anvil: "nonce too low"; besu: "Nonce too low" or `NONCE_TOO_LOW`; nethermind: `OldNonce`.
const NONCE_USED: &[&str] = &["nonce too low", "nonce_too_low", "oldnonce"];

/// geth, reth, besu, anvil: "replacement transaction underpriced"; erigon: "could not replace existing tx" too;
/// nethermind: `ReplacementNotAllowed`.
const UNDERPRICED: &[&str] = &[
    "replacement transaction underpriced",
    "transaction_replacement_underpriced",
    "could not replace existing tx",
    "replacementnotallowed",
];

/// geth, erigon, reth: "insufficient funds for gas * price + value"; nethermind: `InsufficientFunds`; besu: "Upfront cost
/// exceeds account balance"; anvil: "Insufficient funds for gas * price + value".
const INSUFFICIENT_FUNDS: &[&str] = &[
    "insufficient funds",
    "insufficientfunds",
    "insufficient_funds",
    "upfront cost exceeds account balance",
    "upfront_cost_exceeds_balance",
];

/// Those of a node that has too much to do, or of whoever stands before it.
const BUSY: &[&str] = &["rate limit", "too many requests", "limit exceeded"];

/// The code of a limit that was exceeded (EIP-1474).
const LIMIT_EXCEEDED: i64 = -32005;

fn says(words: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| words.contains(phrase))
}

/// A node's answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl Words {
    /// What they mean to whoever handed over a transaction.
    pub(crate) fn of_sending(&self, method: &'static str) -> Result<Sent, ChainError> {
        let words = self.message.to_lowercase();
        if says(&words, TAKEN) {
            Ok(Sent::Taken)
        } else if says(&words, NONCE_USED) {
            Ok(Sent::NonceUsed)
        } else if says(&words, UNDERPRICED) {
            Ok(Sent::Underpriced)
        } else {
            Err(self.of_anything(method))
        }
    }

    /// What they mean to anyone else.
    pub(crate) fn of_anything(&self, method: &'static str) -> ChainError {
        let words = self.message.to_lowercase();
        let told = self.message.chars().filter(|c| !c.is_control());
        let reason: String = told.take(LONGEST).collect();
        if says(&words, INSUFFICIENT_FUNDS) {
            ChainError::InsufficientFunds
        } else if self.code == LIMIT_EXCEEDED || says(&words, BUSY) {
            ChainError::Unreachable(format!("it has too much to do: {reason}"))
        } else {
            ChainError::Refused { method, reason }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sending(code: i64, message: &str) -> Result<Sent, ChainError> {
        let message = message.to_owned();
        Words { code, message }.of_sending("eth_sendRawTransaction")
    }

    #[test]
    fn nodes_say_the_same_in_different_words() {
        for (node, words, expected) in [
            ("geth", "already known", Sent::Taken),
            ("besu", "Known transaction", Sent::Taken),
            ("nethermind", "AlreadyKnown", Sent::Taken),
            ("erigon", "existing tx with same hash", Sent::Taken),
            ("anvil", "transaction already imported", Sent::Taken),
            (
                "geth",
                "nonce too low: next nonce 7, tx nonce 6",
                Sent::NonceUsed,
            ),
            ("besu", "Nonce too low", Sent::NonceUsed),
            (
                "nethermind",
                "OldNonce, Current nonce: 7, nonce of rejected tx: 6.",
                Sent::NonceUsed,
            ),
            (
                "geth",
                "replacement transaction underpriced",
                Sent::Underpriced,
            ),
            (
                "besu",
                "Replacement transaction underpriced",
                Sent::Underpriced,
            ),
            (
                "nethermind",
                "ReplacementNotAllowed, existing tx is better",
                Sent::Underpriced,
            ),
            ("erigon", "could not replace existing tx", Sent::Underpriced),
        ] {
            assert_eq!(sending(-32000, words), Ok(expected), "{node}: {words}");
        }
        for words in [
            "insufficient funds for gas * price + value: balance 0, tx cost 1, overshot 1",
            "InsufficientFunds, Account balance: 0, cumulative cost: 1",
            "Upfront cost exceeds account balance",
            "Insufficient funds for gas * price + value",
        ] {
            assert_eq!(
                sending(-32000, words),
                Err(ChainError::InsufficientFunds),
                "{words}"
            );
        }
    }

    #[test]
    fn words_that_are_not_known_are_told_as_they_are() {
        let refused = sending(-32000, "max fee per gas\n less than block base fee").unwrap_err();
        let reason = "max fee per gas less than block base fee".to_owned();
        let method = "eth_sendRawTransaction";
        assert_eq!(refused, ChainError::Refused { method, reason });
        let Err(ChainError::Refused { reason, .. }) = sending(-32000, &"x".repeat(9_000)) else {
            panic!("it is refused");
        };
        assert_eq!(reason.len(), LONGEST);
        // Below the pool's own least price: there is nothing that it could replace.
        assert!(matches!(
            sending(-32000, "transaction underpriced"),
            Err(ChainError::Refused { .. })
        ));
        for (code, words) in [
            (-32005, "daily request count exceeded"),
            (429, "Too Many Requests"),
        ] {
            assert!(matches!(
                sending(code, words),
                Err(ChainError::Unreachable(_))
            ));
        }
    }
}
