//! From a commit to the blockchain: table, stream, relay, bus, rule, queue, the key from its secrets, a real node.

use std::time::Duration;

use serde_json::json;
use sharepact_tests::{Api, Deal, fresh_key, unique};

use crate::deployed;
use crate::services::eventually;

/// How long it may take: an event waits ten seconds for others, and the watch comes once a minute.
const PATIENCE: Duration = Duration::from_mins(5);

#[test]
fn a_registered_wallet_is_funded_and_an_operator_sends_more() {
    deployed(async |api: Api, _, _| {
        let Some(person) = api.mint(json!({})) else {
            return;
        };
        let key = fresh_key();
        person.uses(&key).await.must(201, "a wallet is registered");
        let funded = eventually("the funding of a wallet", PATIENCE, async || {
            let wallet = person.get(person.wallet()).await;
            (wallet["funding"] == "confirmed").then_some(wallet)
        });
        let wallet = funded.await;
        assert_eq!(
            (&wallet["ledger"], &wallet["balance"]),
            (&json!("on"), &json!("0.01")),
            "{wallet}"
        );
        let operator = api.operator();
        let path = format!("/wallets/{}/transfers", key.address());
        let order = operator.post(path, &json!({ "amount": "0.05" }));
        let ordered = order.key(&unique("key")).await;
        let ordered = ordered.must(202, "an operator orders");
        let place = ordered.header("location").expect("a place").to_owned();
        let sent = eventually("a transfer", PATIENCE, async || {
            let transfer = operator.get(&place).await;
            (transfer["status"] == "confirmed").then_some(transfer)
        });
        sent.await;
        let wallet = person.get(person.wallet()).await;
        assert_eq!(wallet["balance"], "0.06", "{wallet}");
    });
}

#[test]
fn the_events_of_a_contract_are_in_the_chain() {
    deployed(async |api: Api, _, _| {
        let deal = Deal::at("Active", &api.provider(), &api.consumer()).await;
        let proved = eventually("the proofs of a contract", PATIENCE, async || {
            let told = deal.consumer.get(deal.path("verification")).await;
            let pending = told["checks"]
                .as_array()
                .is_some_and(|checks| checks.iter().any(|check| check["verdict"] != "holds"));
            (told.status == 200 && !pending).then_some(told)
        });
        let told = proved.await;
        assert_eq!(told["holds"], true, "{told}");
    });
}
