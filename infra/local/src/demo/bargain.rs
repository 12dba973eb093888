//! The second part: price and terms, until both sides are bound.

use http::Method;
use serde_json::{Value, json};

use super::answer::{Answer, Wrong};
use super::material::{
    CLAUSE, COUNTER_CLAUSE, COUNTER_PRICE, GROSS, PRICE, TERMS, VAT, counter_offer, draft,
};
use super::story::Story;
use super::target::Who::{Consumer, Provider, Stranger};
use super::wire::Ask;

impl Story<'_> {
    /// The provider answers with a price and terms.
    pub(super) async fn draft(&mut self, contract: &str) -> Result<(), Wrong> {
        self.step(
            "The provider drafts the contract",
            "A price, a VAT rate and a licence agreement. Currency and VAT are fixed from now on; price and \
             terms are up for negotiation.",
        );
        let path = Self::path(contract, "/draft");
        let answer = self.post(Provider, &path, &draft()).await?.expect(200)?;
        answer.says("/status", "Draft")?;
        answer.says("/turn", "consumer")?;
        answer.says("/offer/price", PRICE)?;
        answer.says("/offer/vat", VAT)?;
        answer.says("/offer/terms", TERMS)?;
        self.paper
            .fact("status", "Draft, and it is the consumer's turn");
        self.offer_shown(&answer)
    }

    /// The consumer wants a lower price and one clause changed, and then has to wait.
    pub(super) async fn negotiate(&mut self, contract: &str) -> Result<(), Wrong> {
        self.step(
            "The consumer makes a counter-offer",
            "A lower price, and the right to publish what it finds out. Nobody accepts their own offer: \
             now it is the provider's turn.",
        );
        let path = Self::path(contract, "/negotiate");
        let answer = self
            .post(Consumer, &path, &counter_offer())
            .await?
            .expect(200)?;
        answer.says("/status", "Negotiate")?;
        answer.says("/turn", "provider")?;
        answer.has("/offer/revision", &json!(2))?;
        answer.says("/offer/price", COUNTER_PRICE)?;
        answer.says("/offer/gross", GROSS)?;
        let path = Self::path(contract, "/accept");
        let refused = self.post(Consumer, &path, &json!({})).await?;
        let refused = refused.problem(409, "not-your-turn")?;
        refused.has("/allowed", &json!(["reject"]))?;
        self.paper.fact("refused", refused.text("/title")?);
        self.paper.fact("may", &refused.words("/allowed")?);
        self.offer_shown(&answer)
    }

    /// The provider compares the two revisions.
    pub(super) async fn difference(&mut self, contract: &str) -> Result<(), Wrong> {
        self.step(
            "The provider looks at what has changed",
            "Every revision is kept, and any two of them can be compared.",
        );
        let path = Self::path(contract, "/history?from=1&to=2");
        let answer = self.get(Provider, &path).await?.expect(200)?;
        answer.says("/difference/price/from", PRICE)?;
        answer.says("/difference/price/to", COUNTER_PRICE)?;
        let (mut removed, mut added) = (String::new(), String::new());
        for change in answer.list("/difference/terms")? {
            let text = change
                .get("text")
                .and_then(Value::as_str)
                .unwrap_or_default();
            match change.get("change").and_then(Value::as_str) {
                Some("removed") => removed.push_str(text),
                Some("added") => added.push_str(text),
                Some(_) | None => {}
            }
        }
        for (found, wanted) in [(&removed, CLAUSE), (&added, COUNTER_CLAUSE)] {
            if found.trim() != wanted {
                return Err(Wrong::Unexpected(format!(
                    "the comparison shows {:?} instead of {wanted:?}",
                    found.trim()
                )));
            }
        }
        let currency = answer.text("/difference/price/currency")?;
        let price = format!("{currency} {PRICE} → {COUNTER_PRICE}");
        self.paper.fact("net price", &price);
        self.paper.fact("terms", "one clause");
        self.paper.removed(&removed);
        self.paper.added(&added);
        Ok(())
    }

    /// Nobody else learns that there is a contract at all.
    pub(super) async fn stranger(&mut self, contract: &str) -> Result<(), Wrong> {
        self.step(
            "A stranger sees nothing",
            "With a valid token and the right address, but no party to the contract: the answer is the same as for \
             one that does not exist.",
        );
        let answer = self.get(Stranger, &Self::path(contract, "")).await?;
        let answer = answer.problem(404, "not-found")?;
        self.paper.fact("refused", answer.text("/detail")?);
        Ok(())
    }

    /// The provider accepts exactly what it read.
    pub(super) async fn accept(&mut self, contract: &str) -> Result<(), Wrong> {
        self.step(
            "The provider accepts",
            "It reads the contract and accepts what it has read: with If-Match, an offer that changed in \
             between would be refused. Both sides are bound now.",
        );
        let read = self
            .get(Provider, &Self::path(contract, ""))
            .await?
            .expect(200)?;
        let Some(tag) = read.etag else {
            let said = format!("the answer to {} has no ETag", read.call);
            return Err(Wrong::Unexpected(said));
        };
        let (path, body) = (Self::path(contract, "/accept"), json!({}));
        let ask = Ask {
            method: Method::POST,
            path: &path,
            body: Some(&body),
            header: Some(("if-match", &tag)),
        };
        let answer = self.ask(Provider, ask).await?.expect(200)?;
        answer.says("/status", "Signed")?;
        answer.says("/signature/by", "provider")?;
        answer.has("/signature/revision", &json!(2))?;
        self.paper.fact("status", answer.text("/status")?);
        let signature = format!(
            "revision 2, accepted at {}",
            answer.text("/signature/signedAt")?
        );
        self.paper.fact("signature", &signature);
        Ok(())
    }

    fn offer_shown(&mut self, answer: &Answer) -> Result<(), Wrong> {
        let text = |pointer| answer.text(pointer);
        let currency = text("/offer/currency")?;
        let (net, vat) = (text("/offer/price")?, text("/offer/vat")?);
        let (amount, gross) = (text("/offer/vatAmount")?, text("/offer/gross")?);
        let price = format!("{currency} {net} + {vat} % VAT {amount} = {gross}");
        let clauses = text("/offer/terms")?
            .lines()
            .filter(|line| line.starts_with("## "))
            .count();
        let hash = text("/offer/termsHash")?.to_owned();
        self.paper.fact("price", &price);
        self.paper
            .fact("terms", &format!("{clauses} clauses, SHA-256"));
        self.paper.fact("", &hash);
        Ok(())
    }
}
