//! The operations on framework agreements and the contracts under them.

use serde_json::json;

use super::{Case, Expected, READ, WRITE};
use crate::world::{frame, get, post, profile};

/// Provider and passcode, then the consumer, who is to pay.
const PAYING: &[Expected] = &[
    ("BatchGetItem", ""),
    ("BatchGetItem", ""),
    ("TransactWriteItems", ""),
];

pub(super) fn all() -> Vec<Case> {
    let mut cases = made();
    cases.extend(commands());
    cases.extend(reads());
    cases
}

fn made() -> Vec<Case> {
    vec![
        case!("agreement-create", "with a passcode", 201, WRITE, |w| {
            let (provider, consumer) = (w.organization().await, w.organization().await);
            w.proposal(&provider, &consumer, &json!({})).await
        }),
        case!(
            "agreement-create",
            "with a passcode, and the consumer pays",
            201,
            PAYING,
            |w| {
                let (provider, consumer) = (w.organization().await, w.organization().await);
                let payer = json!({ "payer": "consumer" });
                w.proposal(&provider, &consumer, &payer).await
            }
        ),
        case!(
            "agreement-create",
            "with a consumer that is new",
            201,
            WRITE,
            |w| {
                let provider = w.organization().await;
                let path = format!("/organizations/{provider}/profiles");
                let made = post("stranger", path, profile("Partners"));
                let made = w.by(made, &provider, &["administrator"]);
                let made = w.expect(201, &made).await.json();
                let mut body = frame();
                body["consumer"] = json!({
                    "organizationName": "Harbour Rentals",
                    "contact": { "firstName": "Nora", "lastName": "Lind", "email": "nora@example.org" },
                    "profileId": made["id"],
                });
                w.contracts(&provider, post("stranger", "/framework-agreements", body))
            }
        ),
        case!("contract-grant", "under an agreement", 201, WRITE, |w| {
            let agreed = w.agreement("Active").await;
            let body = json!({ "assetCount": 50, "validTo": "2026-12-31T00:00:00Z" });
            w.contracts(
                &agreed.provider,
                post("stranger", agreed.path("contracts"), body),
            )
        }),
    ]
}

fn commands() -> Vec<Case> {
    vec![
        case!("agreement-approve", "Pending", 200, WRITE, |w| {
            let agreed = w.agreement("Pending").await;
            let approve = post("stranger", agreed.path("approve"), json!({}));
            w.contracts(&agreed.consumer, approve)
        }),
        case!("agreement-reject", "Pending", 200, WRITE, |w| {
            let agreed = w.agreement("Pending").await;
            let reject = json!({ "reason": "No." });
            let reject = post("stranger", agreed.path("reject"), reject);
            w.contracts(&agreed.consumer, reject)
        }),
        case!("agreement-stop", "Active", 200, WRITE, |w| {
            let agreed = w.agreement("Active").await;
            let stop = json!({ "reason": "Sold." });
            let stop = post("stranger", agreed.path("stop"), stop);
            w.contracts(&agreed.provider, stop)
        }),
        case!("contract-extend", "Active", 200, WRITE, |w| {
            let agreed = w.agreement("Active").await;
            let path = format!("/contracts/{}/extend", w.granted(&agreed, 5).await);
            let until = json!({ "until": "2027-12-31T00:00:00Z" });
            w.contracts(&agreed.provider, post("stranger", path, until))
        }),
        case!("contract-stop", "under an agreement", 200, WRITE, |w| {
            let agreed = w.agreement("Active").await;
            let path = format!("/contracts/{}/stop", w.granted(&agreed, 5).await);
            let stop = json!({ "reason": "Sold." });
            w.contracts(&agreed.consumer, post("stranger", path, stop))
        }),
    ]
}

fn reads() -> Vec<Case> {
    vec![
        case!("agreement-view", "one", 200, READ, |w| {
            let agreed = w.agreement("Pending").await;
            w.by(get("stranger", agreed.path("")), &agreed.consumer, &[])
        }),
        case!("agreement-view", "unchanged", 304, READ, |w| {
            let agreed = w.agreement("Pending").await;
            let seen = get("stranger", agreed.path("")).header("if-none-match", "\"1\"");
            w.by(seen, &agreed.consumer, &[])
        }),
        case!("contract-view", "under an agreement", 200, READ, |w| {
            let agreed = w.agreement("Active").await;
            let path = format!("/contracts/{}", w.granted(&agreed, 5).await);
            w.by(get("stranger", path), &agreed.consumer, &[])
        }),
        case!(
            "agreement-list",
            "of an organisation",
            200,
            &[
                ("Query", "by-consumer-organization"),
                ("Query", "by-provider-organization")
            ],
            |w| {
                let agreed = w.agreement("Pending").await;
                let list = get("stranger", "/framework-agreements");
                w.by(list, &agreed.provider, &[])
            }
        ),
        case!(
            "agreement-list",
            "what waits for it",
            200,
            &[("Query", "by-consumer-organization")],
            |w| {
                let agreed = w.agreement("Pending").await;
                let list = "/framework-agreements?role=consumer&status=Pending";
                w.by(get("stranger", list), &agreed.consumer, &[])
            }
        ),
        case!("agreement-list", "of nobody", 200, &[], |_w| get(
            "stranger",
            "/framework-agreements"
        )),
    ]
}
