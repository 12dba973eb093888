//! Framework agreements between organisations that nobody else in the world has.

use serde_json::{Value, json};

use super::{Request, World, patch, post};

/// An agreement, and the organisations that it is between.
pub struct Agreed {
    pub id: String,
    pub provider: String,
    pub consumer: String,
}

impl Agreed {
    /// The path of a command, or of the agreement itself for an empty one.
    pub fn path(&self, command: &str) -> String {
        match command {
            "" => format!("/framework-agreements/{}", self.id),
            command => format!("/framework-agreements/{}/{command}", self.id),
        }
    }
}

impl World {
    /// An organisation with a name; gives its id.
    pub async fn organization(&self) -> String {
        let id = self.fresh("organization");
        let name = json!({ "name": format!("Fleet {id}") });
        let named = patch("stranger", format!("/organizations/{id}"), name);
        self.expect(201, &self.by(named, &id, &["administrator"]))
            .await;
        id
    }

    /// A request of a contract manager of an organisation.
    pub fn contracts(&self, organization: &str, request: Request) -> Request {
        self.by(request, organization, &["contract-manager"])
    }

    /// A passcode of an organisation.
    pub async fn passcode_of(&self, organization: &str) -> String {
        let issue = post("stranger", "/passcodes", json!({}));
        let issue = self.contracts(organization, issue);
        let issued = self.expect(201, &issue).await.json();
        issued["passcode"].as_str().expect("a code").to_owned()
    }

    /// A proposal of one organisation to another, with these members besides.
    pub async fn proposal(&self, provider: &str, consumer: &str, besides: &Value) -> Request {
        let mut body = frame();
        body["passcode"] = json!(self.passcode_of(consumer).await);
        for (name, value) in besides.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.contracts(provider, post("stranger", "/framework-agreements", body))
    }

    /// An agreement in this status, Pending or Active.
    pub async fn agreement(&self, status: &str) -> Agreed {
        let (provider, consumer) = (self.organization().await, self.organization().await);
        let proposal = self.proposal(&provider, &consumer, &json!({})).await;
        let made = self.expect(201, &proposal).await.json();
        let agreed = Agreed {
            id: made["id"].as_str().expect("an id").to_owned(),
            provider,
            consumer,
        };
        if status == "Active" {
            let approved = post("stranger", agreed.path("approve"), json!({}));
            let approved = self.contracts(&agreed.consumer, approved);
            self.expect(200, &approved).await;
        }
        agreed
    }

    /// A contract for this many assets under an agreement; gives its id.
    pub async fn granted(&self, agreed: &Agreed, assets: u32) -> String {
        let body = json!({ "assetCount": assets, "validTo": "2026-12-31T00:00:00Z" });
        let granted = post("stranger", agreed.path("contracts"), body);
        let granted = self.contracts(&agreed.provider, granted);
        let granted = self.expect(201, &granted).await.json();
        granted["id"].as_str().expect("an id").to_owned()
    }
}

/// What the agreements of this world say.
pub fn frame() -> Value {
    json!({
        "sharing": { "extent": "full", "overlappingSessions": false, "onward": "none", "automaticStart": false },
        "contractNeeded": false,
        "valuePropositions": ["location"],
        "payer": "provider",
    })
}
