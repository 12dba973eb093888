//! The request of every operation, as its right caller would send it.

use serde_json::{Value, json};
use sharepact_tests::{
    Call, Deal, Framework, Person, asset, fresh_key, proposal, request, unique, webhook,
};

/// The request of an operation that is right for its right caller, sent by anyone.
pub async fn call(operation: &str, person: &Person, deal: &Deal, right: &Person) -> Call {
    let (asset_path, wallet) = (
        format!("/assets/{}", deal.asset),
        format!("/wallets/{}", right.owner()),
    );
    let organization = format!("/organizations/{}", right.owner());
    let command = |command: &str| person.post(deal.path(command), &Deal::body(command));
    match operation {
        "contractCreate" => person.post("/contracts", &request(&deal.asset)),
        "contractAcquire" => person.post(format!("{asset_path}/acquisitions"), &json!({})),
        "contractView" => person.get(deal.path("")),
        "contractUpdate" => person.patch(deal.path(""), &Deal::patch("draft")),
        "contractDecline" => command("decline"),
        "contractDraft" => command("draft"),
        "contractNegotiate" => command("negotiate"),
        "contractAccept" => command("accept"),
        "contractReject" => command("reject"),
        "contractActivate" => command("activate"),
        "contractStop" => command("stop"),
        "contractDocument" => person
            .get(deal.path("document"))
            .header("accept", "application/json"),
        "contractPrint" => person.post(deal.path("document"), &json!({})),
        "contractHistory" => person.get(deal.path("history")),
        "contractEvidence" => person.get(deal.path("evidence")),
        "contractVerification" => person.get(deal.path("verification")),
        "contractRequested" => person
            .get(format!("{asset_path}/contract-request"))
            .query("userId", &right.user),
        "contractActive" => person
            .get(format!("{asset_path}/active-contract"))
            .query("userId", &right.user),
        "assetRegister" => {
            let mut changed = asset("Private");
            changed["name"] = json!("Renamed");
            person.put(asset_path, &changed)
        }
        "assetView" => person.get(asset_path),
        "walletChallenge" => {
            let address = fresh_key().address().clone();
            person.post(
                format!("{wallet}/challenge"),
                &json!({ "address": address }),
            )
        }
        "walletRegister" => person.put(wallet, &right.proves(&fresh_key()).await),
        "walletView" => person.get(wallet),
        "walletTransfer" => transfer(person, &deal.asset),
        "transferView" => person.get(format!("/wallets/{}/transfers/{}", deal.asset, deal.id)),
        "webhookRegister" => person.post("/webhooks", &webhook()),
        "webhookView" => person.get(format!("/webhooks/{}", deal.id)),
        "webhookRotate" => person.post(format!("/webhooks/{}/rotate", deal.id), &json!({})),
        "webhookEnable" => person.post(format!("/webhooks/{}/enable", deal.id), &json!({})),
        "webhookRemove" => person.delete(format!("/webhooks/{}", deal.id)),
        "organizationView" => person.get(organization),
        "organizationChange" => person.patch(organization, &json!({ "name": unique("Named") })),
        "organizationInvite" => {
            let child = format!("/organizations/{}/invitations", deal.id);
            person.post(child, &json!({}))
        }
        "invitationRedeem" => person.post("/invitations/redeem", &json!({ "token": deal.asset })),
        "profileCreate" => person.post(format!("{organization}/profiles"), &profile()),
        "profileView" => person.get(format!("{organization}/profiles/{}", deal.id)),
        "profileChange" => person.put(format!("{organization}/profiles/{}", deal.id), &profile()),
        "passcodeIssue" => person.post("/passcodes", &json!({})),
        "passcodeResolve" => person.post("/passcodes/resolve", &json!({ "passcode": deal.asset })),
        "contractGrant" | "contractExtend" => framework(operation, person, deal),
        operation if operation.starts_with("agreement") && operation != "agreementList" => {
            framework(operation, person, deal)
        }
        "sessionCreate" => {
            let body = json!({ "agreementId": deal.id, "assetIds": [deal.asset] });
            person.post("/sessions", &body)
        }
        "sessionView" => person.get(session(deal, "")),
        "sessionChange" => {
            let end = json!({ "validTo": "2040-12-31T00:00:00Z" });
            person.patch(session(deal, ""), &end)
        }
        "sessionStart" => person.post(session(deal, "/start"), &json!({})),
        "sessionStop" => person.post(session(deal, "/stop"), &json!({ "reason": "Parked." })),
        "entitlementView" => person.get("/entitlements").query("assetId", &deal.asset),
        list => {
            let (path, query) = list_of(list, deal, right);
            let call = person.get(path);
            query
                .into_iter()
                .fold(call, |call, (name, value)| call.query(name, value))
        }
    }
}

/// The same of the operations on framework agreements and the contracts under them.
fn framework(operation: &str, person: &Person, deal: &Deal) -> Call {
    match operation {
        "agreementCreate" => person.post("/framework-agreements", &proposal(&deal.id, &json!({}))),
        "agreementView" => person.get(agreement(deal, "")),
        "agreementDocument" => person
            .get(agreement(deal, "/document"))
            .header("accept", "application/json"),
        "agreementPrint" => person.post(agreement(deal, "/document"), &json!({})),
        "agreementApprove" => person.post(agreement(deal, "/approve"), &json!({})),
        "agreementReject" => person.post(agreement(deal, "/reject"), &Framework::body("reject")),
        "agreementStop" => person.post(agreement(deal, "/stop"), &Framework::body("stop")),
        "contractGrant" => {
            let grant = json!({ "assetCount": 5, "validTo": "2040-12-31T00:00:00Z" });
            person.post(agreement(deal, "/contracts"), &grant)
        }
        "contractExtend" => {
            let until = json!({ "until": "2041-12-31T00:00:00Z" });
            person.post(deal.path("extend"), &until)
        }
        other => panic!("{other} has a row and no request"),
    }
}

/// The path of an agreement, or of what is below it.
fn agreement(deal: &Deal, below: &str) -> String {
    format!("/framework-agreements/{}{below}", deal.id)
}

/// The path of a session, or of what is below it.
fn session(deal: &Deal, below: &str) -> String {
    format!("/sessions/{}{below}", deal.id)
}

/// An order of ether for an address, under a key of its own.
pub fn transfer(by: &Person, address: &str) -> Call {
    let path = format!("/wallets/{address}/transfers");
    by.post(path, &json!({ "amount": "0.001" }))
        .key(&unique("key"))
}

/// A profile, each time of another name.
pub fn profile() -> Value {
    json!({ "name": unique("Partners"), "settings": { "timeZone": "Europe/Berlin", "language": "de" } })
}

/// The path and query of a list.
pub fn list_of(
    operation: &str,
    deal: &Deal,
    right: &Person,
) -> (String, Vec<(&'static str, String)>) {
    let user = vec![("userId", right.user.clone())];
    match operation {
        "contractList" => ("/contracts".to_owned(), user),
        "contractTasks" => ("/contracts/tasks".to_owned(), Vec::new()),
        "assetList" => ("/assets".to_owned(), vec![("owner", "me".to_owned())]),
        "assetContracts" => (format!("/assets/{}/contracts", deal.asset), Vec::new()),
        "assetsPending" => ("/assets/pending".to_owned(), user),
        "profileList" => (
            format!("/organizations/{}/profiles", right.owner()),
            Vec::new(),
        ),
        "agreementList" => ("/framework-agreements".to_owned(), Vec::new()),
        "sessionList" => ("/sessions".to_owned(), Vec::new()),
        "webhookList" => ("/webhooks".to_owned(), Vec::new()),
        "assetsAcquired" => ("/assets/acquired".to_owned(), user),
        other => panic!("{other} has a row and no request"),
    }
}
