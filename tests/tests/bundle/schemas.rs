//! The facts of the domain and the schemas of `infra/events/`: each fact has one, each says what the
//! fact is, and none says less.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sharepact_domain::agreement::AgreementFact;
use sharepact_domain::asset::AssetFact;
use sharepact_domain::contract::ContractFact;
use sharepact_domain::document::DocumentFact;
use sharepact_domain::event::{Event, Fact, Link};
use sharepact_domain::id::EventId;
use sharepact_domain::organization::OrganizationFact;
use sharepact_domain::party::Author;
use sharepact_domain::passcode::PasscodeFact;
use sharepact_domain::profile::ProfileFact;
use sharepact_domain::session::{AllotmentFact, SessionFact};
use sharepact_domain::trace::TraceParent;
use sharepact_domain::transfer::TransferFact;
use sharepact_domain::wallet::WalletFact;
use sharepact_domain::webhook::WebhookFact;
use sharepact_tests::Schemas;

const HASH: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";
const UUID: &str = "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d";
const AT: &str = "2026-03-16T09:00:00.000Z";

/// A fact, sealed and written as the bus shows it.
fn published<F: Fact>(data: &Value, author: Author) -> Value {
    let fact: F = serde_json::from_value(data.clone())
        .unwrap_or_else(|error| panic!("{data} is no fact: {error}"));
    assert_eq!(json!(fact.name()), data["type"]);
    let id = "019614a0-7c3e-7b52-9d1f-4a6be0c2f7d8"
        .parse()
        .expect("an id");
    let at = AT.parse().expect("an instant");
    let event = Event::seal(fact, EventId::new(id), "1", Link::FIRST, author, at);
    let text = event.expect("it is sealed").canonical().expect("JSON");
    let mut event: Value = serde_json::from_str(&text).expect("JSON");
    event["traceparent"] = json!(TraceParent::of(id).as_str());
    event
}

fn contract_facts() -> Vec<Value> {
    // A variant without a sample below does not get past this match.
    fn sampled(fact: &ContractFact) {
        match fact {
            ContractFact::Requested { .. }
            | ContractFact::Acquired { .. }
            | ContractFact::Opened { .. }
            | ContractFact::Granted { .. }
            | ContractFact::Declined { .. }
            | ContractFact::Drafted { .. }
            | ContractFact::Negotiated { .. }
            | ContractFact::Signed { .. }
            | ContractFact::Rejected { .. }
            | ContractFact::Activated { .. }
            | ContractFact::Extended { .. }
            | ContractFact::Stopped { .. }
            | ContractFact::Expiring { .. }
            | ContractFact::Expired { .. } => {}
        }
    }
    let asset = json!({ "id": "trips", "name": "Trips", "accessLevel": "Private", "version": 1 });
    let (provider, consumer) = (
        json!({ "user": "petra" }),
        json!({ "user": "mia", "organization": "lab" }),
    );
    let price = json!({ "minor": 125_000, "currency": "EUR" });
    let scope = |duration: Value| {
        json!({
            "duration": duration, "offlineRetention": false, "fields": ["fare"],
            "filters": [{ "field": "fare", "from": "1" }, { "field": "zone", "values": ["A"] }],
            "comment": "A study.",
        })
    };
    let samples = vec![
        (
            "requested",
            json!({ "asset": asset, "provider": provider, "consumer": consumer, "scope": scope(json!({ "days": 30 })) }),
        ),
        (
            "acquired",
            json!({ "asset": asset, "provider": provider, "consumer": consumer, "scope": scope(json!("forever")), "price": price, "termsHash": HASH }),
        ),
        (
            "opened",
            json!({
                "origin": { "kind": "Framework", "agreement": UUID }, "asset": asset, "provider": provider, "consumer": consumer,
                "scope": scope(json!({ "days": 30 })), "price": price, "vat": "19", "termsHash": HASH, "effectiveAt": AT, "expiresAt": AT,
            }),
        ),
        (
            "granted",
            json!({
                "agreement": UUID, "quota": { "assets": 50, "entity": "asset", "notAfter": AT },
                "provider": { "user": "petra", "organization": "fleet" }, "consumer": consumer, "effectiveAt": AT, "expiresAt": AT,
            }),
        ),
        ("declined", json!({ "reason": null })),
        (
            "drafted",
            json!({ "revision": 1, "price": price, "vat": "19.5", "termsHash": HASH }),
        ),
        (
            "negotiated",
            json!({ "revision": 2, "by": "consumer", "price": price, "termsHash": HASH, "comment": "Less." }),
        ),
        (
            "signed",
            json!({ "by": "consumer", "revision": 2, "termsHash": HASH }),
        ),
        ("rejected", json!({ "by": "provider", "reason": "No." })),
        (
            "activated",
            json!({ "paymentReference": "INV-1", "effectiveAt": AT, "expiresAt": null }),
        ),
        ("extended", json!({ "expiresAt": AT })),
        (
            "stopped",
            json!({ "by": "provider", "reason": "Breach.", "detail": "Rows were published." }),
        ),
        ("expiring", json!({ "days": 14, "expiresAt": AT })),
        ("expired", json!({ "expiresAt": AT })),
    ];
    let author = Author::User {
        user: "mia".to_owned().try_into().expect("an id"),
        organization: None,
    };
    samples
        .into_iter()
        .map(|(name, data)| {
            let data = json!({ "type": format!("contract.{name}"), "data": data });
            sampled(&serde_json::from_value(data.clone()).expect("a fact"));
            published::<ContractFact>(&data, author.clone())
        })
        .collect()
}

fn agreement_facts() -> Vec<Value> {
    // A variant without a sample below does not get past this match.
    fn sampled(fact: &AgreementFact) {
        match fact {
            AgreementFact::Proposed { .. }
            | AgreementFact::Onboarded { .. }
            | AgreementFact::Approved {}
            | AgreementFact::Rejected { .. }
            | AgreementFact::Stopped { .. }
            | AgreementFact::Expired { .. } => {}
        }
    }
    let signatory = |id: &str| json!({ "organization": id, "name": "Fleet", "user": "petra" });
    let begun = |extent: Value, end: Value| {
        json!({
            "frame": {
                "entity": "unit",
                "sharing": { "extent": extent, "overlap": false, "onward": "once", "automaticStart": true },
                "contractNeeded": true, "valuePropositions": ["location"], "messages": [], "payer": "consumer",
                "validFrom": AT, "validTo": end,
            },
            "provider": signatory("fleet"), "consumer": signatory("lab"),
        })
    };
    let samples = [
        ("proposed", begun(json!("full"), json!(AT))),
        (
            "proposed",
            begun(json!({ "partial": ["position"] }), json!(null)),
        ),
        ("onboarded", begun(json!("anonymised"), json!(null))),
        ("approved", json!({})),
        ("rejected", json!({ "reason": "No." })),
        (
            "stopped",
            json!({ "by": "provider", "reason": "Sold.", "detail": null }),
        ),
        ("expired", json!({ "validTo": AT })),
    ];
    samples
        .into_iter()
        .map(|(name, data)| {
            let data = json!({ "type": format!("agreement.{name}"), "data": data });
            sampled(&serde_json::from_value(data.clone()).expect("a fact"));
            published::<AgreementFact>(&data, Author::System)
        })
        .collect()
}

fn session_facts() -> Vec<Value> {
    // A variant without a sample below does not get past this match.
    fn sampled(fact: &SessionFact) {
        match fact {
            SessionFact::Created(_)
            | SessionFact::Started {}
            | SessionFact::Stopped { .. }
            | SessionFact::Changed { .. }
            | SessionFact::Ended { .. } => {}
        }
    }
    let samples = [
        ("created", begun(json!(null))),
        ("started", json!({})),
        ("stopped", json!({ "by": "consumer", "reason": "Parked." })),
        ("stopped", json!({ "by": "provider", "reason": null })),
        ("changed", json!({ "validFrom": AT, "validTo": null })),
        ("changed", json!({ "validFrom": AT, "validTo": AT })),
        (
            "ended",
            json!({ "at": AT, "cause": "time", "onward": false }),
        ),
        (
            "ended",
            json!({ "at": AT, "cause": "agreement", "onward": true }),
        ),
        (
            "ended",
            json!({ "at": AT, "cause": "contract", "onward": false }),
        ),
        (
            "ended",
            json!({ "at": AT, "cause": "upstream", "onward": false }),
        ),
        (
            "created",
            with(
                begun(json!(AT)),
                "upstream",
                json!([SESSION, SESSION_OF_A_CONTRACT]),
            ),
        ),
    ];
    let mut facts: Vec<_> = samples
        .into_iter()
        .map(|(name, data)| {
            let data = json!({ "type": format!("session.{name}"), "data": data });
            sampled(&serde_json::from_value(data.clone()).expect("a fact"));
            published::<SessionFact>(&data, Author::System)
        })
        .collect();
    let number = "019614a0-7c3e-7b52-9d1f-4a6be0c2f701";
    let sessions = [with(begun(json!(AT)), "number", json!(number))];
    for contract in [json!(null), json!(number)] {
        let made = json!({ "agreement": number, "contract": contract, "sessions": sessions });
        let data = json!({ "type": "allotment.made", "data": made });
        facts.push(published::<AllotmentFact>(&data, Author::System));
    }
    facts
}

const SESSION: &str = "019614a0-7c3e-7b52-9d1f-4a6be0c2f7d8.019614a0-7c3e-7b52-9d1f-4a6be0c2f701";
const SESSION_OF_A_CONTRACT: &str = "019614a0-7c3e-7b52-9d1f-4a6be0c2f7d8.019614a0-7c3e-7b52-9d1f-4a6be0c2f7d9.019614a0-7c3e-7b52-9d1f-4a6be0c2f702";

/// What a session begins with.
fn begun(end: Value) -> Value {
    let asset = json!({ "id": "van-7", "name": "Van 7", "accessLevel": "Private", "version": 1 });
    let party =
        |user: &str, organization: &str| json!({ "user": user, "organization": organization });
    let begun = json!({
        "asset": asset, "provider": party("petra", "fleet"), "consumer": party("mia", "lab"),
        "validFrom": AT, "automatic": false, "upstream": [],
    });
    with(begun, "validTo", end)
}

fn with(mut data: Value, name: &str, value: Value) -> Value {
    data[name] = value;
    data
}

fn webhook_facts() -> Vec<Value> {
    // A variant without a sample below does not get past this match.
    fn sampled(fact: &WebhookFact) {
        match fact {
            WebhookFact::Registered { .. }
            | WebhookFact::SecretRotated { .. }
            | WebhookFact::Disabled { .. }
            | WebhookFact::Enabled {}
            | WebhookFact::Removed {} => {}
        }
    }
    let owner = json!({ "kind": "user", "id": "petra" });
    let registered = |types: Value| json!({ "owner": owner, "origin": "https://example.org", "eventTypes": types, "place": 7 });
    let samples = [
        ("registered", registered(json!(["*"]))),
        (
            "registered",
            registered(json!(["contract.signed", "webhook.disabled"])),
        ),
        ("secret-rotated", json!({ "formerUntil": AT })),
        ("disabled", json!({ "reason": "gone" })),
        (
            "disabled",
            json!({ "reason": "failing", "failingSince": AT }),
        ),
        ("enabled", json!({})),
        ("removed", json!({})),
    ];
    samples
        .into_iter()
        .map(|(name, data)| {
            let data = json!({ "type": format!("webhook.{name}"), "data": data });
            sampled(&serde_json::from_value(data.clone()).expect("a fact"));
            published::<WebhookFact>(&data, Author::System)
        })
        .collect()
}

fn transfer_facts() -> Vec<Value> {
    // A variant without a sample below does not get past this match.
    fn sampled(fact: &TransferFact) {
        match fact {
            TransferFact::Ordered { .. }
            | TransferFact::Submitted { .. }
            | TransferFact::Displaced { .. }
            | TransferFact::Confirmed { .. }
            | TransferFact::Failed { .. } => {}
        }
    }
    let hash = format!("0x{HASH}");
    let ordered = |cause: Value| json!({ "address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "amount": "10000000000000000", "cause": cause });
    let owner = json!({ "kind": "organization", "id": "lab" });
    let samples = [
        (
            "ordered",
            ordered(json!({ "kind": "funding", "owner": owner })),
        ),
        ("ordered", ordered(json!({ "kind": "operator" }))),
        (
            "submitted",
            json!({ "chainId": 31_337, "nonce": 0, "transaction": hash }),
        ),
        ("displaced", json!({ "nonce": 7 })),
        (
            "confirmed",
            json!({ "transaction": hash, "block": { "number": 3, "hash": hash } }),
        ),
        ("failed", json!({ "reason": "reverted" })),
        ("failed", json!({ "reason": "chainGone" })),
    ];
    samples
        .into_iter()
        .map(|(name, data)| {
            let data = json!({ "type": format!("transfer.{name}"), "data": data });
            sampled(&serde_json::from_value(data.clone()).expect("a fact"));
            published::<TransferFact>(&data, Author::System)
        })
        .collect()
}

fn organization_facts() -> Vec<Value> {
    // A variant without a sample below does not get past these matches.
    fn sampled(fact: &OrganizationFact) {
        match fact {
            OrganizationFact::Named { .. }
            | OrganizationFact::Changed { .. }
            | OrganizationFact::Onboarded { .. }
            | OrganizationFact::Invited { .. }
            | OrganizationFact::Joined { .. } => {}
        }
    }
    fn kept(fact: &ProfileFact) {
        match fact {
            ProfileFact::Created { .. } | ProfileFact::Changed { .. } => {}
        }
    }
    fn issued(fact: &PasscodeFact) {
        match fact {
            PasscodeFact::Issued { .. } | PasscodeFact::Used { .. } => {}
        }
    }
    let id = "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d";
    let plain = json!({ "timeZone": "Etc/UTC", "language": "en", "impersonation": false });
    let full = json!({
        "timeZone": "Europe/Berlin", "language": "de", "domain": "fleet.example.org", "impersonation": true,
        "logo": { "url": "https://example.org/logo.svg", "visible": true },
    });
    let invitation =
        json!({ "id": id, "email": "ana@example.org", "token": "A".repeat(43), "expiresAt": AT });
    let organizations = [
        ("named", json!({ "name": "Fleet", "settings": plain })),
        ("changed", json!({ "name": "Fleet", "settings": full })),
        (
            "onboarded",
            json!({
                "name": "Rental", "settings": full, "accountOwner": { "name": "Ana", "email": "ana@example.org" },
                "parent": "fleet", "billingOwner": "fleet", "relationship": "Data sharing", "profile": id,
                "invitation": invitation,
            }),
        ),
        ("invited", json!({ "invitation": invitation })),
        ("joined", json!({ "user": "ana", "invitation": id })),
    ];
    let profiles = [
        (
            "created",
            json!({ "organization": "fleet", "name": "Partners", "settings": full }),
        ),
        ("changed", json!({ "name": "Partners", "settings": plain })),
    ];
    let passcodes = [
        (
            "issued",
            json!({ "organization": "lab", "name": "Lab", "issuedBy": "mia", "expiresAt": AT }),
        ),
        ("used", json!({ "by": "fleet", "agreement": id })),
    ];
    let mut samples = Vec::new();
    for (name, data) in organizations {
        let data = json!({ "type": format!("organization.{name}"), "data": data });
        sampled(&serde_json::from_value(data.clone()).expect("a fact"));
        samples.push(published::<OrganizationFact>(&data, Author::System));
    }
    for (name, data) in profiles {
        let data = json!({ "type": format!("profile.{name}"), "data": data });
        kept(&serde_json::from_value(data.clone()).expect("a fact"));
        samples.push(published::<ProfileFact>(&data, Author::System));
    }
    for (name, data) in passcodes {
        let data = json!({ "type": format!("passcode.{name}"), "data": data });
        issued(&serde_json::from_value(data.clone()).expect("a fact"));
        samples.push(published::<PasscodeFact>(&data, Author::System));
    }
    samples
}

fn samples() -> Vec<Value> {
    let definition = json!({
        "name": "Trips", "description": "All of them.", "accessLevel": "Public", "licence": "Use it.",
        "fields": [{ "name": "fare", "type": "decimal" }, { "name": "zone", "type": "category", "values": ["A"], "description": "Where." }],
        "priceHint": { "minor": 1, "currency": "EUR" },
    });
    let registered = json!({ "type": "asset.registered", "data": { "owner": { "user": "petra" }, "definition": definition } });
    let revised = json!({ "type": "asset.revised", "data": { "definition": definition } });
    let wallet = json!({ "type": "wallet.registered", "data": {
        "owner": { "kind": "organization", "id": "lab" },
        "address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    }});
    let mut proven = wallet.clone();
    proven["data"]["proof"] = json!({
        "message": "Sharepact: register a wallet",
        "signature": format!("0x{}1b", "5c".repeat(64)),
    });
    let rendered = json!({ "type": "document.rendered", "data": {
        "contract": "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d", "contractVersion": 3, "sha256": HASH, "length": 48_213,
        "key": format!("contracts/0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d/0000000003-{HASH}.pdf"),
    }});
    let drawn_up = json!({ "type": "document.rendered", "data": {
        "agreement": "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1e", "agreementVersion": 2, "sha256": HASH, "length": 48_213,
        "key": format!("agreements/0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1e/0000000002-{HASH}.pdf"),
    }});
    let mut samples = contract_facts();
    samples.extend(webhook_facts());
    samples.extend(transfer_facts());
    samples.extend(organization_facts());
    samples.extend(agreement_facts());
    samples.extend(session_facts());
    samples.extend([
        published::<AssetFact>(&registered, Author::System),
        published::<AssetFact>(&revised, Author::System),
        published::<WalletFact>(&wallet, Author::System),
        published::<WalletFact>(&proven, Author::System),
        published::<DocumentFact>(&rendered, Author::System),
        published::<DocumentFact>(&drawn_up, Author::System),
    ]);
    samples
}

#[test]
fn every_fact_has_its_schema_and_every_schema_its_fact() {
    let schemas = Schemas::load();
    let samples = samples();
    let expected: BTreeSet<_> = samples
        .iter()
        .map(|event| {
            format!(
                "{}.v{}",
                event["type"].as_str().expect("a type"),
                event["version"]
            )
        })
        .collect();
    let found: BTreeSet<_> = schemas.names().map(str::to_owned).collect();
    assert_eq!(
        found, expected,
        "left: infra/events; right: the facts of the domain"
    );
    for event in &samples {
        schemas.check(event);
    }
}

/// A schema that takes anything would be none: each member is missed, and each stranger noticed.
#[test]
fn a_schema_misses_every_member_and_takes_no_other() {
    let schemas = Schemas::load();
    for event in samples() {
        let name = event["type"].as_str().expect("a type").to_owned();
        let refused = |changed: &Value, what: &str| {
            assert!(
                !schemas.faults(changed).is_empty(),
                "{name} {what}: {changed}"
            );
        };
        for member in event.as_object().expect("an object").keys() {
            // Events of the history have no trace; everything else is always there.
            if member != "traceparent" {
                let mut changed = event.clone();
                changed.as_object_mut().expect("an object").remove(member);
                refused(&changed, &format!("without {member}"));
            }
        }
        for member in event["data"].as_object().expect("data").keys() {
            // Registrations from before proofs were asked for have none.
            if member != "proof" {
                let mut changed = event.clone();
                changed["data"]
                    .as_object_mut()
                    .expect("data")
                    .remove(member);
                refused(&changed, &format!("without data.{member}"));
            }
            let mut changed = event.clone();
            changed["data"][member] = json!([["nonsense"]]);
            refused(&changed, &format!("with another data.{member}"));
        }
        for (place, what) in [("", "with another member"), ("/data", "with other data")] {
            let mut changed = event.clone();
            changed.pointer_mut(place).expect("a place")["other"] = json!(1);
            refused(&changed, what);
        }
        let mut changed = event.clone();
        changed["version"] = json!(2);
        refused(&changed, "of a version that nobody knows");
    }
}
