//! The first part: an offer, and a request that meets every rule.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};
use sharepact_chain::possession::{Key, KeyError};

use super::answer::{Answer, Wrong};
use super::material::{ASSET, DAYS, FIELDS, filters, proof, request, wrong_filters};
use super::story::Story;
use super::target::Who::{Consumer, Provider};
use super::wire::Ask;

impl Story<'_> {
    /// The provider registers the asset.
    pub(super) async fn offer(&mut self) -> Result<(), Wrong> {
        self.step(
            "The provider offers a data set",
            "The trip records of New York's yellow taxis, with the columns that the city publishes. \
             Anyone sees the offer; using the data takes a contract.",
        );
        let definition: Value = serde_json::from_str(ASSET)
            .map_err(|error| Wrong::Unexpected(format!("the data set is no JSON: {error}")))?;
        let path = format!("/assets/{}", self.asset);
        let answer = self.put(Provider, &path, &definition).await?.expect(201)?;
        for member in ["/name", "/fields", "/accessLevel"] {
            let wanted = definition.pointer(member).unwrap_or(&Value::Null);
            answer.has(member, wanted)?;
        }
        let hint = format!(
            "{} {}",
            answer.text("/priceHint/currency")?,
            answer.text("/priceHint/amount")?
        );
        self.paper.fact("asset", answer.text("/name")?);
        self.paper.fact(
            "access",
            &format!("{}: by contract", answer.text("/accessLevel")?),
        );
        self.paper
            .fact("columns", &columns(answer.list("/fields")?));
        self.paper.fact("price hint", &hint);
        Ok(())
    }

    /// The consumer cannot request before there is a wallet.
    pub(super) async fn wallet(&mut self) -> Result<(), Wrong> {
        let consumer = self
            .target
            .identity(Consumer)
            .map_err(|error| Wrong::Unexpected(error.to_string()))?
            .1
            .to_owned();
        let path = format!("/wallets/{consumer}");
        // Where an earlier run left a wallet, there is nothing to refuse.
        if !self.fresh {
            self.step(
                "The consumer looks up its wallet",
                "Whoever requests data in their own name has a registered wallet address.",
            );
            let found = self.get(Consumer, &path).await?;
            if found.status == 200 {
                self.paper.fact("wallet", found.text("/address")?);
                return Ok(());
            }
            found.problem(404, "not-found")?;
        }
        self.step(
            "The consumer asks too early",
            "Whoever requests data in their own name needs a wallet address first: the refusal says so, \
             and nothing is changed.",
        );
        let body = request(&self.asset, &filters());
        let refused = self.post(Consumer, "/contracts", &body).await?;
        let refused = refused.problem(409, "wallet-required")?;
        self.paper.fact("refused", refused.text("/title")?);
        self.paper.fact("because", refused.text("/detail")?);

        self.step(
            "The consumer registers a wallet",
            "Anybody can name an address; its owner can sign with it. Sharepact hands out a message, the \
             wallet signs it, and the signature names the address that made it. The key never leaves the \
             wallet: here that is one made for this run. A signature by another wallet shows nothing.",
        );
        let (key, other) = (made(Key::random())?, made(Key::random())?);
        let asked = json!({ "address": key.address() });
        let challenge = format!("{path}/challenge");
        let told = self.post(Consumer, &challenge, &asked).await?.expect(200)?;
        let mut name = "to sign";
        for line in told
            .text("/message")?
            .lines()
            .filter(|line| !line.is_empty())
        {
            self.paper.fact(name, line);
            name = "";
        }
        let foreign = made(other.sign(told.text("/message")?))?.to_string();
        let body = json!({
            "address": key.address(),
            "challenge": told.text("/challenge")?,
            "signature": foreign,
        });
        let refused = self.put(Consumer, &path, &body).await?;
        let refused = refused.problem(403, "signature-mismatch")?;
        self.paper.fact("refused", refused.text("/title")?);
        let body = made(proof(&key, &told.body))?;
        let signature = body.get("signature").and_then(Value::as_str);
        self.paper
            .fact("signature", &ends(signature.unwrap_or_default()));
        let answer = self.put(Consumer, &path, &body).await?.expect(201)?;
        answer.says("/address", key.address().as_str())?;
        answer.says("/owner", &consumer)?;
        self.paper.fact("wallet", key.address().as_str());
        Ok(())
    }

    /// A request with mistakes names each of them.
    pub(super) async fn mistake(&mut self) -> Result<(), Wrong> {
        self.step(
            "A request with mistakes is refused",
            "The consumer asks for rows without having read the schema. Each mistake is named by its place \
             in the request, with what would be right.",
        );
        let body = request(&self.asset, &wrong_filters());
        let refused = self.post(Consumer, "/contracts", &body).await?;
        let refused = refused.problem(400, "invalid-filter")?;
        refused.says("/errors/0/pointer", "/filters/1")?;
        refused.says("/errors/1/pointer", "/filters/2")?;
        self.paper.fact("refused", refused.text("/title")?);
        self.faults(&refused)
    }

    /// The consumer requests; sent twice, it is one request.
    pub(super) async fn request(&mut self) -> Result<String, Wrong> {
        self.step(
            "The consumer requests the data",
            "Twelve columns for a year, with a local copy; of the trips those since the congestion zone's \
             first day, of half a mile to sixty, paid by card or cash. The connection seems to fail, so it \
             sends the request again under the same idempotency key: it counts once.",
        );
        let body = request(&self.asset, &filters());
        let key = format!("demo-{}", self.asset);
        let first = self.send_request(&body, &key).await?;
        let again = self.send_request(&body, &key).await?;
        first.says("/status", "Request")?;
        first.has("/duration", &json!(DAYS))?;
        first.has("/fields", &json!(FIELDS))?;
        first.has("/filters", &filters())?;
        again.has("", &first.body)?;
        if first.replayed || !again.replayed {
            let said =
                "the first answer is new and the second one repeats it, says Idempotent-Replayed";
            return Err(Wrong::Unexpected(format!("{said}: it is not so")));
        }
        self.paper
            .fact("sent again", "the same answer, marked Idempotent-Replayed");
        self.paper.fact("contract", first.text("/id")?);
        self.paper.fact("status", first.text("/status")?);
        self.paper
            .fact("duration", &format!("{DAYS} days from activation on"));
        self.paper.fact("columns", &first.words("/fields")?);
        for filter in first.list("/filters")? {
            self.paper.fact("rows", &described(filter));
        }
        self.paper.fact("purpose", first.text("/comment")?);
        Ok(first.text("/id")?.to_owned())
    }

    async fn send_request(&mut self, body: &Value, key: &str) -> Result<Answer, Wrong> {
        let ask = Ask {
            method: Method::POST,
            path: "/contracts",
            body: Some(body),
            header: Some(("idempotency-key", key)),
        };
        self.ask(Consumer, ask).await?.expect(201)
    }

    /// The provider finds the request waiting.
    pub(super) async fn tasks(&mut self, contract: &str) -> Result<(), Wrong> {
        self.step(
            "The provider sees what waits for it",
            "Requests to answer, offers to consider and signed contracts to activate, oldest first.",
        );
        let task = self
            .find(Provider, "/contracts/tasks", "id", contract)
            .await?;
        let part = |name| task.get(name).and_then(Value::as_str).unwrap_or_default();
        let may: Vec<_> = task
            .get("allowed")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if part("status") != "Request" || !may.contains(&"draft") {
            return Err(Wrong::Unexpected(format!(
                "the task is no request to draft but {} with {may:?}",
                part("status")
            )));
        }
        let waiting = format!("{}: {}", part("status"), part("assetName"));
        self.paper.fact("waiting", &waiting);
        self.paper.fact("may", &may.join(", "));
        Ok(())
    }
}

/// What a wallet did, which does not fail.
fn made<T>(outcome: Result<T, KeyError>) -> Result<T, Wrong> {
    outcome.map_err(|error| Wrong::Unexpected(error.to_string()))
}

/// The beginning and the end of a long word.
fn ends(word: &str) -> String {
    let head: String = word.chars().take(34).collect();
    let tail: String = word
        .chars()
        .skip(word.chars().count().saturating_sub(32))
        .collect();
    format!("{head}…{tail}")
}

/// How many columns there are, and of which types.
fn columns(fields: &[Value]) -> String {
    let mut types: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in fields
        .iter()
        .filter_map(|field| field.get("type")?.as_str())
    {
        *types.entry(kind).or_default() += 1;
    }
    let types: Vec<_> = types
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    format!("{}: {}", fields.len(), types.join(", "))
}

/// A filter in words.
fn described(filter: &Value) -> String {
    let part = |name: &str| filter.get(name).and_then(Value::as_str);
    let field = part("field").unwrap_or("?");
    let values = filter.get("values").and_then(Value::as_array);
    match (values, part("from"), part("to")) {
        (Some(values), _, _) => {
            let values: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            format!("{field} is {}", values.join(" or "))
        }
        (None, Some(from), Some(to)) => format!("{field} from {from} to {to}"),
        (None, Some(from), None) => format!("{field} from {from}"),
        (None, None, to) => format!("{field} up to {}", to.unwrap_or("?")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_as_sentences() {
        for (filter, text) in [
            (json!({"field": "a", "values": ["1", "2"]}), "a is 1 or 2"),
            (
                json!({"field": "a", "from": "1", "to": "2"}),
                "a from 1 to 2",
            ),
            (json!({"field": "a", "from": "1"}), "a from 1"),
            (json!({"field": "a", "to": "2"}), "a up to 2"),
        ] {
            assert_eq!(described(&filter), text);
        }
    }

    #[test]
    fn columns_are_counted_by_type() {
        let fields = [
            json!({"type": "date"}),
            json!({"type": "text"}),
            json!({"type": "date"}),
        ];
        assert_eq!(columns(&fields), "3: 2 date, 1 text");
    }
}
