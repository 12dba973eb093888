//! Prices, VAT and terms that cannot be taken.

use serde_json::json;
use sharepact_tests::{Deal, draft, scenario};

use super::{Row, judge};

const DRAFTS: &[Row] = &[
    (
        "a negative price",
        |b| b["price"] = json!("-1"),
        "invalid-price",
        "/price",
    ),
    (
        "an over-precise price",
        |b| b["price"] = json!("1.005"),
        "invalid-price",
        "/price",
    ),
    (
        "a price in words",
        |b| b["price"] = json!("ten"),
        "invalid-price",
        "/price",
    ),
    (
        "a price with an exponent",
        |b| b["price"] = json!("1e3"),
        "invalid-price",
        "/price",
    ),
    (
        "a price with a comma",
        |b| b["price"] = json!("1,50"),
        "invalid-price",
        "/price",
    ),
    (
        "an empty price",
        |b| b["price"] = json!(""),
        "invalid-price",
        "/price",
    ),
    (
        "a price beyond reason",
        |b| b["price"] = json!("1000000000000"),
        "invalid-price",
        "/price",
    ),
    (
        "yen with decimals",
        |b| {
            b["currency"] = json!("JPY");
            b["price"] = json!("1.5");
        },
        "invalid-price",
        "/price",
    ),
    (
        "an unknown currency",
        |b| b["currency"] = json!("EUX"),
        "unknown-currency",
        "/currency",
    ),
    (
        "a currency in small letters",
        |b| b["currency"] = json!("eur"),
        "unknown-currency",
        "/currency",
    ),
    (
        "a metal",
        |b| b["currency"] = json!("XAU"),
        "unknown-currency",
        "/currency",
    ),
    (
        "VAT over 100",
        |b| b["vat"] = json!("100.01"),
        "invalid-vat",
        "/vat",
    ),
    (
        "VAT below 0",
        |b| b["vat"] = json!("-1"),
        "invalid-vat",
        "/vat",
    ),
    (
        "VAT with three decimals",
        |b| b["vat"] = json!("19.125"),
        "invalid-vat",
        "/vat",
    ),
    (
        "blank terms",
        |b| b["terms"] = json!(" \n "),
        "invalid-terms",
        "/terms",
    ),
    (
        "terms with control characters",
        |b| b["terms"] = json!("a\u{7}b"),
        "invalid-terms",
        "/terms",
    ),
    (
        "terms over the limit",
        |b| b["terms"] = json!("é".repeat(100_001)),
        "terms-too-long",
        "/terms",
    ),
    (
        "raw HTML",
        |b| b["terms"] = json!("Fair <b>use</b>."),
        "html-in-terms",
        "/terms",
    ),
    (
        "a script",
        |b| b["terms"] = json!("<script>alert(1)</script>"),
        "html-in-terms",
        "/terms",
    ),
    (
        "an HTML comment",
        |b| b["terms"] = json!("Fair use. <!-- or not -->"),
        "html-in-terms",
        "/terms",
    ),
    (
        "an image",
        |b| b["terms"] = json!("![logo](https://example.org/logo.png)"),
        "html-in-terms",
        "/terms",
    ),
];

#[test]
fn drafts_with_values_that_cannot_be_taken_are_refused() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        for row in DRAFTS {
            let mut body = draft();
            row.1(&mut body);
            judge(deal.provider.post(deal.path("draft"), &body).await, *row);
            body["status"] = json!("Draft");
            judge(deal.provider.patch(deal.path(""), &body).await, *row);
        }
        assert_eq!(
            deal.seen().await.etag(),
            "\"1\"",
            "what is refused changes nothing"
        );
        let mut body = draft();
        body["terms"] = json!("é".repeat(100_000));
        let after = deal.provider.post(deal.path("draft"), &body).await;
        after.must(200, "terms at the limit are taken");
    });
}

const NEGOTIATIONS: &[Row] = &[
    (
        "a negative price",
        |b| b["price"] = json!("-1"),
        "invalid-price",
        "/price",
    ),
    (
        "an over-precise price",
        |b| b["price"] = json!("1.005"),
        "invalid-price",
        "/price",
    ),
    (
        "raw HTML",
        |b| b["terms"] = json!("<b>Fair</b> use."),
        "html-in-terms",
        "/terms",
    ),
    (
        "terms over the limit",
        |b| b["terms"] = json!("a".repeat(100_001)),
        "terms-too-long",
        "/terms",
    ),
    (
        "a blank comment",
        |b| b["comment"] = json!(""),
        "invalid-text",
        "/comment",
    ),
];

#[test]
fn negotiations_with_values_that_cannot_be_taken_are_refused() {
    scenario(async |api| {
        let deal = Deal::at("Draft", &api.provider(), &api.consumer()).await;
        for row in NEGOTIATIONS {
            let mut body = Deal::body("negotiate");
            row.1(&mut body);
            judge(
                deal.consumer.post(deal.path("negotiate"), &body).await,
                *row,
            );
        }
        assert_eq!(
            deal.seen().await.etag(),
            "\"2\"",
            "what is refused changes nothing"
        );
    });
}
