//! The call that a data plane makes for every request of its own: may this consumer use this asset now?
//!
//! The one rule: what entitles is a session that runs, with an agreement and a quota contract behind it: two round trips.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use sharepact_local::Stack;

use super::figures::Figures;
use super::load::round;
use crate::Failure;
use crate::demo::material;

const PROVIDER: &str = "bench-fleet";
const CONSUMER: &str = "bench-workshop";
const ASSET: &str = "bench-van";

/// Measures the check.
///
/// # Errors
/// When an answer is not a success, or the consumer is not entitled.
pub(super) async fn measure(
    stack: &Stack,
    clients: u32,
    time: Duration,
) -> Result<Figures, Failure> {
    let plane = Arc::new(Plane::prepare(stack).await?);
    let check = move || {
        let plane = Arc::clone(&plane);
        async move { plane.check().await.map(|()| true) }
    };
    round("entitlement", clients, time, check).await
}

/// A data plane, and whom it asks for.
struct Plane {
    client: reqwest::Client,
    url: String,
    provider: String,
    consumer: String,
}

impl Plane {
    /// Two organisations with an agreement, a contract under it, and a session that runs.
    async fn prepare(stack: &Stack) -> Result<Self, Failure> {
        let token = |organization: &str| {
            let user = format!("{organization}-manager");
            stack.mint(json!({ "sub": user, "org": organization, "roles": ["manager"] }))
        };
        let plane = Self {
            client: reqwest::Client::builder().no_proxy().build()?,
            url: stack.url.clone(),
            provider: token(PROVIDER)?,
            consumer: token(CONSUMER)?,
        };
        let (provider, consumer) = (plane.provider.as_str(), plane.consumer.as_str());
        for (by, organization) in [(provider, PROVIDER), (consumer, CONSUMER)] {
            let path = format!("/organizations/{organization}");
            let name = json!({ "name": organization });
            plane.ask(by, Method::PATCH, &path, Some(&name)).await?;
        }
        let asset: Value = serde_json::from_str(material::ASSET)?;
        let path = format!("/assets/{ASSET}");
        plane
            .ask(provider, Method::PUT, &path, Some(&asset))
            .await?;
        let post = async |by: &str, path: &str, body: Value| {
            plane.ask(by, Method::POST, path, Some(&body)).await
        };
        let issued = post(consumer, "/passcodes", json!({})).await?;
        let proposal = json!({
            "passcode": text(&issued, "/passcode")?,
            "sharing": { "extent": "full", "overlappingSessions": false, "onward": "none", "automaticStart": false },
            "contractNeeded": true, "valuePropositions": ["tracking"], "payer": "provider",
        });
        let agreement = post(provider, "/framework-agreements", proposal).await?;
        let agreement = text(&agreement, "/id")?;
        let path = format!("/framework-agreements/{agreement}");
        post(consumer, &format!("{path}/approve"), json!({})).await?;
        let quota = json!({ "assetCount": 50, "validTo": "2090-01-01T00:00:00Z" });
        let contract = post(provider, &format!("{path}/contracts"), quota).await?;
        let sessions = json!({
            "agreementId": agreement, "contractId": text(&contract, "/id")?, "assetIds": [ASSET],
        });
        let made = post(provider, "/sessions", sessions).await?;
        let start = format!("/sessions/{}/start", text(&made, "/items/0/id")?);
        post(provider, &start, json!({})).await?;
        Ok(plane)
    }

    async fn check(&self) -> Result<(), Failure> {
        let path = format!("/entitlements?assetId={ASSET}");
        let answer = self.ask(&self.consumer, Method::GET, &path, None).await?;
        match answer.get("entitled") == Some(&json!(true)) {
            true => Ok(()),
            false => Err(format!("the consumer is not entitled: {answer}").into()),
        }
    }

    async fn ask(
        &self,
        by: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let url = format!("{}{path}", self.url);
        let mut request = self.client.request(method, url).bearer_auth(by);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let said: Value = answer.json().await?;
        match status.is_success() {
            true => Ok(said),
            false => Err(format!("{path} was answered {status}: {said}").into()),
        }
    }
}

fn text(answer: &Value, place: &str) -> Result<String, Failure> {
    let text = answer.pointer(place).and_then(Value::as_str);
    let text = text.ok_or_else(|| format!("there is no {place} in {answer}"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use sharepact_local::Options;

    use super::*;
    use crate::demo::TemporaryFolder;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_measured_is_an_entitlement() {
        let folder = TemporaryFolder::new("bench-entitlement").unwrap();
        let stack = Stack::start(Options {
            workers: Vec::new(),
            ..Options::on(folder.path())
        })
        .await
        .unwrap();
        let figures = measure(&stack, 2, Duration::from_millis(200)).await;
        stack.shutdown().await;
        assert!(figures.unwrap().count() > 0);
    }
}
