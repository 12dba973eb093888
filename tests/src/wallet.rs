//! A person's wallet: challenges, and what is signed.

use serde_json::{Value, json};
use sharepact_chain::possession::Key;

use crate::{Answer, Person};

/// A wallet that nobody else has.
pub fn fresh_key() -> Key {
    Key::random().expect("a key is made")
}

/// Signs a text as `personal_sign` does.
pub fn signed(key: &Key, text: &str) -> String {
    key.sign(text).expect("a text is signed").to_string()
}

/// What a registration holds: the answer to a challenge, signed with this key.
pub fn answered(challenge: &Answer, key: &Key) -> Value {
    json!({
        "address": key.address(),
        "challenge": challenge["challenge"],
        "signature": signed(key, &challenge.text("message")),
    })
}

impl Person {
    /// Where the wallet of the person's side is.
    pub fn wallet(&self) -> String {
        format!("/wallets/{}", self.owner())
    }

    /// Asks for a challenge for an address.
    pub async fn challenged(&self, address: &str) -> Answer {
        let path = format!("{}/challenge", self.wallet());
        self.post(path, &json!({ "address": address }))
            .await
            .must(200, "whoever may register a wallet is told what to sign")
    }

    /// What the person sends to register the address of this key: a fresh challenge, signed.
    pub async fn proves(&self, key: &Key) -> Value {
        answered(&self.challenged(key.address().as_str()).await, key)
    }

    /// Registers the address of this key.
    pub async fn uses(&self, key: &Key) -> Answer {
        let body = self.proves(key).await;
        self.put(self.wallet(), &body).await
    }

    /// Sees to it that the person's side has a wallet.
    pub async fn has_wallet(&self) {
        if self.get(self.wallet()).await.status == 404 {
            self.uses(&fresh_key())
                .await
                .must(201, "the first address of an owner is registered");
        }
    }
}
