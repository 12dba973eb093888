//! Requests that do not fit the asset.

use serde_json::json;
use sharepact_tests::{request, scenario};

use super::{Row, judge};

const REQUESTS: &[Row] = &[
    (
        "an empty field list",
        |b| b["fields"] = json!([]),
        "empty-selection",
        "/fields",
    ),
    (
        "an unknown field",
        |b| b["fields"][1] = json!("colour"),
        "unknown-field",
        "/fields/1",
    ),
    (
        "a field twice",
        |b| b["fields"][1] = json!("day"),
        "duplicate-field",
        "/fields/1",
    ),
    (
        "an unknown filter",
        |b| b["filters"][1]["field"] = json!("colour"),
        "unknown-field",
        "/filters/1/field",
    ),
    (
        "a filter twice",
        |b| b["filters"][1]["field"] = json!("day"),
        "duplicate-field",
        "/filters/1/field",
    ),
    (
        "a date that is none",
        |b| b["filters"][0]["to"] = json!("2025-02-30"),
        "invalid-filter",
        "/filters/0",
    ),
    (
        "a date as an instant",
        |b| b["filters"][0]["to"] = json!("2025-01-31T00:00:00Z"),
        "invalid-filter",
        "/filters/0",
    ),
    (
        "a range that is empty",
        |b| b["filters"][0]["to"] = json!("2024-01-01"),
        "invalid-filter",
        "/filters/0",
    ),
    (
        "a number that is none",
        |b| b["filters"][1]["from"] = json!("half"),
        "invalid-filter",
        "/filters/1",
    ),
    (
        "a whole number with decimals",
        |b| b["filters"][1] = json!({"field": "passengers", "from": "1.5"}),
        "invalid-filter",
        "/filters/1",
    ),
    (
        "a value outside the category",
        |b| b["filters"][2]["values"] = json!(["cheque"]),
        "invalid-filter",
        "/filters/2",
    ),
    (
        "a range of a category",
        |b| b["filters"][2] = json!({"field": "payment", "from": "card"}),
        "invalid-filter",
        "/filters/2",
    ),
    (
        "a range of a text",
        |b| b["filters"][2] = json!({"field": "zone", "to": "b"}),
        "invalid-filter",
        "/filters/2",
    ),
    (
        "a flag that is neither",
        |b| b["filters"][2] = json!({"field": "shared", "values": ["yes"]}),
        "invalid-filter",
        "/filters/2",
    ),
    (
        "an instant that is none",
        |b| b["filters"][2] = json!({"field": "pickup_at", "from": "noon"}),
        "invalid-filter",
        "/filters/2",
    ),
    (
        "values and a range",
        |b| b["filters"][2]["from"] = json!("card"),
        "invalid-filter",
        "/filters/2",
    ),
    (
        "no values",
        |b| b["filters"][2]["values"] = json!([]),
        "invalid-filter",
        "/filters/2",
    ),
    (
        "the same value twice",
        |b| b["filters"][2]["values"] = json!(["card", "card"]),
        "invalid-filter",
        "/filters/2",
    ),
    (
        "a filter without condition",
        |b| b["filters"][1] = json!({"field": "distance"}),
        "invalid-filter",
        "/filters/1",
    ),
    (
        "no duration",
        |b| b["duration"] = json!(0),
        "invalid-duration",
        "/duration",
    ),
    (
        "a negative duration",
        |b| b["duration"] = json!(-1),
        "invalid-duration",
        "/duration",
    ),
    (
        "over a hundred years",
        |b| b["duration"] = json!(36_501),
        "invalid-duration",
        "/duration",
    ),
    (
        "an endless number of days",
        |b| b["duration"] = json!(u64::MAX),
        "invalid-duration",
        "/duration",
    ),
    (
        "a blank comment",
        |b| b["comment"] = json!("  \n"),
        "invalid-text",
        "/comment",
    ),
    (
        "a long comment",
        |b| b["comment"] = json!("é".repeat(2_001)),
        "invalid-text",
        "/comment",
    ),
    (
        "a control character",
        |b| b["comment"] = json!("a\u{0}b"),
        "invalid-text",
        "/comment",
    ),
    (
        "an asset id that is none",
        |b| b["assetId"] = json!("no id"),
        "invalid-id",
        "/assetId",
    ),
    (
        "an empty asset id",
        |b| b["assetId"] = json!(""),
        "invalid-id",
        "/assetId",
    ),
    (
        "a key in disguise",
        |b| b["assetId"] = json!("a#STATE"),
        "invalid-id",
        "/assetId",
    ),
    (
        "a long asset id",
        |b| b["assetId"] = json!("a".repeat(129)),
        "invalid-id",
        "/assetId",
    ),
];

#[test]
fn requests_that_do_not_fit_the_asset_are_refused() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let asset = provider.offers("Private").await;
        for row in REQUESTS {
            let mut body = request(&asset);
            row.1(&mut body);
            judge(consumer.post("/contracts", &body).await, *row);
        }
        let contracts = provider
            .lists(&format!("/assets/{asset}/contracts"), &[])
            .await;
        assert_eq!(contracts, [""; 0], "what is refused leaves nothing behind");
        consumer
            .requests(&asset)
            .await
            .must(201, "and the asset is still free");
    });
}
