//! A story, step by step.
//!
//! The one rule: a step that is not as it should be ends the story, by its number and name.

use std::path::{Path, PathBuf};

use http::Method;
use serde_json::{Value, json};
use sharepact_domain::wallet::Address;
use sharepact_runtime::Clock;
use thiserror::Error;

use super::answer::{Answer, Wrong};
use super::fleet::VEHICLE;
use super::listener::Listener;
use super::material::ASSET_ID;
use super::paper::Paper;
use super::target::{Target, TargetError, Who};
use super::wire::{Ask, Wire, on_this_machine};
use crate::cli::Tale;

/// More pages than this are not looked through for one item.
const MOST_PAGES: usize = 200;

/// The step that went wrong.
#[derive(Debug, Error)]
#[error("step {number} of the demo is not as it should be ({title}): {wrong}")]
pub(crate) struct Failed {
    /// Its number.
    pub number: usize,
    /// Its heading.
    pub title: &'static str,
    /// What is wrong.
    pub wrong: Wrong,
}

/// Why a story cannot begin.
#[derive(Debug, Error)]
pub(crate) enum Unable {
    /// Somebody is missing.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// There are no connections.
    #[error("no connection can be made: {0}")]
    Wire(#[from] reqwest::Error),
}

/// The story.
pub(crate) struct Story<'a> {
    pub(super) target: &'a Target,
    tale: Tale,
    pub(super) paper: Paper,
    /// Is nobody else there, and nothing left from an earlier run?
    pub(super) fresh: bool,
    /// Does it run on this machine?
    pub(super) local: bool,
    /// The asset's id in this run.
    pub(super) asset: String,
    /// The consumer's webhook, and where it leads.
    pub(super) webhook: Option<(String, Listener)>,
    /// The node and the registry, where the story goes on to the blockchain.
    pub(super) ledger: Option<(String, Address)>,
    /// Where the document goes.
    pdf: PathBuf,
    wire: Wire,
    number: usize,
    title: &'static str,
}

impl<'a> Story<'a> {
    /// A story on this target.
    pub(crate) fn new(
        target: &'a Target,
        tale: Tale,
        paper: Paper,
        fresh: bool,
        pdf: &Path,
    ) -> Result<Self, Unable> {
        for who in Who::cast(tale) {
            target.identity(who)?;
        }
        // One side has one live contract on an asset, so that every run where others ran before
        // takes an asset of its own.
        let base = match tale {
            Tale::Marketplace => ASSET_ID,
            Tale::Framework => VEHICLE,
        };
        let asset = if fresh {
            base.to_owned()
        } else {
            let now = Clock::system().now().to_chrono();
            format!("{base}-{}", now.format("%Y%m%dT%H%M%S%3f"))
        };
        Ok(Self {
            target,
            tale,
            paper,
            fresh,
            local: on_this_machine(&target.url),
            asset,
            webhook: None,
            ledger: None,
            pdf: pdf.to_owned(),
            wire: Wire::new(&target.url)?,
            number: 0,
            title: "Before the first step",
        })
    }

    /// Tells it.
    pub(crate) async fn tell(&mut self) -> Result<(), Failed> {
        let told = match self.tale {
            Tale::Marketplace => self.walk().await,
            Tale::Framework => self.share().await,
        };
        told.map_err(|wrong| Failed {
            number: self.number,
            title: self.title,
            wrong,
        })
    }

    async fn walk(&mut self) -> Result<(), Wrong> {
        let place = format!(
            "One acquisition, from request to active, on {}",
            self.target.url
        );
        self.paper.heading(None, &place);
        self.offer().await?;
        self.wallet().await?;
        self.subscribe().await?;
        self.mistake().await?;
        let contract = self.request().await?;
        self.tasks(&contract).await?;
        self.draft(&contract).await?;
        self.negotiate(&contract).await?;
        self.difference(&contract).await?;
        self.stranger(&contract).await?;
        self.accept(&contract).await?;
        let active = self.activate(&contract).await?;
        self.acquired(&contract).await?;
        let events = self.history(&contract).await?;
        let pdf = self.pdf();
        self.document(&contract, &pdf).await?;
        self.told(&contract).await?;
        self.anchored(&contract, &pdf).await?;
        self.sum_up(&active, events, &pdf)
    }

    /// Where the document goes.
    pub(super) fn pdf(&self) -> PathBuf {
        self.pdf.clone()
    }

    /// Begins a step.
    pub(super) fn step(&mut self, title: &'static str, prose: &str) {
        self.number += 1;
        self.title = title;
        self.paper.heading(Some(self.number), title);
        self.paper.prose(prose);
    }

    /// Sends a request as one of the cast, and shows how it went.
    pub(super) async fn ask(&mut self, who: Who, ask: Ask<'_>) -> Result<Answer, Wrong> {
        let (token, _) = self
            .target
            .identity(who)
            .map_err(|error| Wrong::Unexpected(error.to_string()))?;
        let answer = self.wire.send(token, &ask).await?;
        self.paper.call(who, &answer);
        Ok(answer)
    }

    /// Sends a request of many like it, without a word about it.
    pub(super) async fn silently(
        &mut self,
        who: Who,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Answer, Wrong> {
        let (token, _) = self
            .target
            .identity(who)
            .map_err(|error| Wrong::Unexpected(error.to_string()))?;
        let ask = Ask {
            method,
            path,
            body: Some(body),
            header: None,
        };
        self.wire.send(token, &ask).await
    }

    /// Looks whether something is there yet, without a word about it.
    pub(super) async fn look(&mut self, who: Who, path: &str) -> Result<Answer, Wrong> {
        let (token, _) = self
            .target
            .identity(who)
            .map_err(|error| Wrong::Unexpected(error.to_string()))?;
        let ask = Ask {
            method: Method::GET,
            path,
            body: None,
            header: Some(("accept", "application/json")),
        };
        self.wire.send(token, &ask).await
    }

    /// What a link leads to.
    pub(super) async fn download(&mut self, url: &str) -> Result<Vec<u8>, Wrong> {
        self.wire.download(url).await
    }

    /// Removes.
    pub(super) async fn delete(&mut self, who: Who, path: &str) -> Result<Answer, Wrong> {
        let ask = Ask {
            method: Method::DELETE,
            path,
            body: None,
            header: None,
        };
        self.ask(who, ask).await
    }

    /// Reads.
    pub(super) async fn get(&mut self, who: Who, path: &str) -> Result<Answer, Wrong> {
        let ask = Ask {
            method: Method::GET,
            path,
            body: None,
            header: None,
        };
        self.ask(who, ask).await
    }

    /// Puts.
    pub(super) async fn put(
        &mut self,
        who: Who,
        path: &str,
        body: &Value,
    ) -> Result<Answer, Wrong> {
        let ask = Ask {
            method: Method::PUT,
            path,
            body: Some(body),
            header: None,
        };
        self.ask(who, ask).await
    }

    /// Posts.
    pub(super) async fn post(
        &mut self,
        who: Who,
        path: &str,
        body: &Value,
    ) -> Result<Answer, Wrong> {
        let ask = Ask {
            method: Method::POST,
            path,
            body: Some(body),
            header: None,
        };
        self.ask(who, ask).await
    }

    /// Looks through a list, page by page, for the item whose member has this value.
    pub(super) async fn find(
        &mut self,
        who: Who,
        path: &str,
        member: &'static str,
        value: &str,
    ) -> Result<Value, Wrong> {
        let mut page = self.get(who, path).await?.expect(200)?;
        for _ in 0..MOST_PAGES {
            let items = page.list("/items")?;
            if let Some(item) = items
                .iter()
                .find(|item| item.get(member) == Some(&json!(value)))
            {
                return Ok(item.clone());
            }
            let Ok(cursor) = page.text("/nextCursor") else {
                break;
            };
            let mark = if path.contains('?') { '&' } else { '?' };
            let next = format!("{path}{mark}cursor={cursor}");
            page = self.get(who, &next).await?.expect(200)?;
        }
        Err(Wrong::Unexpected(format!(
            "no item of {path} has the {member} {value}"
        )))
    }

    /// Shows the faults of a refusal.
    pub(super) fn faults(&mut self, answer: &Answer) -> Result<(), Wrong> {
        for fault in answer.list("/errors")? {
            let part = |name| fault.get(name).and_then(Value::as_str).unwrap_or_default();
            self.paper.fact(part("pointer"), part("detail"));
        }
        Ok(())
    }

    /// The path of a contract, or below it.
    pub(super) fn path(contract: &str, below: &str) -> String {
        format!("/contracts/{contract}{below}")
    }
}
