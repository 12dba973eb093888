//! Agreements, quota contracts and sessions to begin with.

use serde_json::{Value, json};
use sharepact_tests::proposal;

use super::{Request, World, definition, post, put};

/// The provider of the ready-made agreement.
pub const PROVIDER: &str = "city-data-office";
/// Its consumer.
pub const CONSUMER: &str = "acme-mobility";

impl World {
    /// The Active agreement of the two ready-made organisations, which is made where there is none; gives its id.
    pub async fn ready_agreement(&self) -> String {
        let listed = super::get("provider-manager", "/framework-agreements?status=Active");
        let listed = self.expect(200, &listed).await.json();
        match listed["items"][0]["id"].as_str() {
            Some(id) => id.to_owned(),
            None => {
                let onward = json!({ "sharing": { "onward": "unlimited" } });
                self.agreed(PROVIDER, CONSUMER, &onward).await
            }
        }
    }

    /// An Active agreement between two organisations; gives its id.
    pub async fn agreed(&self, provider: &str, consumer: &str, changes: &Value) -> String {
        for organization in [provider, consumer] {
            let path = format!("/organizations/{organization}");
            let name = json!({ "name": self.fresh("Fleet") });
            let named = self.by(
                super::patch("stranger", path, name),
                organization,
                &["manager"],
            );
            self.expect_one_of(&[200, 201], named).await;
        }
        let issued = post("stranger", "/passcodes", json!({}));
        let issued = self.by(issued, consumer, &["manager"]);
        let issued = self.expect(201, &issued).await.json();
        let code = issued["passcode"].as_str().expect("a code");
        let proposed = post("stranger", "/framework-agreements", proposal(code, changes));
        let proposed = self.by(proposed, provider, &["manager"]);
        let id = self.expect(201, &proposed).await.id();
        let path = format!("/framework-agreements/{id}/approve");
        let approved = self.by(post("stranger", path, json!({})), consumer, &["manager"]);
        self.expect(200, &approved).await;
        id
    }

    /// A quota contract for so many assets under the ready-made agreement; gives the agreement's id and its own.
    pub async fn quota(&self, assets: u32) -> (String, String) {
        let agreement = self.ready_agreement().await;
        let granted = post(
            "provider-manager",
            format!("/framework-agreements/{agreement}/contracts"),
            json!({ "assetCount": assets, "validTo": "2040-12-31T00:00:00Z" }),
        );
        let contract = self.expect(201, &granted).await.id();
        (agreement, contract)
    }

    /// Assets of the ready-made provider.
    pub async fn assets(&self, count: usize) -> Vec<String> {
        let mut assets = Vec::new();
        for _ in 0..count {
            let id = self.fresh("asset");
            let path = format!("/assets/{id}");
            let registered = put("provider-manager", path, definition("Private"));
            self.expect(201, &registered).await;
            assets.push(id);
        }
        assets
    }

    /// A session of a fresh asset under the ready-made agreement, as its provider sees it.
    pub async fn session(&self) -> Value {
        let agreement = self.ready_agreement().await;
        let made = sessions(&agreement, None, &self.assets(1).await);
        self.expect(201, &made).await.json()["items"][0].clone()
    }

    /// The same, turned on.
    pub async fn running(&self) -> Value {
        let session = self.session().await;
        let id = session["id"].as_str().expect("an id");
        let path = format!("/sessions/{id}/start");
        let started = post("provider-manager", path, json!({}));
        self.expect(200, &started).await.json()
    }
}

/// The ready-made provider makes sessions.
pub fn sessions(agreement: &str, contract: Option<&str>, assets: &[String]) -> Request {
    let mut body = json!({ "agreementId": agreement, "assetIds": assets });
    if let Some(contract) = contract {
        body["contractId"] = json!(contract);
    }
    post("provider-manager", "/sessions", body)
}
