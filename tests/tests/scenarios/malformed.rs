//! Requests that are malformed: JSON, members, types, sizes, ids and parameters.

use serde_json::{Value, json};
use sharepact_tests::{Call, Deal, asset, draft, fresh_key, request, scenario};

#[test]
fn bodies_that_are_no_json_of_the_form_are_refused() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let whole = draft().to_string();
        let deep = format!("{{\"price\":{}", "[".repeat(50_000));
        let bodies: Vec<(Vec<u8>, &str, &str)> = vec![
            (b"{".to_vec(), "malformed-json", ""),
            (b"not json".to_vec(), "malformed-json", ""),
            (
                whole.as_bytes()[..whole.len() - 1].into(),
                "malformed-json",
                "",
            ),
            (format!("{whole} x").into(), "malformed-json", ""),
            (format!("\u{feff}{whole}").into(), "malformed-json", ""),
            (vec![b'"', 0xff, 0xfe, b'"'], "malformed-json", ""),
            (
                b"{\"price\":\"1\",\"price\":\"2\"}".to_vec(),
                "malformed-json",
                "/price",
            ),
            (b"{\"price\":\"\\ud800\"}".to_vec(), "malformed-json", ""),
            (b"[]".to_vec(), "wrong-type", ""),
            (b"null".to_vec(), "wrong-type", ""),
            (b"\"draft\"".to_vec(), "wrong-type", ""),
            (b"{}".to_vec(), "missing-member", "/price"),
            (b"".to_vec(), "missing-member", "/price"),
            (b"{\"price\":1250}".to_vec(), "wrong-type", "/price"),
            (b"{\"price\":null}".to_vec(), "wrong-type", "/price"),
            (
                b"{\"price\":\"1\",\"cost\":\"2\"}".to_vec(),
                "unknown-member",
                "/cost",
            ),
            (b"{\"Price\":\"1\"}".to_vec(), "unknown-member", "/Price"),
            (b"{\"a/b\":\"1\"}".to_vec(), "unknown-member", "/a~1b"),
            (deep.into(), "wrong-type", "/price"),
        ];
        for (body, slug, place) in bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
            if !api.hands_over(&body) {
                continue;
            }
            let answer = deal
                .provider
                .post(deal.path("draft"), &Value::Null)
                .raw(body)
                .await;
            let answer = answer.must_refuse(400, slug, &format!("{shown} is no draft"));
            assert_eq!(
                answer.places(),
                [place],
                "the refusal names the place in {shown}\n{answer}"
            );
        }
        assert_eq!(
            deal.seen().await.etag(),
            "\"1\"",
            "what is refused changes nothing"
        );
    });
}

#[test]
fn every_body_is_read_strictly() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let deal = Deal::begin(&provider, &consumer).await;
        let bodies: Vec<(Call, Value)> = vec![
            (
                consumer.post("/contracts", &Value::Null),
                request(&deal.asset),
            ),
            (
                consumer.post(format!("/assets/{}/acquisitions", deal.asset), &Value::Null),
                json!({}),
            ),
            (
                provider.put(format!("/assets/{}", deal.asset), &Value::Null),
                asset("Private"),
            ),
            (
                consumer.post(format!("{}/challenge", consumer.wallet()), &Value::Null),
                json!({ "address": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" }),
            ),
            (
                consumer.put(consumer.wallet(), &Value::Null),
                consumer.proves(&fresh_key()).await,
            ),
            (
                provider.patch(deal.path(""), &Value::Null),
                Deal::patch("draft"),
            ),
        ];
        let commands = sharepact_tests::COMMANDS.map(|command| {
            (
                provider.post(deal.path(command), &Value::Null),
                Deal::body(command),
            )
        });
        for (call, mut body) in bodies.into_iter().chain(commands) {
            body["surprise"] = json!(true);
            let refused = call.json(&body).await;
            let refused =
                refused.must_refuse(400, "unknown-member", "what is not known is not ignored");
            assert_eq!(refused.places(), ["/surprise"], "{refused}");
        }
        assert_eq!(
            deal.seen().await.etag(),
            "\"1\"",
            "what is refused changes nothing"
        );
    });
}

#[test]
fn members_have_one_type() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let asset_id = provider.offers("Private").await;
        for (member, value, place) in [
            ("duration", json!("30"), "/duration"),
            ("duration", json!(1.5), "/duration"),
            ("duration", json!(null), "/duration"),
            ("duration", json!("Forever"), "/duration"),
            ("offlineRetention", json!("true"), "/offlineRetention"),
            ("fields", json!("day"), "/fields"),
            ("fields", json!([1]), "/fields/0"),
            ("fields", json!(null), "/fields"),
            ("filters", json!({}), "/filters"),
            (
                "filters",
                json!([{ "field": "distance", "from": 0.5 }]),
                "/filters/0/from",
            ),
            (
                "filters",
                json!([{ "field": "payment", "values": "card" }]),
                "/filters/0/values",
            ),
            ("comment", json!(7), "/comment"),
            ("assetId", json!(["a"]), "/assetId"),
        ] {
            let mut body = request(&asset_id);
            body[member] = value.clone();
            let refused = consumer.post("/contracts", &body).await;
            let refused =
                refused.must_refuse(400, "wrong-type", &format!("{member} is no {value}"));
            assert_eq!(refused.places(), [place], "{refused}");
        }
        for member in ["assetId", "duration", "offlineRetention", "fields"] {
            let mut body = request(&asset_id);
            body.as_object_mut().expect("an object").remove(member);
            let refused = consumer.post("/contracts", &body).await;
            let refused =
                refused.must_refuse(400, "missing-member", &format!("{member} is needed"));
            assert_eq!(refused.places(), [format!("/{member}")], "{refused}");
        }
        let mut body = request(&asset_id);
        body["filters"][1]["unit"] = json!("km");
        let refused = consumer.post("/contracts", &body).await;
        let refused = refused.must_refuse(400, "unknown-member", "also inside a filter");
        assert_eq!(refused.places(), ["/filters/1/unit"], "{refused}");
    });
}

#[test]
fn a_merge_patch_names_a_status_and_holds_its_commands_members_only() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        for (patch, slug, place) in [
            (json!({}), "missing-member", "/status"),
            (json!({ "price": "1" }), "missing-member", "/status"),
            (json!({ "status": "Request" }), "wrong-type", "/status"),
            (json!({ "status": "Expired" }), "wrong-type", "/status"),
            (json!({ "status": "draft" }), "wrong-type", "/status"),
            (json!({ "status": null }), "wrong-type", "/status"),
            (
                json!({ "status": "Draft", "price": "1" }),
                "missing-member",
                "/currency",
            ),
            (json!({ "status": "Rejected" }), "missing-member", "/reason"),
            (
                json!({ "status": "Rejected", "reason": null }),
                "wrong-type",
                "/reason",
            ),
            (
                json!({ "status": "Active" }),
                "missing-member",
                "/paymentReference",
            ),
            (
                json!({ "status": "Signed", "price": "1" }),
                "unknown-member",
                "/price",
            ),
            (
                json!({ "status": "Declined", "detail": "d" }),
                "unknown-member",
                "/detail",
            ),
            (
                json!({ "status": "Negotiate", "price": "1", "vat": "0" }),
                "unknown-member",
                "/vat",
            ),
            (
                json!({ "status": "Stopped", "reason": "r", "id": "x" }),
                "unknown-member",
                "/id",
            ),
        ] {
            let refused = deal.provider.patch(deal.path(""), &patch).await;
            let refused = refused.must_refuse(400, slug, &format!("{patch} picks no command"));
            assert_eq!(refused.places(), [place], "{refused}");
        }
        assert_eq!(
            deal.seen().await.etag(),
            "\"1\"",
            "what is refused changes nothing"
        );
    });
}

#[test]
fn bodies_have_a_size_and_a_media_type() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let draft_path = deal.path("draft");
        let large = format!("{}{}", draft(), " ".repeat(2 * 1024 * 1024));
        let refused = deal
            .provider
            .post(&draft_path, &Value::Null)
            .raw(large)
            .await;
        refused.must_refuse(413, "payload-too-large", "a body has at most 2 MiB");
        for media_type in [
            "text/plain",
            "application/xml",
            "application/x-www-form-urlencoded",
            "json",
        ] {
            let refused = deal
                .provider
                .post(&draft_path, &draft())
                .header("content-type", media_type)
                .await;
            refused.must_refuse(415, "unsupported-media-type", "a body is JSON");
        }
        assert_eq!(
            deal.seen().await.etag(),
            "\"1\"",
            "what is refused changes nothing"
        );
        let spelled = deal.provider.post(&draft_path, &draft());
        let spelled = spelled
            .header("content-type", "Application/JSON; charset=utf-8")
            .await;
        spelled.must(200, "a media type has parameters and no case");
    });
}

#[test]
fn ids_that_are_not_ids_are_refused() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let consumer = &deal.consumer;
        let upper = deal.id.to_uppercase();
        let bare = deal.id.replace('-', "");
        for bad in [
            "1",
            "abc",
            upper.as_str(),
            bare.as_str(),
            "%00",
            "a%2Fb",
            "..%2F..",
            "%7B%7D",
        ] {
            if !api.hands_over(bad.as_bytes()) {
                continue;
            }
            let nowhere = Deal {
                id: bad.to_owned(),
                ..deal.clone()
            };
            for command in sharepact_tests::COMMANDS {
                let refused = nowhere.does(consumer, command).await;
                let refused = refused.must_refuse(400, "invalid-id", "a contract's id is a UUID");
                assert_eq!(refused.places(), ["id"], "{refused}");
            }
            for command in ["", "history"] {
                let refused = consumer.get(nowhere.path(command)).await;
                refused.must_refuse(400, "invalid-id", "a contract's id is a UUID");
            }
            let refused = consumer
                .patch(nowhere.path(""), &Deal::patch("accept"))
                .await;
            refused.must_refuse(400, "invalid-id", "a contract's id is a UUID");
        }
        let long = "a".repeat(129);
        for bad in [
            "-a",
            "a%20b",
            "a%23b",
            "%C3%A9",
            "a%2Fb",
            "a%0Ab",
            long.as_str(),
        ] {
            if !api.hands_over(bad.as_bytes()) {
                continue;
            }
            for path in ["", "/contracts", "/contract-request", "/active-contract"] {
                let refused = consumer.get(format!("/assets/{bad}{path}")).await;
                let refused = refused.must_refuse(400, "invalid-id", "an asset's id has a form");
                assert_eq!(refused.places(), ["assetId"], "{refused}");
            }
            let path = format!("/assets/{bad}");
            let refused = consumer.put(&path, &asset("Private")).await;
            refused.must_refuse(400, "invalid-id", "an asset's id has a form");
            let refused = consumer
                .post(format!("{path}/acquisitions"), &json!({}))
                .await;
            refused.must_refuse(400, "invalid-id", "an asset's id has a form");
            let refused = consumer.get(format!("/wallets/{bad}")).await;
            let refused = refused.must_refuse(400, "invalid-id", "an owner's id has a form");
            assert_eq!(refused.places(), ["owner"], "{refused}");
        }
        for reserved in ["pending", "acquired"] {
            let refused = consumer
                .put(format!("/assets/{reserved}"), &asset("Private"))
                .await;
            refused.must_refuse(400, "invalid-id", "a route is no asset");
        }
    });
}

#[test]
fn parameters_that_are_not_taken_are_refused() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let consumer = &deal.consumer;
        for (path, name, value) in [
            ("/contracts", "userid", "a"),
            ("/contracts", "role", "both"),
            ("/contracts", "role", ""),
            ("/contracts", "sort", "asc"),
            ("/contracts/tasks", "userId", "a"),
            ("/assets", "owner", "you"),
            ("/assets/pending", "status", "Active"),
            (&deal.path(""), "expand", "terms"),
            (&deal.path("history"), "since", "1"),
        ] {
            let refused = consumer.get(path).query(name, value).await;
            let rule = format!("{path} takes no {name}={value}");
            let refused = refused.must_refuse(400, "invalid-parameter", &rule);
            assert_eq!(refused.places(), [name], "{refused}");
        }
        let command = consumer
            .post(deal.path("reject"), &Deal::body("reject"))
            .query("force", "true")
            .await;
        command.must_refuse(400, "invalid-parameter", "a command takes no parameters");
        for (path, name, value) in [
            ("/contracts", "userId", "not an id"),
            ("/contracts", "userId", ""),
            ("/assets/pending", "userId", "a,b"),
            ("/assets/acquired", "userId", "é"),
            ("/contracts", "status", "active"),
            ("/contracts", "status", "Due"),
        ] {
            let refused = consumer.get(path).query(name, value).await;
            let refused = refused.must(400, &format!("{path} takes no {name}={value}"));
            assert_eq!(refused.places(), [name], "{refused}");
        }
        let twice = consumer
            .get("/contracts")
            .query("role", "consumer")
            .query("role", "provider")
            .await;
        twice.must_refuse(400, "invalid-parameter", "a role is given once");
        assert_eq!(
            deal.seen().await.etag(),
            "\"1\"",
            "what is refused changes nothing"
        );
    });
}
