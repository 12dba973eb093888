//! Sessions under a framework agreement, and what they entitle to.

use serde_json::{Value, json};

use crate::{Answer, Framework, Person};

impl Framework {
    /// The provider's session manager asks for sessions of these assets, with these further members.
    pub async fn shares(&self, assets: &[String], besides: &Value) -> Answer {
        let by = &self.provider.sessions;
        by.post("/sessions", &self.sharing(assets, besides)).await
    }

    /// The body that asks for sessions of these assets, with these further members.
    pub fn sharing(&self, assets: &[String], besides: &Value) -> Value {
        let mut body = json!({ "agreementId": self.id, "assetIds": assets });
        for (name, value) in besides.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        body
    }

    /// A session of a new asset of the provider, turned on; gives its id and the asset's.
    pub async fn runs(&self) -> (String, String) {
        let asset = self.provider.manager.offers("Private").await;
        let made = self.shares(std::slice::from_ref(&asset), &json!({})).await;
        let made = made.must(201, "a session manager shares its organisation's asset");
        let session = made["items"][0]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        self.starts(&session).await;
        (session, asset)
    }

    /// The provider turns a session on.
    pub async fn starts(&self, session: &str) -> Answer {
        let path = format!("/sessions/{session}/start");
        let started = self.provider.sessions.post(path, &json!({})).await;
        started.must(200, "the provider turns the data on")
    }

    /// The consumer's entitlement to an asset.
    pub async fn entitled(&self, asset: &str) -> Answer {
        self.consumer.member.entitlement(asset).await
    }
}

impl Person {
    /// Asks whether it may use an asset.
    pub async fn entitlement(&self, asset: &str) -> Answer {
        let answer = self.get("/entitlements").query("assetId", asset).await;
        let answer = answer.must(200, "everybody may ask what it may use");
        let grounds = answer["grounds"].as_array().map(Vec::len);
        assert_eq!(
            grounds.map(|grounds| grounds > 0),
            answer["entitled"].as_bool(),
            "who is entitled is told why\n{answer}"
        );
        answer
    }
}
