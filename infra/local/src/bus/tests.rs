use std::time::Duration;

use chrono::{TimeZone as _, Utc};
use serde_json::{Value, json};
use sharepact_domain::time::Timestamp;

use super::*;
use crate::scratch::Scratch;

fn bus(scratch: &Scratch) -> Bus {
    std::fs::create_dir_all(scratch.path()).unwrap();
    let template = Template::parse(crate::template::tests::LINKS).unwrap();
    let queues: Vec<_> = template.queues.values().cloned().collect();
    let queues = Queues::open(&scratch.path().join("queues.sqlite"), &queues).unwrap();
    let noon = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap();
    let clock = Clock::from_fn(move || Timestamp::new(noon));
    Bus::new(&template, queues, clock, Refusals::default())
}

fn entry(kind: &str, detail: &str) -> Value {
    json!({
        "EventBusName": "sharepact",
        "Source": "sharepact",
        "DetailType": kind,
        "Detail": detail,
    })
}

async fn put(bus: &Bus, entries: Vec<Value>) -> Result<Value, Refusal> {
    bus.answer("PutEvents", json!({ "Entries": entries })).await
}

async fn received(bus: &Bus, queue: &str) -> Vec<String> {
    let received = bus
        .queues
        .receive(queue, 100, None, Some(Duration::ZERO))
        .await;
    received
        .unwrap()
        .into_iter()
        .map(|message| message.body)
        .collect()
}

#[tokio::test]
async fn rules_lead_events_into_queues_as_they_came() {
    let scratch = Scratch::new();
    let bus = bus(&scratch);
    // Neither sorted nor tidy: a hash may have been taken of this very text.
    let detail = r#"{"z":1, "a":1.50}"#;
    let answer = put(
        &bus,
        vec![
            entry("contract.signed", detail),
            entry("contract.drafted", "{}"),
        ],
    );
    let answer = answer.await.unwrap();
    assert_eq!(answer["FailedEntryCount"], 0);
    let [signed] = received(&bus, "Signed").await.try_into().unwrap();
    assert!(
        signed.ends_with(&format!(r#","detail":{detail}}}"#)),
        "{signed}"
    );
    let envelope: Value = serde_json::from_str(&signed).unwrap();
    assert_eq!(envelope["id"], answer["Entries"][0]["EventId"]);
    assert_eq!(envelope["time"], "2026-11-21T12:00:00Z");
    assert_eq!(envelope["region"], "eu-central-1");
    assert_eq!(envelope["account"], "000000000000");
    assert_eq!(envelope["resources"], json!([]));
    assert_eq!(received(&bus, "sharepact-everything").await.len(), 2);
    assert_eq!(received(&bus, "Dead").await.len(), 0);
}

#[tokio::test]
async fn each_entry_has_its_own_fate() {
    let scratch = Scratch::new();
    let bus = bus(&scratch);
    let mut lost = entry("contract.signed", "{}");
    lost["EventBusName"] = "nobody".into();
    let mut forged = entry("contract.signed", "{}");
    forged["Source"] = "aws.s3".into();
    let mut nameless = entry("contract.signed", "{}");
    nameless["DetailType"] = "".into();
    let entries = vec![
        entry("contract.signed", "{}"),
        entry("contract.signed", "no json"),
        entry("contract.signed", "[]"),
        lost,
        forged,
        nameless,
        entry("contract.signed", "{}"),
    ];
    let answer = put(&bus, entries).await.unwrap();
    assert_eq!(answer["FailedEntryCount"], 5);
    let codes: Vec<_> = answer["Entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["ErrorCode"].as_str().unwrap_or("-"))
        .collect();
    assert_eq!(
        codes,
        [
            "-",
            "MalformedDetail",
            "MalformedDetail",
            "InvalidArgument",
            "NotAuthorizedForSourceException",
            "InvalidArgument",
            "-"
        ]
    );
    assert_eq!(received(&bus, "Signed").await.len(), 2);

    bus.refusals.inject(1);
    let answer = put(
        &bus,
        vec![
            entry("contract.signed", "{}"),
            entry("contract.signed", "{}"),
        ],
    );
    let answer = answer.await.unwrap();
    assert_eq!(answer["Entries"][0]["ErrorCode"], "ThrottlingException");
    assert!(answer["Entries"][1]["EventId"].is_string());
    assert_eq!(received(&bus, "Signed").await.len(), 1);
}

#[tokio::test]
async fn a_request_has_its_limits() {
    let scratch = Scratch::new();
    let bus = bus(&scratch);
    let heavy = |size: usize| {
        entry(
            "contract.signed",
            &json!({ "x": "x".repeat(size) }).to_string(),
        )
    };
    for entries in [
        Vec::new(),
        vec![entry("contract.signed", "{}"); 11],
        vec![heavy(130_000), heavy(140_000)],
    ] {
        let refusal = put(&bus, entries).await.unwrap_err();
        assert_eq!(refusal.kind, "ValidationException");
    }
    assert_eq!(
        put(&bus, vec![heavy(250_000)]).await.unwrap()["FailedEntryCount"],
        0
    );
}
