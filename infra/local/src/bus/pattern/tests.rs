use serde_json::json;

use super::*;

fn matches(pattern: &Value, event: &Value) -> bool {
    Pattern::read(pattern).unwrap().matches(event)
}

#[test]
fn every_operator_matches_what_it_should_and_nothing_else() {
    // (tests of the field `x`, values that match, values that do not)
    let cases = [
        (
            json!(["a", 1, true, null]),
            vec![json!("a"), json!(1.0), json!(true), json!(null)],
            vec![json!("A"), json!("1"), json!(2), json!(false), json!({})],
        ),
        (
            json!([{"prefix": "contract."}]),
            vec![json!("contract.signed")],
            vec![json!("contrac"), json!(1)],
        ),
        (
            json!([{"suffix": ".png"}]),
            vec![json!("a.png")],
            vec![json!("a.pn"), json!("png")],
        ),
        (
            json!([{"prefix": {"equals-ignore-case": "CON"}}]),
            vec![json!("conTract")],
            vec![json!("co")],
        ),
        (
            json!([{"equals-ignore-case": "Alice"}]),
            vec![json!("aLICE")],
            vec![json!("alic")],
        ),
        (
            json!([{"wildcard": "a*b*c"}]),
            vec![json!("abc"), json!("axxbyyc"), json!("abcbc")],
            vec![json!("acb"), json!("abcx"), json!("xabc")],
        ),
        (
            json!([{"anything-but": "a"}]),
            vec![json!("b"), json!(1)],
            vec![json!("a")],
        ),
        (
            json!([{"anything-but": ["a", 2]}]),
            vec![json!("b")],
            vec![json!("a"), json!(2.0)],
        ),
        (
            json!([{"anything-but": {"prefix": "in"}}]),
            vec![json!("out")],
            vec![json!("init")],
        ),
        (
            json!([{"anything-but": {"suffix": ["x", "y"]}}]),
            vec![json!("z")],
            vec![json!("ax"), json!("ay")],
        ),
        (
            json!([{"numeric": [">", 0, "<=", 5]}]),
            vec![json!(5), json!(0.1)],
            vec![json!(0), json!(5.1), json!("3")],
        ),
        (
            json!([{"numeric": ["=", 3.018e2]}]),
            vec![json!(301.8)],
            vec![json!(301)],
        ),
        (
            json!([{"exists": true}]),
            vec![json!("a"), json!(null), json!(0)],
            vec![json!({"y": 1})],
        ),
        (
            json!(["a", {"numeric": [">", 7]}]),
            vec![json!("a"), json!(8)],
            vec![json!(7)],
        ),
    ];
    for (tests, good, bad) in cases {
        let pattern = json!({ "x": tests });
        for value in good {
            assert!(
                matches(&pattern, &json!({ "x": value })),
                "{pattern} {value}"
            );
            let listed = json!({ "x": ["other", value] });
            assert!(matches(&pattern, &listed), "{pattern} {listed}");
        }
        for value in bad {
            assert!(
                !matches(&pattern, &json!({ "x": value })),
                "{pattern} {value}"
            );
        }
        assert!(!matches(&pattern, &json!({})), "{pattern} and nothing");
    }
}

#[test]
fn what_must_not_be_there_is_not_there() {
    let pattern = json!({ "detail": { "error": [{ "exists": false }] } });
    assert!(matches(&pattern, &json!({ "detail": { "x": 1 } })));
    assert!(matches(&pattern, &json!({})));
    assert!(!matches(&pattern, &json!({ "detail": { "error": null } })));
}

#[test]
fn fields_are_joined_by_and_and_choices_by_or() {
    let pattern = json!({
        "source": ["sharepact"],
        "detail": {
            "$or": [{ "price": [{ "numeric": [">", 10] }] }, { "kind": ["gift"] }],
            "tags": { "name": ["urgent"] },
        },
    });
    let event = |price: i32, kind: &str, tag: &str| {
        json!({
            "source": "sharepact",
            "detail": { "price": price, "kind": kind, "tags": [{ "name": "x" }, { "name": tag }] },
        })
    };
    assert!(matches(&pattern, &event(11, "sale", "urgent")));
    assert!(matches(&pattern, &event(1, "gift", "urgent")));
    assert!(!matches(&pattern, &event(1, "sale", "urgent")));
    assert!(!matches(&pattern, &event(11, "sale", "slow")));
}

#[test]
fn what_is_not_understood_is_named() {
    for (pattern, part) in [
        (json!({ "x": [{ "cidr": "10.0.0.0/8" }] }), "`cidr`"),
        (json!({ "detail": { "x": "a" } }), "detail.x is neither"),
        (json!({ "x": [] }), "x is neither"),
        (json!({}), "top is no object"),
        (json!({ "x": [{ "exists": "yes" }] }), "`exists`"),
        (json!({ "x": [{ "numeric": [">", "a"] }] }), "`numeric`"),
        (json!({ "x": [{ "prefix": 1 }] }), "`prefix`"),
        (json!({ "x": [["a"]] }), "list within a list"),
    ] {
        let error = Pattern::read(&pattern).unwrap_err().to_string();
        assert!(error.contains(part), "{pattern}: {error}");
    }
}
