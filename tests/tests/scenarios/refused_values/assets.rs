//! Assets that contradict themselves, and addresses that are none.

use serde_json::json;
use sharepact_tests::{asset, fresh_key, scenario, unique};

use super::{Row, judge};

const ASSETS: &[Row] = &[
    (
        "a blank name",
        |b| b["name"] = json!(" "),
        "invalid-text",
        "/name",
    ),
    (
        "a name of two lines",
        |b| b["name"] = json!("a\nb"),
        "invalid-text",
        "/name",
    ),
    (
        "an unknown access level",
        |b| b["accessLevel"] = json!("Open"),
        "invalid-asset",
        "/accessLevel",
    ),
    (
        "a public asset without licence",
        |b| b["accessLevel"] = json!("Public"),
        "invalid-asset",
        "/licence",
    ),
    (
        "a licence with HTML",
        |b| b["licence"] = json!("<p>Free</p>"),
        "html-in-terms",
        "/licence",
    ),
    (
        "a licence over the limit",
        |b| b["licence"] = json!("a".repeat(20_001)),
        "terms-too-long",
        "/licence",
    ),
    (
        "no fields",
        |b| b["fields"] = json!([]),
        "invalid-asset",
        "/fields",
    ),
    (
        "an unknown type",
        |b| b["fields"][0]["type"] = json!("day"),
        "invalid-asset",
        "/fields/0/type",
    ),
    (
        "a category without values",
        |b| b["fields"][0]["type"] = json!("category"),
        "invalid-asset",
        "/fields/0/type",
    ),
    (
        "a date with values",
        |b| b["fields"][0]["values"] = json!(["a"]),
        "invalid-asset",
        "/fields/0/type",
    ),
    (
        "an empty category",
        |b| b["fields"][4]["values"] = json!([]),
        "invalid-asset",
        "/fields/4/values",
    ),
    (
        "a value twice",
        |b| b["fields"][4]["values"] = json!(["a", "a"]),
        "invalid-asset",
        "/fields/4/values",
    ),
    (
        "a field name twice",
        |b| b["fields"][1]["name"] = json!("day"),
        "duplicate-field",
        "/fields/1/name",
    ),
    (
        "a blank field name",
        |b| b["fields"][1]["name"] = json!(""),
        "invalid-asset",
        "/fields/1/name",
    ),
    (
        "a price hint without price",
        |b| b["priceHint"]["amount"] = json!("-1"),
        "invalid-price",
        "/priceHint/amount",
    ),
    (
        "an unknown currency",
        |b| b["priceHint"]["currency"] = json!("XXX"),
        "unknown-currency",
        "/priceHint/currency",
    ),
];

#[test]
fn assets_that_contradict_themselves_are_refused() {
    scenario(async |api| {
        let (provider, path) = (api.provider(), format!("/assets/{}", unique("asset")));
        for row in ASSETS {
            let mut body = asset("Private");
            row.1(&mut body);
            judge(provider.put(&path, &body).await, *row);
        }
        provider.get(&path).await.must_refuse(
            404,
            "not-found",
            "what is refused leaves nothing behind",
        );
    });
}

#[test]
fn addresses_that_are_none_are_refused() {
    scenario(async |api| {
        let consumer = api.consumer();
        let path = consumer.wallet();
        let proof = consumer.proves(&fresh_key()).await;
        for (bad, what) in [
            (
                "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
                "a wrong checksum",
            ),
            ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "no checksum"),
            ("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "no prefix"),
            (
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
                "a digit too few",
            ),
            (
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0",
                "a digit too many",
            ),
            (
                "0x0000000000000000000000000000000000000000",
                "the zero address",
            ),
            (
                "0xZZAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
                "digits that are none",
            ),
            ("", "nothing"),
        ] {
            let before = consumer.get(&path).await.body;
            let rule = format!("{what} is no address");
            let mut body = proof.clone();
            body["address"] = json!(bad);
            for call in [
                consumer.put(&path, &body),
                consumer.post(format!("{path}/challenge"), &json!({ "address": bad })),
            ] {
                let refused = call.await.must_refuse(400, "invalid-address", &rule);
                assert_eq!(refused.places(), ["/address"], "{refused}");
            }
            let after = consumer.get(&path).await.body;
            assert_eq!(before, after, "what is refused changes nothing");
        }
    });
}
