//! The blockchain: the contract's events and its document are in it, and anyone can tell.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::answer::{Answer, Wrong};
use super::story::Story;
use super::target::Who::Consumer;
use crate::cli::Verify;
use crate::proof;

/// How often is looked whether everything is in the chain, a fifth of a second apart.
const LOOKS: usize = 300;

impl Story<'_> {
    /// Evidence, verified without the service; and evidence that somebody has altered.
    pub(super) async fn anchored(&mut self, contract: &str, pdf: &Path) -> Result<(), Wrong> {
        let Some((rpc, registry)) = self.ledger.clone() else {
            return Ok(());
        };
        self.step(
            "The blockchain has seen it",
            "Of each event, and of the document, the hash went into a tree, and the tree's root onto a blockchain. No \
             name, no term and no price did.",
        );
        let verification = self.until_proved(contract).await?;
        self.paper.call(Consumer, &verification);
        self.paper.fact("registry", registry.as_str());
        let checks = verification.list("/checks")?.len();
        self.paper
            .fact("checks", &format!("{checks}, all of them hold"));

        self.step(
            "Anyone can verify it, without Sharepact",
            "A file with the events, the proofs and the transactions. It is verified here with nothing but the file, the \
             PDF and a node; then again after somebody has changed one digit of it.",
        );
        let path = Self::path(contract, "/evidence");
        let answer = self.get(Consumer, &path).await?.expect(200)?;
        let file = pdf.with_extension("evidence.json");
        let canonical = serde_json_canonicalizer::to_string(&answer.body);
        let canonical = canonical.map_err(|error| Wrong::Unexpected(error.to_string()))?;
        write(&file, &canonical)?;
        let options = Verify {
            file: file.clone(),
            rpc: Some(rpc),
            registry: Some(registry),
            pdf: Some(pdf.to_path_buf()),
        };
        let proved = verified(&options).await?;
        if let Some(altered) = proved.altered {
            return Err(Wrong::Unexpected(altered));
        }
        self.paper.fact("evidence", &file.display().to_string());
        self.paper
            .fact("verified", "offline, on the chain, and the PDF with it");

        let forged = file.with_extension("forged.json");
        write(&forged, &canonical.replacen("420000", "120000", 1))?;
        let options = Verify {
            file: forged.clone(),
            ..options
        };
        let proved = verified(&options).await;
        std::fs::remove_file(&forged).map_err(|error| Wrong::Unexpected(error.to_string()))?;
        let Some(altered) = proved?.altered else {
            return Err(Wrong::Unexpected(
                "another price was not noticed".to_owned(),
            ));
        };
        self.paper.fact("forged", &altered);
        Ok(())
    }

    async fn until_proved(&mut self, contract: &str) -> Result<Answer, Wrong> {
        let path = Self::path(contract, "/verification");
        let mut looks = 0;
        loop {
            let answer = self.look(Consumer, &path).await?.expect(200)?;
            let holds =
                |check: &Value| check.get("verdict").and_then(Value::as_str) == Some("holds");
            if answer.list("/checks")?.iter().all(holds) {
                return Ok(answer);
            }
            looks += 1;
            if looks == LOOKS {
                return Err(Wrong::Unexpected(format!(
                    "it is not all in the chain: {}",
                    answer.body
                )));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

async fn verified(options: &Verify) -> Result<proof::Proved, Wrong> {
    let proved = proof::verified(options).await;
    proved.map_err(|error| Wrong::Unexpected(error.to_string()))
}

fn write(file: &Path, text: &str) -> Result<(), Wrong> {
    std::fs::write(file, text).map_err(|error| {
        Wrong::Unexpected(format!("{} cannot be written: {error}", file.display()))
    })
}
