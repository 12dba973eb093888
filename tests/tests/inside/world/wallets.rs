//! Wallets whose keys the tests hold, and proofs made with them.

use serde_json::{Value, json};
use sharepact_tests::{Key, signed};

use super::{Answer, Door, Request, World, post, put};

/// One of the tests' keys: the same for the same number.
pub fn key(number: u8) -> Key {
    Key::from_bytes(&[number + 1; 32]).expect("the bytes are a key")
}

/// The request for a challenge.
pub fn challenge(who: &'static str, owner: &str, key: &Key) -> Request {
    let body = json!({ "address": key.address() });
    post(who, format!("/wallets/{owner}/challenge"), body)
}

/// The request that answers it.
pub fn registration(who: &'static str, owner: &str, key: &Key, challenge: &Answer) -> Request {
    let told: Value = challenge.json();
    let message = told["message"].as_str().expect("a message");
    let body = json!({
        "address": key.address(),
        "challenge": told["challenge"],
        "signature": signed(key, message),
    });
    put(who, format!("/wallets/{owner}"), body)
}

impl Door {
    /// Registers a wallet.
    pub async fn wallet(&self, who: &'static str, owner: &str, key: &Key) {
        let told = self.send(&challenge(who, owner, key)).await;
        let told = told.expect("the stack answers");
        let answer = self.send(&registration(who, owner, key, &told)).await;
        let answer = answer.expect("the stack answers");
        assert!(answer.status < 300, "{answer:?}");
    }
}

impl World {
    /// The request that registers a wallet, with a fresh proof.
    pub async fn proof(&self, who: &'static str, owner: &str, key: &Key) -> Request {
        let told = self.expect(200, &challenge(who, owner, key)).await;
        registration(who, owner, key, &told)
    }

    /// Makes sure that an identity has a wallet: its organisation's, or its own.
    pub async fn wallet(&self, who: &'static str, owner: &str, key: &Key) {
        self.door.wallet(who, owner, key).await;
    }
}
