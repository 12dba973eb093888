//! The operations on sessions, and the entitlement check.

use serde_json::{Value, json};

use super::{Case, Expected, READ, TWO_READS, WRITE};
use crate::world::{Request, World, get, patch, post, sessions};

/// Somebody holds the place who has ended: the transaction says so, places and holders are read, the next one takes it.
const GIVES_WAY: &[Expected] = &[
    ("BatchGetItem", ""),
    ("BatchGetItem", ""),
    ("BatchGetItem", ""),
    ("TransactWriteItems", ""),
    ("TransactWriteItems", ""),
];
/// The quota is full: one overdue session is found and recorded as ended, and then there is room.
const MAKES_ROOM: &[Expected] = &[
    ("BatchGetItem", ""),
    ("BatchGetItem", ""),
    ("BatchGetItem", ""),
    ("Query", "by-parent"),
    ("TransactWriteItems", ""),
    ("TransactWriteItems", ""),
    ("TransactWriteItems", ""),
];
/// Of what is not the provider's own: the sessions by which it has it.
const ONWARD: &[Expected] = &[
    ("BatchGetItem", ""),
    ("BatchGetItem", ""),
    ("BatchGetItem", ""),
    ("TransactWriteItems", ""),
];

pub(super) fn all() -> Vec<Case> {
    vec![
        case!("session-create", "of one asset", 201, WRITE, |w| {
            sessions(&w.ready_agreement().await, None, &w.assets(1).await)
        }),
        case!("session-create", "under a contract", 201, WRITE, |w| {
            let (agreement, contract) = w.quota(1).await;
            sessions(&agreement, Some(&contract), &w.assets(1).await)
        }),
        case!(
            "session-create",
            "where one has ended",
            201,
            GIVES_WAY,
            |w| {
                let (agreement, assets) = (w.ready_agreement().await, w.assets(1).await);
                short(w, sessions(&agreement, None, &assets)).await;
                sessions(&agreement, None, &assets)
            }
        ),
        case!(
            "session-create",
            "where a place is over",
            201,
            MAKES_ROOM,
            |w| {
                let (agreement, contract) = w.quota(1).await;
                short(w, sessions(&agreement, Some(&contract), &w.assets(1).await)).await;
                sessions(&agreement, Some(&contract), &w.assets(1).await)
            }
        ),
        case!("session-create", "of what was received", 201, ONWARD, |w| {
            let received = w.running().await;
            let other = w.fresh("organization");
            let agreement = w.agreed("acme-mobility", &other, &json!({})).await;
            let asset = received["assetId"].as_str().expect("an asset").to_owned();
            let body = json!({ "agreementId": agreement, "assetIds": [asset] });
            post("manager", "/sessions", body)
        }),
        case!("session-list", "of both sides", 200, LISTED_TWICE, |w| {
            w.session().await;
            get("provider-manager", "/sessions")
        }),
        case!("session-list", "of one side", 200, LISTED, |w| {
            w.session().await;
            get("manager", "/sessions?role=consumer&limit=3")
        }),
        case!("session-view", "one", 200, READ, |w| {
            get("member", path(&w.session().await))
        }),
        case!("session-view", "unchanged", 304, READ, |w| {
            let path = path(&w.session().await);
            let seen = w.expect(200, &get("member", &path)).await;
            let tag = seen.header("etag").expect("a tag");
            get("member", &path).header("if-none-match", tag)
        }),
        case!("session-start", "one", 200, WRITE, |w| {
            let path = format!("{}/start", path(&w.session().await));
            post("provider-manager", path, json!({}))
        }),
        case!("session-stop", "by its consumer", 200, WRITE, |w| {
            let path = format!("{}/stop", path(&w.running().await));
            post("manager", path, json!({ "reason": "Parked" }))
        }),
        case!("session-change", "an end of its own", 200, WRITE, |w| {
            let end = json!({ "validTo": "2039-01-01T00:00:00Z" });
            patch("provider-manager", path(&w.session().await), end)
        }),
        case!("entitlement-view", "by a session", 200, TWO_READS, |w| {
            let session = w.running().await;
            get(
                "member",
                check(session["assetId"].as_str().expect("an asset")),
            )
        }),
        case!("entitlement-view", "of what nobody knows", 200, READ, |w| {
            get("stranger", check(&w.fresh("unknown")))
        }),
    ]
}

const LISTED: &[Expected] = &[("BatchGetItem", ""), ("Query", "by-consumer-organization")];
const LISTED_TWICE: &[Expected] = &[
    ("BatchGetItem", ""),
    ("Query", "by-consumer-organization"),
    ("Query", "by-provider-organization"),
];

/// Makes sessions that are over a moment later, and lets that moment pass.
async fn short(w: &World, request: Request) {
    let end = w.now().plus(chrono::TimeDelta::seconds(1));
    let mut body = request.body.clone().expect("a body");
    body["validTo"] = json!(end.expect("an instant").to_string());
    w.expect(201, &request.body(body)).await;
    w.pass(chrono::TimeDelta::seconds(2));
}

fn path(session: &Value) -> String {
    format!("/sessions/{}", session["id"].as_str().expect("an id"))
}

fn check(asset: &str) -> String {
    format!("/entitlements?assetId={asset}")
}
