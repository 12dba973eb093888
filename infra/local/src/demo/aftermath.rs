//! What follows every commit: the document, and the events that the consumer was told of.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::answer::Wrong;
use super::closing::EVENTS;
use super::listener::Listener;
use super::story::Story;
use super::target::Who::{self, Consumer};

/// How often is looked whether the document is there, a tenth of a second apart.
const LOOKS: usize = 200;

impl Story<'_> {
    /// The consumer wants to be told. Only a stack on this machine can reach the demo's endpoint.
    pub(super) async fn subscribe(&mut self) -> Result<(), Wrong> {
        if !self.local {
            return Ok(());
        }
        self.step(
            "The consumer asks to be told",
            "A webhook: every event of its contracts will be posted to an address of its own, signed with a secret \
             that is shown once. This address is the demo's; only a local stack takes one on this machine.",
        );
        let listener = Listener::start().await?;
        let body = json!({ "url": listener.url, "eventTypes": ["*"], "description": "The demo." });
        let answer = self.post(Consumer, "/webhooks", &body).await?.expect(201)?;
        let secret = answer.text("/secret")?;
        listener.trust(secret)?;
        let shown: String = secret.chars().take(10).collect();
        self.paper.fact("address", &listener.url);
        self.paper.fact("secret", &format!("{shown}…"));
        self.webhook = Some((answer.text("/id")?.to_owned(), listener));
        Ok(())
    }

    /// What was delivered to the consumer meanwhile.
    pub(super) async fn told(&mut self, contract: &str) -> Result<(), Wrong> {
        let Some((webhook, listener)) = self.webhook.take() else {
            return Ok(());
        };
        self.step(
            "The consumer has been told",
            "From the table's stream to the event bus, to a queue, to the consumer's address: each event, with the \
             signature checked, in the order of the contract.",
        );
        for event in listener.events(contract, &EVENTS).await? {
            let part = |name| event.get(name).and_then(Value::as_str).unwrap_or_default();
            let sequence = event
                .get("sequence")
                .and_then(Value::as_u64)
                .unwrap_or_default();
            self.paper.fact(&format!("event {sequence}"), part("type"));
        }
        let path = format!("/webhooks/{webhook}");
        self.delete(Consumer, &path).await?.expect(200)?;
        Ok(())
    }

    /// The contract as PDF, brought home.
    pub(super) async fn document(&mut self, contract: &str, file: &Path) -> Result<(), Wrong> {
        self.step(
            "The contract is a document",
            "Rendered after the last step, kept under its own hash, and handed out by a link that works for five \
             minutes.",
        );
        let path = Self::path(contract, "/document");
        self.paper_of(Consumer, &path, EVENTS.len() as u64, file)
            .await
    }

    /// The document at a path, as soon as it shows this version, in a file.
    pub(super) async fn paper_of(
        &mut self,
        who: Who,
        path: &str,
        version: u64,
        file: &Path,
    ) -> Result<(), Wrong> {
        let mut looks = 0;
        let answer = loop {
            let answer = self.look(who, path).await?;
            let current = answer.body.get("version").and_then(Value::as_u64);
            if current == Some(version) {
                break answer.expect(200)?;
            }
            looks += 1;
            if looks == LOOKS {
                return Err(Wrong::Unexpected(format!(
                    "there is no document: {}",
                    answer.body
                )));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        self.paper.call(who, &answer);
        let bytes = self.download(answer.text("/url")?).await?;
        if !bytes.starts_with(b"%PDF-") {
            return Err(Wrong::Unexpected("the link leads to no PDF".to_owned()));
        }
        let failed =
            |error| Wrong::Unexpected(format!("{} cannot be written: {error}", file.display()));
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        std::fs::write(file, &bytes).map_err(failed)?;
        self.paper.fact("file", &file.display().to_string());
        self.paper.fact("size", &format!("{} bytes", bytes.len()));
        self.paper.fact("SHA-256", answer.text("/sha256")?);
        Ok(())
    }
}
