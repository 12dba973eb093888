//! Prices, VAT and gross: decimal strings in the currency's own decimals, rounded half up.

use serde_json::json;
use sharepact_tests::{Deal, scenario};

#[test]
fn vat_and_gross_are_exact_in_every_currency() {
    scenario(async |api| {
        for (price, currency, vat, expected) in [
            ("1250", "EUR", "24", ["1250.00", "24", "300.00", "1550.00"]),
            ("0.05", "EUR", "10", ["0.05", "10", "0.01", "0.06"]),
            ("0.04", "EUR", "10.00", ["0.04", "10", "0.00", "0.04"]),
            ("99.99", "USD", "8.25", ["99.99", "8.25", "8.25", "108.24"]),
            ("1250", "JPY", "8", ["1250", "8", "100", "1350"]),
            ("1", "JPY", "50", ["1", "50", "1", "2"]),
            ("1.005", "KWD", "19.5", ["1.005", "19.5", "0.196", "1.201"]),
            ("0", "EUR", "100", ["0.00", "100", "0.00", "0.00"]),
            ("12.5", "EUR", "100", ["12.50", "100", "12.50", "25.00"]),
            (
                "999999999999.99",
                "EUR",
                "0",
                ["999999999999.99", "0", "0.00", "999999999999.99"],
            ),
        ] {
            let deal = Deal::begin(&api.provider(), &api.consumer()).await;
            let body =
                json!({ "price": price, "currency": currency, "vat": vat, "terms": "Fair use." });
            let drafted = deal.provider.post(deal.path("draft"), &body).await;
            let drafted = drafted.must(200, "a provider drafts in any currency");
            let offer = &drafted["offer"];
            assert_eq!(
                [
                    &offer["price"],
                    &offer["vat"],
                    &offer["vatAmount"],
                    &offer["gross"]
                ],
                expected,
                "{price} {currency} with {vat} percent"
            );
        }
    });
}

#[test]
fn currency_and_vat_are_fixed_by_the_draft() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let draft = json!({ "price": "1000", "currency": "JPY", "vat": "8", "terms": "Fair use." });
        let drafted = deal.provider.post(deal.path("draft"), &draft).await;
        drafted.must(200, "a provider drafts");
        for member in ["currency", "vat"] {
            let body = json!({ "price": "900", member: "EUR" });
            let refused = deal.consumer.post(deal.path("negotiate"), &body).await;
            let refused = refused.must_refuse(
                400,
                "unknown-member",
                "a negotiation changes price and terms, and nothing else",
            );
            assert_eq!(refused.places(), [format!("/{member}")], "{refused}");
        }
        let refused = deal
            .consumer
            .post(deal.path("negotiate"), &json!({ "price": "900.50" }))
            .await;
        let rule = "a new price has the decimals of the draft's currency";
        let refused = refused.must_refuse(400, "invalid-price", rule);
        assert_eq!(refused.places(), ["/price"], "{refused}");
        let after = deal
            .consumer
            .post(deal.path("negotiate"), &json!({ "price": "900" }))
            .await;
        let after = after.must(200, "a new price is offered in the draft's currency");
        assert_eq!(
            after["offer"]["gross"], "972",
            "the draft's VAT is on the new price"
        );
    });
}

#[test]
fn a_revision_changes_something() {
    scenario(async |api| {
        let deal = Deal::at("Draft", &api.provider(), &api.consumer()).await;
        let terms = &sharepact_tests::draft()["terms"];
        for body in [
            json!({}),
            json!({ "comment": "As before." }),
            json!({ "price": "1250.00" }),
            json!({ "price": "1250", "terms": terms }),
        ] {
            let refused = deal.consumer.post(deal.path("negotiate"), &body).await;
            let rule = "to offer the same again is to accept it";
            let refused = refused.must(400, rule);
            assert_eq!(
                refused["errors"].as_array().map(Vec::len),
                Some(1),
                "{refused}"
            );
        }
        assert_eq!(
            deal.seen().await["version"],
            2,
            "what was refused changed nothing"
        );
    });
}
