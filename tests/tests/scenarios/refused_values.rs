//! Values that cannot be taken: each with its own problem type, its place, and nothing changed.

use serde_json::{Value, json};
use sharepact_tests::{Answer, Deal, asset, draft, request, scenario, unique};

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
        let path = format!("/wallets/{}", consumer.user);
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
            let refused = consumer.put(&path, &json!({ "address": bad })).await;
            let refused =
                refused.must_refuse(400, "invalid-address", &format!("{what} is no address"));
            assert_eq!(refused.places(), ["/address"], "{refused}");
            assert_ne!(before["address"], bad, "what is refused changes nothing");
        }
    });
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
