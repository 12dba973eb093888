//! Who calls.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{Answer, Api, Call, asset, request, unique};

/// Somebody with a token, or without one.
#[derive(Clone)]
pub struct Person {
    /// The API that the person calls.
    pub api: Api,
    /// The name in this suite.
    pub name: String,
    /// The user id.
    pub user: String,
    /// The organisation that the token is for.
    pub organization: Option<String>,
    /// The token.
    pub token: Option<String>,
}

impl Person {
    /// `GET`.
    pub fn get(&self, path: impl Into<String>) -> Call {
        Call::new(self.clone(), Method::GET, path)
    }

    /// `POST` with a JSON body.
    pub fn post(&self, path: impl Into<String>, body: &Value) -> Call {
        Call::new(self.clone(), Method::POST, path).json(body)
    }

    /// `PUT` with a JSON body.
    pub fn put(&self, path: impl Into<String>, body: &Value) -> Call {
        Call::new(self.clone(), Method::PUT, path).json(body)
    }

    /// `PATCH` with a JSON body.
    pub fn patch(&self, path: impl Into<String>, body: &Value) -> Call {
        Call::new(self.clone(), Method::PATCH, path).json(body)
    }

    /// `DELETE`.
    pub fn delete(&self, path: impl Into<String>) -> Call {
        Call::new(self.clone(), Method::DELETE, path)
    }

    /// The id that the person's wallet is under: the organisation's, or else the user's.
    pub fn owner(&self) -> &str {
        self.organization.as_deref().unwrap_or(&self.user)
    }

    /// Registers a new asset of this access level and gives its id.
    pub async fn offers(&self, level: &str) -> String {
        let id = unique("asset");
        self.put(format!("/assets/{id}"), &asset(level))
            .await
            .must(201, "whoever registers an id first owns the asset");
        id
    }

    /// Registers a webhook for what hardly happens, so that nothing is sent to its public address;
    /// gives its id.
    pub async fn registers(&self) -> Answer {
        self.post("/webhooks", &webhook())
            .await
            .must(201, "whoever binds a party registers its webhooks")
    }

    /// Requests an asset.
    pub async fn requests(&self, asset: &str) -> Answer {
        self.post("/contracts", &request(asset)).await
    }

    /// Acquires an asset.
    pub async fn acquires(&self, asset: &str) -> Answer {
        self.post(format!("/assets/{asset}/acquisitions"), &json!({}))
            .await
    }

    /// Views a contract.
    pub async fn views(&self, contract: &str) -> Answer {
        self.get(format!("/contracts/{contract}")).await
    }
}

/// A webhook that a deployed stack takes too, and that is never called in these scenarios.
pub fn webhook() -> Value {
    json!({
        "url": "https://8.8.8.8/sharepact/events",
        "eventTypes": ["webhook.disabled"],
        "description": "Scenario",
    })
}
