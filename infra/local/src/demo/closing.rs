//! The last part: the contract is in force, and its history can be proved.

use std::path::Path;

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde_json::{Value, json};

use super::answer::{Answer, Wrong};
use super::chain;
use super::material::{DAYS, FIELDS, GROSS, PAYMENT};
use super::story::Story;
use super::target::Who::{Consumer, Provider};

/// What happened to the contract, in order.
pub(super) const EVENTS: [&str; 5] = [
    "contract.requested",
    "contract.drafted",
    "contract.negotiated",
    "contract.signed",
    "contract.activated",
];

impl Story<'_> {
    /// The payment has come in: the contract takes effect.
    pub(super) async fn activate(&mut self, contract: &str) -> Result<Answer, Wrong> {
        self.step(
            "The provider activates the contract",
            "The payment has arrived. The year that was asked for begins now.",
        );
        let path = Self::path(contract, "/activate");
        let body = json!({ "paymentReference": PAYMENT });
        let answer = self.post(Provider, &path, &body).await?.expect(200)?;
        answer.says("/status", "Active")?;
        answer.says("/paymentReference", PAYMENT)?;
        let lasts = instant(&answer, "/expiresAt")? - instant(&answer, "/effectiveAt")?;
        if lasts != TimeDelta::days(DAYS) {
            return Err(Wrong::Unexpected(format!(
                "the contract lasts {} days and not {DAYS}",
                lasts.num_days()
            )));
        }
        self.paper.fact("status", answer.text("/status")?);
        self.paper.fact("payment", PAYMENT);
        self.paper.fact("effective", answer.text("/effectiveAt")?);
        self.paper.fact("expires", answer.text("/expiresAt")?);
        Ok(answer)
    }

    /// The consumer may use the data.
    pub(super) async fn acquired(&mut self, contract: &str) -> Result<(), Wrong> {
        self.step(
            "The consumer may use the data",
            "What it has acquired and to what extent: this is what a delivery asks before it hands out rows.",
        );
        let (_, user) = self
            .target
            .identity(Consumer)
            .map_err(|error| Wrong::Unexpected(error.to_string()))?;
        let path = format!("/assets/acquired?userId={user}");
        let asset = self.find(Consumer, &path, "contractId", contract).await?;
        if asset.get("id") != Some(&json!(self.asset))
            || asset.get("fields") != Some(&json!(FIELDS))
        {
            return Err(Wrong::Unexpected(
                "the acquired asset is not the one of the contract".to_owned(),
            ));
        }
        let part = |name| asset.get(name).and_then(Value::as_str).unwrap_or_default();
        self.paper.fact("asset", part("name"));
        let filters = asset
            .get("filters")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let extent = format!(
            "{} columns, rows by {filters} filters, a local copy",
            FIELDS.len()
        );
        self.paper.fact("extent", &extent);
        self.paper.fact("until", part("expiresAt"));
        Ok(())
    }

    /// Anyone with the history can check that nothing of it was altered.
    pub(super) async fn history(&mut self, contract: &str) -> Result<usize, Wrong> {
        self.step(
            "Both sides can prove what happened",
            "Each event names the hash of the one before it. The chain is recomputed here from nothing but the \
             answer.",
        );
        let path = Self::path(contract, "/history");
        let answer = self.get(Consumer, &path).await?.expect(200)?;
        let events = answer.list("/items")?;
        let part = |event: &Value, name| {
            let value = event.get(name).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let types: Vec<_> = events.iter().map(|event| part(event, "type")).collect();
        if types != EVENTS {
            return Err(Wrong::Unexpected(format!("the history is {types:?}")));
        }
        chain::verify(events)?;
        for event in events {
            let hash: String = part(event, "hash").chars().take(16).collect();
            let shown = format!("{}  {hash}…", part(event, "occurredAt"));
            let name = part(event, "type");
            let name = name.split_once('.').map_or(name.as_str(), |(_, name)| name);
            self.paper.fact(name, &shown);
        }
        self.paper.fact("chain", "holds");
        Ok(events.len())
    }

    /// The whole in a few lines.
    pub(super) fn sum_up(
        &mut self,
        active: &Answer,
        events: usize,
        pdf: &Path,
    ) -> Result<(), Wrong> {
        active.says("/offer/gross", GROSS)?;
        let gross = format!(
            "{} {}",
            active.text("/offer/currency")?,
            active.text("/offer/gross")?
        );
        self.paper.heading(None, "Done: the contract is active");
        self.paper.fact("contract", active.text("/id")?);
        self.paper.fact("gross price", &gross);
        self.paper.fact("effective", active.text("/effectiveAt")?);
        self.paper.fact("expires", active.text("/expiresAt")?);
        self.paper
            .fact("events", &format!("{events}, hash chain ok"));
        self.paper.fact("document", &pdf.display().to_string());
        Ok(())
    }
}

fn instant(answer: &Answer, pointer: &str) -> Result<DateTime<FixedOffset>, Wrong> {
    let text = answer.text(pointer)?;
    DateTime::parse_from_rfc3339(text)
        .map_err(|error| Wrong::Unexpected(format!("{pointer} is {text:?}: {error}")))
}
