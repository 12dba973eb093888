//! Two organisations with names and staff of their own, and a framework agreement between them.
//!
//! The one rule: whoever asks for one gets new organisations, so that no scenario meets another's live agreement.

use serde_json::{Value, json};

use crate::{Answer, Api, Person, unique};

/// Why a scenario of this kind is not told where nobody makes tokens.
pub const NO_STAFF: &str = "this API's issuer makes no tokens for new organisations";

/// The people of one organisation, one for each role.
#[derive(Clone)]
pub struct Staff {
    /// The organisation's id.
    pub organization: String,
    /// What it is called.
    pub name: String,
    /// Holds the role manager: all of the others together.
    pub manager: Person,
    /// Holds the role contract-manager.
    pub contracts: Person,
    /// Holds the role session-manager.
    pub sessions: Person,
    /// Holds the role administrator.
    pub administrator: Person,
    /// Holds no role.
    pub member: Person,
}

impl Staff {
    /// The people of a new organisation, which has no record yet; none where no tokens can be made.
    pub fn unnamed(api: &Api) -> Option<Self> {
        Self::of(api, &unique("org"))
    }

    /// The people of an organisation that there is already, such as one that was onboarded.
    pub fn of(api: &Api, organization: &str) -> Option<Self> {
        let person = |role: &str| {
            let roles: &[&str] = if role.is_empty() { &[] } else { &[role] };
            let person = api.mint(json!({ "org": organization, "roles": roles }))?;
            let name = if role.is_empty() { "member" } else { role };
            Some(Person {
                name: format!("the {name} of {organization}"),
                ..person
            })
        };
        Some(Self {
            organization: organization.to_owned(),
            name: format!("Fleet {organization}"),
            manager: person("manager")?,
            contracts: person("contract-manager")?,
            sessions: person("session-manager")?,
            administrator: person("administrator")?,
            member: person("")?,
        })
    }

    /// The people of a new organisation with a name.
    pub async fn named(api: &Api) -> Option<Self> {
        let staff = Self::unnamed(api)?;
        let path = format!("/organizations/{}", staff.organization);
        let name = json!({ "name": staff.name });
        let named = staff.administrator.patch(path, &name).await;
        assert!(
            matches!(named.status, 200 | 201),
            "an administrator names its organisation\n{named}"
        );
        Some(staff)
    }

    /// A passcode that stands for the organisation.
    pub async fn passcode(&self) -> String {
        let issued = self.contracts.post("/passcodes", &json!({})).await;
        let issued = issued.must(201, "a contract manager lets its organisation be found");
        issued.text("passcode")
    }

    /// A profile of the organisation, by its id.
    pub async fn profile(&self) -> String {
        let path = format!("/organizations/{}/profiles", self.organization);
        let profile = json!({
            "name": "Rental partners",
            "settings": { "timeZone": "Europe/Berlin", "language": "de" },
        });
        let made = self.administrator.post(path, &profile).await;
        made.must(201, "an administrator makes a profile")
            .text("id")
    }

    /// Proposes an agreement to another organisation.
    pub async fn proposes(&self, to: &Self, changes: &Value) -> Answer {
        let body = proposal(&to.passcode().await, changes);
        self.contracts.post("/framework-agreements", &body).await
    }
}

/// What every agreement of the scenarios says, with these members changed.
pub fn frame(changes: &Value) -> Value {
    let mut body = json!({
        "sharing": {
            "extent": "full",
            "overlappingSessions": false,
            "onward": "none",
            "automaticStart": false,
        },
        "contractNeeded": false,
        "valuePropositions": ["vehicle-status", "location"],
        "messages": ["position"],
        "payer": "provider",
    });
    merge(&mut body, changes);
    body
}

/// A proposal to the organisation of a passcode.
pub fn proposal(passcode: &str, changes: &Value) -> Value {
    let mut body = frame(&json!({ "passcode": passcode }));
    merge(&mut body, changes);
    body
}

/// What a provider sends to bring a consumer to the platform.
pub fn onboarding(profile: &str, changes: &Value) -> Value {
    let mut body = frame(&json!({
        "consumer": {
            "organizationName": "Harbour Rentals",
            "contact": {
                "firstName": "Nora",
                "lastName": "Lind",
                "email": "nora.lind@example.org",
            },
            "profileId": profile,
        },
    }));
    merge(&mut body, changes);
    body
}

/// Changes members as a merge patch does (RFC 7396): null removes one.
fn merge(body: &mut Value, changes: &Value) {
    let (Some(members), Some(changes)) = (body.as_object_mut(), changes.as_object()) else {
        *body = changes.clone();
        return;
    };
    for (name, change) in changes {
        if change.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name).or_insert_with(|| json!({})), change);
        }
    }
}

/// A framework agreement and both its sides.
#[derive(Clone)]
pub struct Framework {
    /// The agreement's id.
    pub id: String,
    /// Who shares.
    pub provider: Staff,
    /// Who uses what is shared.
    pub consumer: Staff,
}

impl Framework {
    /// A proposal between two new organisations, with these members of [`frame`] changed; none where no tokens can be
    /// made.
    pub async fn pending(api: &Api, changes: &Value) -> Option<Self> {
        let provider = Staff::named(api).await?;
        let consumer = Staff::named(api).await?;
        Some(Self::between(&provider, &consumer, changes).await)
    }

    /// An Active agreement between two new organisations.
    pub async fn active(api: &Api, changes: &Value) -> Option<Self> {
        let framework = Self::pending(api, changes).await?;
        framework.approved().await;
        Some(framework)
    }

    /// A proposal between two organisations that are there.
    pub async fn between(provider: &Staff, consumer: &Staff, changes: &Value) -> Self {
        let made = provider.proposes(consumer, changes).await;
        let made = made.must(
            201,
            "a contract manager proposes to whom it has a passcode of",
        );
        Self {
            id: made.text("id"),
            provider: provider.clone(),
            consumer: consumer.clone(),
        }
    }

    /// The consumer's contract manager approves it.
    pub async fn approved(&self) -> Answer {
        let by = &self.consumer.contracts;
        let after = by.post(self.path("approve"), &json!({})).await;
        after.must(200, "the consumer's contract manager approves")
    }

    /// One of its sides' people issues a command.
    pub async fn does(&self, by: &Person, command: &str) -> Answer {
        by.post(self.path(command), &Self::body(command)).await
    }

    /// The path of a command, or of the agreement itself for an empty one.
    pub fn path(&self, command: &str) -> String {
        match command {
            "" => format!("/framework-agreements/{}", self.id),
            command => format!("/framework-agreements/{}/{command}", self.id),
        }
    }

    /// A body that the command takes.
    pub fn body(command: &str) -> Value {
        match command {
            "reject" => json!({ "reason": "Not with these fields." }),
            "stop" => json!({ "reason": "The fleet is sold.", "detail": "All of it." }),
            _ => json!({}),
        }
    }

    /// The agreement as one of its people sees it.
    pub async fn seen(&self) -> Answer {
        let seen = self.consumer.member.get(self.path("")).await;
        seen.must(200, "everybody of a party sees its agreement")
    }

    /// Grants a contract for this many assets until the end of 2040, which the agreement must reach.
    pub async fn grants(&self, assets: u32) -> Answer {
        let body = json!({ "assetCount": assets, "validTo": "2040-12-31T00:00:00Z" });
        self.provider
            .contracts
            .post(self.path("contracts"), &body)
            .await
    }
}
