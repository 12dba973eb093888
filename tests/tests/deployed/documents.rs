//! From a transition to the PDF: table, stream, relay, bus, rule, queue, renderer, bucket, and the link to it.

use std::time::Duration;

use serde_json::Value;
use sharepact_tests::{Answer, Api, Deal};

use crate::deployed;
use crate::services::eventually;

/// How long a document may take before it counts as not coming.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the API says of the contract's document, once it shows this version of the contract.
async fn document(deal: &Deal, version: u64) -> Answer {
    let what = format!("a document of version {version}");
    eventually(&what, PATIENCE, async || {
        let asked = deal.consumer.get(deal.path("document"));
        let answer = asked.header("accept", "application/json").await;
        (answer.status == 200 && answer["version"] == version).then_some(answer)
    })
    .await
}

/// What is behind a link, without a token.
async fn behind(link: &str) -> Vec<u8> {
    let answer = reqwest::get(link).await.expect("the link leads somewhere");
    assert_eq!(answer.status(), 200, "a link that was just made is good");
    let kind = answer.headers().get("content-type");
    assert!(
        kind.is_some_and(|kind| kind == "application/pdf"),
        "{kind:?}"
    );
    answer.bytes().await.expect("a document ends").to_vec()
}

#[test]
fn every_transition_from_signed_on_leads_to_a_document_in_the_bucket() {
    deployed(async |api: Api, deployment, services| {
        let bucket = deployment.resource("Documents");
        let deal = Deal::at("Draft", &api.provider(), &api.consumer()).await;
        let prefix = format!("contracts/{}/", deal.id);
        let early = deal.consumer.get(deal.path("document")).await;
        early.must_refuse(404, "no-document", "a draft has no document");
        for command in ["accept", "activate", "stop"] {
            let by = match command {
                "activate" => &deal.provider,
                _ => &deal.consumer,
            };
            let after = deal.does(by, command).await.must(200, "the deal goes on");
            let version = after["version"].as_u64().expect("a version");
            let told = document(&deal, version).await;
            let bytes = behind(&told.text("url")).await;
            assert!(bytes.starts_with(b"%PDF-"), "{command}: it is a PDF");
            assert_eq!(told["length"], Value::from(bytes.len()), "{command}");
            let key = format!("{prefix}{version:010}-{}.pdf", told.text("sha256"));
            let keys = services.keys(bucket, &prefix).await;
            assert!(keys.contains(&key), "{command}: {key} is one of {keys:?}");
        }
        let redirect = deal.provider.get(deal.path("document")).await;
        let redirect = redirect.must(302, "a browser is sent to the document");
        let bytes = behind(redirect.header("location").expect("a place")).await;
        assert!(bytes.starts_with(b"%PDF-"));
        let stranger = api.stranger().get(deal.path("document")).await;
        stranger.must(404, "to anyone else there is no such contract");
    });
}

#[test]
fn a_document_is_rendered_on_demand() {
    deployed(async |api: Api, _, _| {
        let deal = Deal::at("Draft", &api.provider(), &api.consumer()).await;
        let made = deal.provider.post(deal.path("document"), &Value::Null);
        let made = made.empty().header("accept", "application/json").await;
        let made = made.must(200, "a party prints a draft");
        let bytes = behind(&made.text("url")).await;
        assert!(bytes.starts_with(b"%PDF-"));
    });
}
