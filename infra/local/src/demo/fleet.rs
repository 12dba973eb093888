//! Two fleets, the first part: who they are, what they have, what they agree on.

use http::Method;
use serde_json::{Value, json};

use super::answer::{Answer, Wrong};
use super::story::Story;
use super::target::Who::{self, Owner, Renter, Stranger};

/// What the ids of vehicles begin with.
pub(super) const VEHICLE: &str = "van";
/// How many vehicles the owner registers.
pub(super) const VEHICLES: usize = 51;
/// How many of them the rental contract is for.
pub(super) const RENTED: usize = 50;
/// Names of the two organisations.
const NAMES: [(Who, &str); 2] = [(Owner, "Northline Rentals"), (Renter, "Harbour Logistics")];
/// What stands against an agreement that an earlier run left.
const LEFT: [(&str, Who, &str); 2] = [("Active", Owner, "stop"), ("Pending", Renter, "reject")];

impl Story<'_> {
    /// The whole story.
    pub(super) async fn share(&mut self) -> Result<(), Wrong> {
        let place = format!("Two fleets share vehicles, on {}", self.target.url);
        self.paper.heading(None, &place);
        self.names().await?;
        let vehicles = self.vehicles().await?;
        self.cleared().await?;
        let passcode = self.passcode().await?;
        let agreement = self.propose(&passcode).await?;
        self.approve(&agreement).await?;
        let contract = self.rent(&agreement).await?;
        let sessions = self.sessions(&agreement, &contract, &vehicles).await?;
        self.entitled(&sessions, &vehicles).await?;
        self.switched(&sessions, &vehicles).await?;
        self.extended(&contract).await?;
        self.returned(&contract, &sessions, &vehicles).await?;
        self.papers(&agreement, &contract).await?;
        self.parted(&agreement).await
    }

    async fn names(&mut self) -> Result<(), Wrong> {
        self.step(
            "Two organisations have names",
            "Their people come with tokens of their own identity provider. Here each organisation says what it is called, \
             so that the other can read it in an agreement.",
        );
        for (who, name) in NAMES {
            let organization = self.organization(who)?;
            let path = format!("/organizations/{organization}");
            let answer = self.ask_patch(who, &path, &json!({ "name": name })).await?;
            if ![200, 201].contains(&answer.status) {
                return Err(answer.expect(200).err().unwrap_or_else(nothing));
            }
            answer.says("/name", name)?;
            self.paper.fact(who.part(), name);
        }
        Ok(())
    }

    async fn vehicles(&mut self) -> Result<Vec<String>, Wrong> {
        self.step(
            "The owner registers its vehicles",
            "Each is an asset with the fields that its unit sends. None is on offer to anyone yet.",
        );
        let ids: Vec<_> = (1..=VEHICLES)
            .map(|number| format!("{}-{number:02}", self.asset))
            .collect();
        for (number, id) in (1..).zip(&ids) {
            let path = format!("/assets/{id}");
            let answer = self
                .silently(Owner, Method::PUT, &path, &vehicle(number))
                .await?;
            if number == 1 {
                self.paper.call(Owner, &answer);
            }
            answer.expect(201)?;
        }
        self.paper
            .fact("registered", &format!("{VEHICLES} vehicles"));
        Ok(ids)
    }

    /// What an earlier run that was broken off left would stand in the way: two organisations have one live agreement.
    async fn cleared(&mut self) -> Result<(), Wrong> {
        for (status, who, command) in LEFT {
            let path = format!("/framework-agreements?role=provider&status={status}&limit=100");
            let found = self.look(Owner, &path).await?.expect(200)?;
            let renter = self.organization(Renter)?;
            let mut left = Vec::new();
            for agreement in found.list("/items")? {
                let part = |pointer| agreement.pointer(pointer).and_then(Value::as_str);
                if part("/consumer/organizationId") == Some(&renter) {
                    left.extend(part("/id").map(str::to_owned));
                }
            }
            for id in left {
                let path = format!("/framework-agreements/{id}/{command}");
                let body = json!({ "reason": "Left by an earlier run." });
                self.post(who, &path, &body).await?.expect(200)?;
            }
        }
        Ok(())
    }

    async fn passcode(&mut self) -> Result<String, Wrong> {
        self.step(
            "The renter hands out a passcode",
            "Nobody browses a directory of organisations here. Whoever wants to be found hands over a passcode, which holds \
             for a quarter of an hour and for one agreement. A wrong one tells nothing.",
        );
        let answer = self
            .post(Renter, "/passcodes", &json!({}))
            .await?
            .expect(201)?;
        let code = answer.text("/passcode")?.to_owned();
        self.paper.fact("passcode", &code);
        self.paper.fact("until", answer.text("/expiresAt")?);
        let wrong: String = code.chars().rev().collect();
        let wrong = if wrong == code {
            "3333-3333".to_owned()
        } else {
            wrong
        };
        let refused = self
            .post(Owner, "/passcodes/resolve", &json!({ "passcode": wrong }))
            .await?;
        let refused = refused.problem(404, "passcode-invalid")?;
        self.paper.fact("refused", refused.text("/title")?);
        let body = json!({ "passcode": code });
        let found = self
            .post(Owner, "/passcodes/resolve", &body)
            .await?
            .expect(200)?;
        found.says("/organizationId", &self.organization(Renter)?)?;
        self.paper.fact("that is", found.text("/name")?);
        Ok(code)
    }

    async fn propose(&mut self, passcode: &str) -> Result<String, Wrong> {
        self.step(
            "The owner proposes a framework agreement",
            "What may be shared, how far, who pays. A contract will say for how many vehicles.",
        );
        let body = json!({
            "passcode": passcode,
            "entity": "asset",
            "sharing": { "extent": "full", "overlappingSessions": false, "onward": "none", "automaticStart": false },
            "contractNeeded": true,
            "valuePropositions": ["tracking", "driving-behaviour"],
            "messages": ["position", "mileage"],
            "payer": "provider",
        });
        let answer = self
            .post(Owner, "/framework-agreements", &body)
            .await?
            .expect(201)?;
        answer.says("/status", "Pending")?;
        self.paper
            .fact("status", "Pending, and it is the renter's turn");
        self.paper
            .fact("data", &answer.words("/valuePropositions")?);
        Ok(answer.text("/id")?.to_owned())
    }

    async fn approve(&mut self, agreement: &str) -> Result<(), Wrong> {
        self.step(
            "The renter approves it",
            "Nobody else can, and nobody else sees it.",
        );
        let path = format!("/framework-agreements/{agreement}");
        self.get(Stranger, &path).await?.problem(404, "not-found")?;
        let path = format!("{path}/approve");
        let refused = self.post(Owner, &path, &json!({})).await?;
        let refused = refused.problem(403, "wrong-side")?;
        self.paper.fact("refused", refused.text("/detail")?);
        let answer = self.post(Renter, &path, &json!({})).await?.expect(200)?;
        answer.says("/status", "Active")?;
        self.paper.fact("status", "Active");
        Ok(())
    }

    /// The organisation of one of the cast.
    pub(super) fn organization(&self, who: Who) -> Result<String, Wrong> {
        let found = self.target.organization(who);
        found
            .map(str::to_owned)
            .map_err(|error| Wrong::Unexpected(error.to_string()))
    }

    async fn ask_patch(&mut self, who: Who, path: &str, body: &Value) -> Result<Answer, Wrong> {
        let answer = self.silently(who, Method::PATCH, path, body).await?;
        self.paper.call(who, &answer);
        Ok(answer)
    }
}

fn nothing() -> Wrong {
    Wrong::Unexpected("the answer was not to be expected".to_owned())
}

fn vehicle(number: usize) -> Value {
    json!({
        "name": format!("Van NL-{number:03}"),
        "description": "A delivery van with a telematics unit.",
        "accessLevel": "Private",
        "fields": [
            { "name": "time", "type": "datetime" },
            { "name": "position", "type": "text" },
            { "name": "mileage", "type": "integer", "description": "Kilometres." },
            { "name": "speed", "type": "integer", "description": "Kilometres per hour." },
        ],
    })
}
