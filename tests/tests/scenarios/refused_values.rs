//! Values that cannot be taken: each with its own problem type, its place, and nothing changed.

mod assets;
mod offers;
mod requests;

use serde_json::{Value, json};
use sharepact_tests::{Answer, Deal, request, scenario};

/// One row: what is wrong, how the body is bent, problem type, place.
type Row = (&'static str, fn(&mut Value), &'static str, &'static str);

fn judge(answer: Answer, (what, _, slug, place): Row) -> Answer {
    let rule = format!("{what} cannot be taken");
    let answer = answer.must_refuse(400, slug, &rule);
    assert_eq!(
        answer.places(),
        [place],
        "{rule}, and the refusal names its place\n{answer}"
    );
    answer
}

#[test]
fn every_fault_is_named_at_once() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let body = json!({ "price": "-1", "currency": "EUR", "vat": "101", "terms": "<b>" });
        let refused = deal.provider.post(deal.path("draft"), &body).await;
        let refused =
            refused.must_refuse(400, "validation-failed", "several faults of several types");
        assert_eq!(refused.places(), ["/price", "/vat", "/terms"], "{refused}");
        let kinds = refused["errors"].as_array().expect("errors").iter();
        let kinds: Vec<_> = kinds
            .filter_map(|error| error["type"].as_str()?.rsplit(':').next())
            .collect();
        assert_eq!(
            kinds,
            ["invalid-price", "invalid-vat", "html-in-terms"],
            "each with its type"
        );
        let mut body = request(&deal.asset);
        body["fields"] = json!(["colour", "day", "size"]);
        let other = api.person("manager").post("/contracts", &body).await;
        let other = other.must_refuse(400, "unknown-field", "several faults of one type");
        assert_eq!(other.places(), ["/fields/0", "/fields/2"], "{other}");
    });
}

#[test]
fn reasons_and_references_have_a_form() {
    scenario(async |api| {
        for (stage, by_provider, command, body, place) in [
            (
                "Request",
                true,
                "decline",
                json!({ "reason": " " }),
                "/reason",
            ),
            ("Draft", false, "reject", json!({ "reason": "" }), "/reason"),
            (
                "Draft",
                false,
                "reject",
                json!({ "reason": "a".repeat(2_001) }),
                "/reason",
            ),
            (
                "Signed",
                true,
                "activate",
                json!({ "paymentReference": "" }),
                "/paymentReference",
            ),
            (
                "Signed",
                true,
                "activate",
                json!({ "paymentReference": "a\nb" }),
                "/paymentReference",
            ),
            (
                "Active",
                false,
                "stop",
                json!({ "reason": "r", "detail": "\u{1b}[0m" }),
                "/detail",
            ),
        ] {
            let deal = Deal::at(stage, &api.provider(), &api.consumer()).await;
            let before = deal.seen().await.etag();
            let person = if by_provider {
                &deal.provider
            } else {
                &deal.consumer
            };
            let refused = person.post(deal.path(command), &body).await;
            let refused =
                refused.must_refuse(400, "invalid-text", "a text of one character at least");
            assert_eq!(refused.places(), [place], "{refused}");
            assert_eq!(
                deal.seen().await.etag(),
                before,
                "what is refused changes nothing"
            );
        }
    });
}
