//! Two fleets, the second part: a contract for fifty vehicles, and data that is turned on and off.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use sharepact_runtime::Clock;

use super::answer::Wrong;
use super::fleet::RENTED;
use super::story::Story;
use super::target::Who::{self, Owner, Renter, Stranger};

/// How long the rental lasts, and how much longer it is made.
const DAYS: i64 = 30;
/// How often is looked whether the end of the sessions is recorded, a fifth of a second apart.
const LOOKS: usize = 150;

impl Story<'_> {
    pub(super) async fn rent(&mut self, agreement: &str) -> Result<String, Wrong> {
        self.step(
            "A rental contract for fifty vehicles",
            "The owner grants it under the agreement. It is a contract like any other: in the lists, as PDF, with a history, \
             and it expires by itself.",
        );
        let path = format!("/framework-agreements/{agreement}/contracts");
        let body = json!({ "assetCount": RENTED, "validTo": in_days(DAYS) });
        let answer = self.post(Owner, &path, &body).await?.expect(201)?;
        answer.says("/origin", "Framework")?;
        answer.says("/status", "Active")?;
        answer.has("/quota/assets", &json!(RENTED))?;
        self.paper.fact("contract", answer.text("/id")?);
        self.paper
            .fact("vehicles", &format!("{RENTED} at most, at any time"));
        self.paper.fact("until", answer.text("/expiresAt")?);
        Ok(answer.text("/id")?.to_owned())
    }

    pub(super) async fn sessions(
        &mut self,
        agreement: &str,
        contract: &str,
        vehicles: &[String],
    ) -> Result<Vec<String>, Wrong> {
        self.step(
            "One session for each vehicle",
            "Fifty in one request, all of them or none. For the fifty-first the contract has no place.",
        );
        let (rented, more) = vehicles.split_at(RENTED.min(vehicles.len()));
        let body = |assets: &[String]| json!({ "agreementId": agreement, "contractId": contract, "assetIds": assets });
        let answer = self
            .post(Owner, "/sessions", &body(rented))
            .await?
            .expect(201)?;
        let ids: Vec<_> = answer
            .list("/items")?
            .iter()
            .filter_map(|session| session.get("id")?.as_str().map(str::to_owned))
            .collect();
        if ids.len() != RENTED {
            return Err(Wrong::Unexpected(format!(
                "{} sessions were made",
                ids.len()
            )));
        }
        self.paper
            .fact("made", &format!("{RENTED} sessions, Scheduled"));
        let refused = self.post(Owner, "/sessions", &body(more)).await?;
        let refused = refused.problem(409, "quota-exceeded")?;
        self.paper.fact("refused", refused.text("/detail")?);
        Ok(ids)
    }

    pub(super) async fn entitled(
        &mut self,
        sessions: &[String],
        vehicles: &[String],
    ) -> Result<(), Wrong> {
        self.step(
            "The key is handed over: a session starts",
            "From now on the renter may use the van's data. It is what a data plane asks before it delivers anything.",
        );
        let (session, vehicle) = first(sessions, vehicles)?;
        self.may_use(Renter, vehicle, false).await?;
        let path = format!("/sessions/{session}/start");
        let answer = self.post(Owner, &path, &json!({})).await?.expect(200)?;
        answer.says("/status", "Running")?;
        let grounds = self.may_use(Renter, vehicle, true).await?;
        self.may_use(Stranger, vehicle, false).await?;
        let fields = grounds
            .pointer("/grounds/0/fields")
            .and_then(Value::as_array);
        let fields = fields.map_or(0, Vec::len);
        self.paper.fact(
            "entitled",
            &format!("the renter, to {fields} fields; nobody else"),
        );
        Ok(())
    }

    pub(super) async fn switched(
        &mut self,
        sessions: &[String],
        vehicles: &[String],
    ) -> Result<(), Wrong> {
        self.step(
            "Data is turned off and on",
            "Either side stops a session, its owner starts it again. The vehicle keeps its place in the contract meanwhile.",
        );
        let (session, vehicle) = first(sessions, vehicles)?;
        let path = format!("/sessions/{session}/stop");
        let body = json!({ "reason": "In the workshop." });
        let answer = self.post(Renter, &path, &body).await?.expect(200)?;
        answer.says("/status", "Stopped")?;
        self.may_use(Renter, vehicle, false).await?;
        let path = format!("/sessions/{session}/start");
        let refused = self.post(Renter, &path, &json!({})).await?;
        let refused = refused.problem(403, "wrong-side")?;
        self.paper.fact("refused", refused.text("/detail")?);
        self.post(Owner, &path, &json!({})).await?.expect(200)?;
        self.may_use(Renter, vehicle, true).await?;
        self.paper.fact("again", "Running");
        Ok(())
    }

    pub(super) async fn extended(&mut self, contract: &str) -> Result<(), Wrong> {
        self.step(
            "The rental is extended",
            "The end moves, never back. The sessions under the contract follow without being touched.",
        );
        let path = Self::path(contract, "/extend");
        let refused = self
            .post(Owner, &path, &json!({ "until": in_days(DAYS - 1) }))
            .await?;
        refused.problem(400, "invalid-duration")?;
        let body = json!({ "until": in_days(2 * DAYS) });
        let answer = self.post(Owner, &path, &body).await?.expect(200)?;
        self.paper.fact("until", answer.text("/expiresAt")?);
        Ok(())
    }

    pub(super) async fn returned(
        &mut self,
        contract: &str,
        sessions: &[String],
        vehicles: &[String],
    ) -> Result<(), Wrong> {
        self.step(
            "The vehicles come back early",
            "The renter stops the contract. At that instant no session under it counts as running any more; that each of them \
             ended is written down afterwards, in the background.",
        );
        let (session, vehicle) = first(sessions, vehicles)?;
        let path = Self::path(contract, "/stop");
        let body = json!({ "reason": "The season is over." });
        self.post(Renter, &path, &body)
            .await?
            .expect(200)?
            .says("/status", "Stopped")?;
        self.may_use(Renter, vehicle, false).await?;
        let path = format!("/sessions/{session}");
        let answer = self.get(Owner, &path).await?.expect(200)?;
        answer.says("/status", "Ended")?;
        self.paper.fact("ended by", answer.text("/endCause")?);
        let recorded = self.recorded(sessions).await?;
        self.paper
            .fact("recorded", &format!("{recorded} sessions ended"));
        Ok(())
    }

    /// How many of the sessions have their end in the table: one more event than they had.
    async fn recorded(&mut self, sessions: &[String]) -> Result<usize, Wrong> {
        for _ in 0..LOOKS {
            let mut recorded = 0;
            for session in sessions {
                let answer = self
                    .look(Owner, &format!("/sessions/{session}"))
                    .await?
                    .expect(200)?;
                let version = answer.body.get("version").and_then(Value::as_u64);
                // Created and ended; the first one was also started, stopped and started again.
                recorded +=
                    usize::from(version.is_some_and(|version| version == 2 || version == 5));
            }
            if recorded == sessions.len() {
                return Ok(recorded);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(Wrong::Unexpected(
            "the end of the sessions is not recorded".to_owned(),
        ))
    }

    pub(super) async fn papers(&mut self, agreement: &str, contract: &str) -> Result<(), Wrong> {
        self.step(
            "Both are documents",
            "The agreement and the contract under it, each with its hashes, handed out by links that work for five minutes.",
        );
        let file = self.pdf();
        let path = Self::path(contract, "/document");
        // Granted, extended, stopped.
        self.paper_of(Renter, &path, 3, &file).await?;
        let path = format!("/framework-agreements/{agreement}/document");
        // Proposed and approved.
        self.paper_of(Owner, &path, 2, &file.with_extension("agreement.pdf"))
            .await
    }

    pub(super) async fn parted(&mut self, agreement: &str) -> Result<(), Wrong> {
        self.step(
            "They part",
            "Stopping the agreement ends all that stands under it. The two are free for another one.",
        );
        let path = format!("/framework-agreements/{agreement}/stop");
        let body = json!({ "reason": "The partnership is over." });
        let answer = self.post(Owner, &path, &body).await?.expect(200)?;
        answer.says("/status", "Stopped")?;
        self.paper.fact("status", "Stopped");
        self.paper
            .heading(None, "Done: everything that was shared has ended");
        self.paper.fact("agreement", agreement);
        self.paper
            .fact("document", &self.pdf().display().to_string());
        Ok(())
    }

    /// Asks whether somebody may use a vehicle's data, and expects this answer.
    async fn may_use(&mut self, who: Who, vehicle: &str, entitled: bool) -> Result<Value, Wrong> {
        let path = format!("/entitlements?assetId={vehicle}");
        let answer = self.get(who, &path).await?.expect(200)?;
        answer.has("/entitled", &json!(entitled))?;
        Ok(answer.body)
    }
}

fn first<'s>(sessions: &'s [String], vehicles: &'s [String]) -> Result<(&'s str, &'s str), Wrong> {
    let pair = sessions.first().zip(vehicles.first());
    pair.map(|(session, vehicle)| (session.as_str(), vehicle.as_str()))
        .ok_or_else(|| Wrong::Unexpected("there is no session".to_owned()))
}

fn in_days(days: i64) -> String {
    let then = Clock::system().now().plus(TimeDelta::days(days));
    then.map_or_else(String::new, |then| then.to_string())
}
