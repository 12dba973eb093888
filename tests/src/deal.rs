//! A contract on its way from request to end, and the bodies that take it there.

use serde_json::{Value, json};

use crate::{Answer, Person};

/// The stages of the pipeline, each with the commands that lead to it.
pub const STAGES: [&str; 9] = [
    "Request",
    "Declined",
    "Draft",
    "Rejected",
    "Negotiate",
    "Signed",
    "Active",
    "Stopped",
    "Acquired",
];

/// The commands that have a route.
pub const COMMANDS: [&str; 7] = [
    "decline",
    "draft",
    "negotiate",
    "accept",
    "reject",
    "activate",
    "stop",
];

/// An asset's definition: a date, an instant, numbers, a category, a flag and a text.
pub fn asset(level: &str) -> Value {
    json!({
        "name": "Taxi trips, January",
        "description": "Trip records of licensed taxis.",
        "accessLevel": level,
        "licence": (level == "Public").then_some("# Licence\n\nUse it freely, name the source."),
        "fields": [
            { "name": "day", "type": "date" },
            { "name": "pickup_at", "type": "datetime", "description": "When the meter was engaged." },
            { "name": "passengers", "type": "integer" },
            { "name": "distance", "type": "decimal" },
            { "name": "payment", "type": "category", "values": ["card", "cash"] },
            { "name": "shared", "type": "boolean" },
            { "name": "zone", "type": "text" },
        ],
        "priceHint": { "amount": "990.00", "currency": "EUR" },
    })
}

/// A request for an asset that [`asset`] defines.
pub fn request(asset: &str) -> Value {
    json!({
        "assetId": asset,
        "duration": 30,
        "offlineRetention": false,
        "fields": ["day", "passengers", "distance", "payment"],
        "filters": [
            { "field": "day", "from": "2025-01-01", "to": "2025-01-31" },
            { "field": "distance", "from": "0.5" },
            { "field": "payment", "values": ["card"] },
        ],
        "comment": "For a study of demand.",
    })
}

/// A draft.
pub fn draft() -> Value {
    json!({
        "price": "1250.00",
        "currency": "EUR",
        "vat": "24",
        "terms": "# Use\n\nFor research only.\n\n# Reports\n\nOnce a year.\n",
    })
}

/// A contract, its asset and both sides.
#[derive(Clone)]
pub struct Deal {
    /// The contract's id.
    pub id: String,
    /// The asset's id.
    pub asset: String,
    /// Who binds the provider.
    pub provider: Person,
    /// Who binds the consumer.
    pub consumer: Person,
}

impl Deal {
    /// A request for a new asset.
    pub async fn begin(provider: &Person, consumer: &Person) -> Self {
        let asset = provider.offers("Private").await;
        Self::on(&asset, provider, consumer).await
    }

    /// A request for an asset that is there.
    pub async fn on(asset: &str, provider: &Person, consumer: &Person) -> Self {
        let made = consumer.requests(asset).await;
        let made = made.must(201, "a consumer who may see an asset requests it");
        Self {
            id: made.text("id"),
            asset: asset.to_owned(),
            provider: provider.clone(),
            consumer: consumer.clone(),
        }
    }

    /// A contract on a new asset, at this stage.
    pub async fn at(stage: &str, provider: &Person, consumer: &Person) -> Self {
        if stage == "Acquired" {
            let asset = provider.offers("Public").await;
            let made = consumer.acquires(&asset).await;
            let made = made.must(201, "a public asset is acquired at once");
            return Self {
                id: made.text("id"),
                asset,
                provider: provider.clone(),
                consumer: consumer.clone(),
            };
        }
        let deal = Self::begin(provider, consumer).await;
        deal.reach(stage).await;
        deal
    }

    /// Takes the contract from Request to this stage.
    pub async fn reach(&self, stage: &str) {
        let steps: &[(bool, &str)] = match stage {
            "Request" => &[],
            "Declined" => &[(true, "decline")],
            "Draft" => &[(true, "draft")],
            "Rejected" => &[(true, "draft"), (false, "reject")],
            "Negotiate" => &[(true, "draft"), (false, "negotiate")],
            "Signed" => &[(true, "draft"), (false, "accept")],
            "Active" => &[(true, "draft"), (false, "accept"), (true, "activate")],
            "Stopped" => &[
                (true, "draft"),
                (false, "accept"),
                (true, "activate"),
                (true, "stop"),
            ],
            other => panic!("{other} is no stage of the pipeline"),
        };
        for (provider, command) in steps {
            let by = if *provider {
                &self.provider
            } else {
                &self.consumer
            };
            self.does(by, command)
                .await
                .must(200, "the pipeline goes on step by step");
        }
    }

    /// One side issues a command.
    pub async fn does(&self, by: &Person, command: &str) -> Answer {
        by.post(self.path(command), &Self::body(command)).await
    }

    /// The path of a command, or of the contract itself for an empty one.
    pub fn path(&self, command: &str) -> String {
        match command {
            "" => format!("/contracts/{}", self.id),
            command => format!("/contracts/{}/{command}", self.id),
        }
    }

    /// A body that the command takes.
    pub fn body(command: &str) -> Value {
        match command {
            "draft" => draft(),
            "negotiate" => json!({ "price": "1100.50", "comment": "Our budget." }),
            "decline" => json!({ "reason": "Not for sale." }),
            "reject" => json!({ "reason": "We changed our plans." }),
            "activate" => json!({ "paymentReference": "INV-2026-0042" }),
            "stop" => json!({ "reason": "The project is over.", "detail": "Early." }),
            _ => json!({}),
        }
    }

    /// The merge-patch that does the same as a command.
    pub fn patch(command: &str) -> Value {
        let status = match command {
            "decline" => "Declined",
            "draft" => "Draft",
            "negotiate" => "Negotiate",
            "accept" => "Signed",
            "reject" => "Rejected",
            "activate" => "Active",
            "stop" => "Stopped",
            other => panic!("{other} is no command"),
        };
        let mut patch = Self::body(command);
        patch["status"] = json!(status);
        patch
    }

    /// The contract as its consumer sees it.
    pub async fn seen(&self) -> Answer {
        let seen = self.consumer.views(&self.id).await;
        seen.must(200, "a party sees its contract")
    }
}
