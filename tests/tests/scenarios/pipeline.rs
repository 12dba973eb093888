//! From request to active use and its end, by the routes of the commands and by merge-patch.

use serde_json::{Value, json};
use sharepact_tests::{Answer, Deal, Person, request, scenario};

/// One step: who, which command, with what body, to which status, whose turn then.
type Step = (
    &'static str,
    &'static str,
    Value,
    &'static str,
    Option<&'static str>,
);

fn steps() -> Vec<Step> {
    let terms = |text: &str| format!("# Use\n\n{text}\n\n# Reports\n\nOnce a year.\n");
    vec![
        (
            "provider",
            "draft",
            json!({ "price": "1250", "currency": "EUR", "vat": "24", "terms": terms("For research only.") }),
            "Draft",
            Some("consumer"),
        ),
        (
            "consumer",
            "negotiate",
            json!({ "price": "1100.5", "comment": "Our budget." }),
            "Negotiate",
            Some("provider"),
        ),
        (
            "provider",
            "negotiate",
            json!({ "terms": terms("For research and teaching.") }),
            "Negotiate",
            Some("consumer"),
        ),
        (
            "consumer",
            "negotiate",
            json!({ "price": "1175.25", "terms": terms("For any internal use.") }),
            "Negotiate",
            Some("provider"),
        ),
        ("provider", "accept", json!({}), "Signed", None),
        (
            "provider",
            "activate",
            json!({ "paymentReference": "INV-2026-0042" }),
            "Active",
            None,
        ),
        (
            "consumer",
            "stop",
            json!({ "reason": "The project is over.", "detail": "A year early." }),
            "Stopped",
            None,
        ),
    ]
}

#[test]
fn a_contract_goes_from_request_to_its_end_by_the_routes_of_the_commands() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        walk(&provider, &consumer, |deal, by, command, body, _| {
            by.post(deal.path(command), body)
        })
        .await;
    });
}

#[test]
fn a_contract_goes_from_request_to_its_end_by_merge_patch() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        walk(&provider, &consumer, |deal, by, _, body, status| {
            let mut patch = body.clone();
            patch["status"] = json!(status);
            by.patch(deal.path(""), &patch)
                .header("content-type", "application/merge-patch+json")
        })
        .await;
    });
}

async fn walk(
    provider: &Person,
    consumer: &Person,
    issue: impl Fn(&Deal, &Person, &str, &Value, &str) -> sharepact_tests::Call,
) {
    let asset = provider.offers("Private").await;
    let made = consumer.requests(&asset).await;
    let made = made.must(201, "a consumer requests a private asset");
    requested(&made, &asset, provider, consumer);
    let deal = Deal {
        id: made.text("id"),
        asset,
        provider: provider.clone(),
        consumer: consumer.clone(),
    };
    let offered = provider.views(&deal.id).await;
    assert_eq!(
        offered["allowed"],
        json!(["decline", "draft"]),
        "a provider answers a request"
    );

    let (mut version, mut revision) = (1, 0);
    for (by, command, body, status, turn) in steps() {
        let person = if by == "provider" { provider } else { consumer };
        let after = issue(&deal, person, command, &body, status).await;
        let after = after.must(200, "the side that may issue a command is not hindered");
        version += 1;
        assert_eq!(after["status"], status, "{command} leads to {status}");
        assert_eq!(
            after["turn"],
            json!(turn),
            "after {command} it is the turn of {turn:?}"
        );
        assert_eq!(after["version"], version, "every command is one event");
        assert_eq!(
            after.etag(),
            format!("\"{version}\""),
            "the ETag is made of the version"
        );
        if matches!(command, "draft" | "negotiate") {
            revision += 1;
            assert_eq!(
                after["offer"]["revision"], revision,
                "every revision is counted"
            );
            assert_eq!(after["offer"]["by"], by, "an offer says whose it is");
        }
        let seen = deal.seen().await;
        assert_eq!(
            seen["updatedAt"], after["updatedAt"],
            "both sides see the same at once"
        );
        assert_eq!(
            seen["offer"], after["offer"],
            "both sides see the same offer"
        );
    }
    ended(&deal.seen().await);
}

fn requested(made: &Answer, asset: &str, provider: &Person, consumer: &Person) {
    let id = made.text("id");
    assert_eq!(
        made["status"], "Request",
        "the pipeline begins with a request"
    );
    assert_eq!(
        made["origin"], "Marketplace",
        "this door is the marketplace"
    );
    assert_eq!(made.etag(), "\"1\"", "a new contract has one event");
    assert_eq!(
        made.header("location"),
        Some(format!("/contracts/{id}").as_str()),
        "what was made has an address"
    );
    assert_eq!(
        made["provider"]["userId"],
        provider.user.as_str(),
        "the owner provides"
    );
    assert_eq!(
        made["consumer"]["userId"],
        consumer.user.as_str(),
        "the caller consumes"
    );
    assert_eq!(
        made["allowed"],
        json!(["reject"]),
        "a consumer may withdraw its request"
    );
    assert_eq!(
        made["offer"],
        Value::Null,
        "price and terms come with the draft"
    );
    for (name, asked) in request(asset).as_object().into_iter().flatten() {
        assert_eq!(
            &made[name], asked,
            "the contract holds what was asked for: {name}"
        );
    }
}

fn ended(seen: &Answer) {
    let offer = &seen["offer"];
    assert_eq!(
        [&offer["price"], &offer["currency"], &offer["vat"]],
        ["1175.25", "EUR", "24"],
        "currency and VAT are the draft's, the price is the last revision's"
    );
    assert_eq!(
        [&offer["vatAmount"], &offer["gross"]],
        ["282.06", "1457.31"],
        "VAT is rounded half up to the cent, and gross is net and VAT"
    );
    assert_eq!(
        seen["signature"]["revision"], 4,
        "a signature binds to the last revision"
    );
    assert_eq!(
        seen["signature"]["by"], "provider",
        "the side that accepted has signed"
    );
    assert_eq!(
        seen["paymentReference"], "INV-2026-0042",
        "the payment can be found"
    );
    let (from, to) = (seen.text("effectiveAt"), seen.text("expiresAt"));
    let instant = |text: &str| {
        text.parse::<chrono::DateTime<chrono::Utc>>()
            .expect("an instant")
    };
    assert_eq!(
        (instant(&to) - instant(&from)).num_seconds(),
        30 * 86_400,
        "a contract ends its duration after it became effective"
    );
    let ending = &seen["ending"];
    assert_eq!(
        [&ending["by"], &ending["reason"], &ending["detail"]],
        ["consumer", "The project is over.", "A year early."],
        "both sides see who stopped, and why"
    );
    assert_eq!(seen["allowed"], json!([]), "nothing follows the end");
}

#[test]
fn a_request_can_be_without_end_filters_and_comment() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let asset = provider.offers("Private").await;
        let body = json!({
            "assetId": asset, "duration": "forever", "offlineRetention": true, "fields": ["zone"],
        });
        let made = consumer.post("/contracts", &body).await;
        let made = made.must(201, "filters and a comment are optional");
        let deal = Deal {
            id: made.text("id"),
            asset,
            provider,
            consumer,
        };
        deal.reach("Active").await;
        let seen = deal.seen().await;
        assert_eq!(seen["duration"], "forever", "forever is a duration");
        assert_eq!(
            seen["expiresAt"],
            Value::Null,
            "a contract without end never expires"
        );
        assert_eq!(
            seen["offlineRetention"], true,
            "a local copy may be kept where it was asked for"
        );
    });
}

#[test]
fn terms_come_with_the_contract_and_not_with_lists() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let deal = Deal::at("Draft", &provider, &consumer).await;
        let terms = sharepact_tests::draft()["terms"].clone();
        assert_eq!(
            deal.seen().await["offer"]["terms"],
            terms,
            "a contract shows its terms whole"
        );
        let query = [("status", "Draft"), ("role", "consumer")];
        let listed = api
            .until(async || {
                let walk = consumer.walks("/contracts", &query, 100).await;
                let found = walk
                    .items
                    .into_iter()
                    .find(|item| item["id"] == deal.id.as_str());
                found.ok_or_else(|| "a contract is in its consumer's list".to_owned())
            })
            .await;
        assert_eq!(
            listed["offer"]["terms"],
            Value::Null,
            "lists leave the text of terms out"
        );
        assert_eq!(listed["offer"]["price"], "1250.00", "lists show the price");
    });
}
