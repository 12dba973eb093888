//! Organisations to begin with, and callers who act for them.

use serde_json::json;
use sharepact_tests::{Onboarded, onboard};

use super::{Request, World, patch, post};

impl World {
    /// The same request by somebody else: a new user of this organisation with these roles.
    pub fn by(&self, request: Request, organization: &str, roles: &[&str]) -> Request {
        let claims = json!({ "sub": self.fresh("user"), "org": organization, "roles": roles });
        let token = self.stack.issuer().mint(claims).expect("a token");
        request.header("authorization", format!("Bearer {token}"))
    }

    /// Gives the organisation of one of the ready-made managers another name.
    pub async fn named(&self, who: &'static str, organization: &str) {
        let name = json!({ "name": self.fresh("Named") });
        let named = patch(who, format!("/organizations/{organization}"), name);
        self.expect_one_of(&[200, 201], named).await;
    }

    /// A profile of city-data-office; gives its path.
    pub async fn profile(&self) -> String {
        let made = post(
            "provider-manager",
            "/organizations/city-data-office/profiles",
            profile("Partners"),
        );
        let made = self.expect(201, &made).await;
        made.header("location").expect("a place").to_owned()
    }

    /// An organisation that city-data-office has onboarded.
    pub async fn onboarded(&self) -> Onboarded {
        onboard(&self.store(), "city-data-office", self.now()).await
    }

    /// A passcode of acme-mobility.
    pub async fn passcode(&self) -> String {
        self.named("manager", "acme-mobility").await;
        let issued = post("manager", "/passcodes", json!({}));
        let issued = self.expect(201, &issued).await.json();
        issued["passcode"].as_str().expect("a code").to_owned()
    }
}

/// A profile with every setting.
pub fn profile(name: &str) -> serde_json::Value {
    json!({
        "name": name,
        "settings": {
            "timeZone": "Europe/Berlin", "language": "de", "domain": "fleet.example.org", "impersonation": true,
            "logo": { "url": "https://example.org/logo.svg", "visible": true },
        },
    })
}
