//! May a consumer use an asset now: through what, which part of it, until when.

use serde_json::{Value, json};
use sharepact_tests::{Deal, Framework, NO_STAFF, Staff, asset, scenario, skipped, unique};

#[test]
fn a_session_that_runs_entitles_its_consumer_and_nobody_else() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let Some(third) = Staff::unnamed(&api) else {
            return skipped(NO_STAFF);
        };
        let (session, shared) = framework.runs().await;
        let entitled = framework.entitled(&shared).await;
        let fields: Vec<_> = asset("Private")["fields"]
            .as_array()
            .map(|fields| fields.iter().map(|field| field["name"].clone()).collect())
            .unwrap_or_default();
        let expected = json!([{
            "sessionId": session, "fields": fields, "filters": [], "anonymised": false,
            "valuePropositions": ["location", "vehicle-status"], "messages": ["position"],
            "offlineRetention": false, "until": null,
        }]);
        assert_eq!(entitled["grounds"], expected, "{entitled}");
        assert!(entitled["checkedAt"].is_string());
        // Who may not use it is told no more of it than of what nobody knows.
        let unknown = unique("unknown");
        let operator = api.operator();
        for by in [
            &third.manager,
            &framework.provider.manager,
            &api.stranger(),
            &operator,
        ] {
            let mut told = Vec::new();
            for asset in [&shared, &unknown] {
                let mut body = by.entitlement(asset).await.body;
                body["assetId"] = Value::Null;
                body["checkedAt"] = Value::Null;
                told.push(body);
            }
            assert_eq!(told[0]["entitled"], false, "{told:?}");
            assert_eq!(told[0], told[1]);
        }
        let missing = framework.consumer.member.get("/entitlements").await;
        let missing = missing.must_refuse(400, "invalid-parameter", "it takes an asset");
        assert_eq!(missing.places(), ["assetId"]);
    });
}

#[test]
fn the_extent_of_an_agreement_is_what_its_sessions_entitle_to() {
    scenario(async |api| {
        for (sharing, fields, anonymised) in [
            (
                json!({ "extent": "partial", "fields": ["distance", "unknown"] }),
                1,
                false,
            ),
            (json!({ "extent": "anonymised" }), 7, true),
        ] {
            let changes = json!({ "sharing": sharing, "validTo": "2038-01-01T00:00:00Z" });
            let Some(framework) = Framework::active(&api, &changes).await else {
                return skipped(NO_STAFF);
            };
            let (_, shared) = framework.runs().await;
            let entitled = framework.entitled(&shared).await;
            let grounds = &entitled["grounds"][0];
            let found = grounds["fields"].as_array().map_or(0, Vec::len);
            assert_eq!(found, fields, "{entitled}");
            assert_eq!(grounds["anonymised"], json!(anonymised), "{entitled}");
            assert_eq!(grounds["until"], "2038-01-01T00:00:00.000Z", "{entitled}");
        }
    });
}

#[test]
fn what_a_session_hangs_from_ends_the_entitlement_at_once() {
    scenario(async |api| {
        for what in ["agreement", "contract"] {
            let Some(framework) = Framework::active(&api, &json!({})).await else {
                return skipped(NO_STAFF);
            };
            let contract = framework.grants(1).await.must(201, "a quota").text("id");
            let shared = framework.provider.manager.offers("Private").await;
            let under = json!({ "contractId": contract });
            let made = framework
                .shares(std::slice::from_ref(&shared), &under)
                .await;
            let made = made.must(201, "a session under it");
            let id = made["items"][0]["id"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            framework.starts(&id).await;
            let entitled = framework.entitled(&shared).await;
            assert_eq!(entitled["entitled"], true, "{entitled}");
            let by = framework.provider.contracts.clone();
            let stopped = if what == "agreement" {
                framework.does(&by, "stop").await
            } else {
                let path = format!("/contracts/{contract}/stop");
                by.post(path, &Deal::body("stop")).await
            };
            stopped.must(200, "a contract manager ends it");
            let entitled = framework.entitled(&shared).await;
            assert_eq!(entitled["entitled"], false, "{what}\n{entitled}");
            let seen = framework
                .consumer
                .member
                .get(format!("/sessions/{id}"))
                .await;
            assert_eq!(seen["status"], "Ended", "{what}\n{seen}");
        }
    });
}

#[test]
fn a_contract_on_the_asset_entitles_as_long_as_it_is_active() {
    scenario(async |api| {
        let (office, manager) = (api.person("provider-manager"), api.person("manager"));
        let signed = Deal::at("Signed", &office, &manager).await;
        let colleague = api.person("member");
        let before = colleague.entitlement(&signed.asset).await;
        assert_eq!(
            before["entitled"], false,
            "not before it is active\n{before}"
        );
        let deal = Deal::at("Active", &office, &manager).await;
        let entitled = colleague.entitlement(&deal.asset).await;
        let grounds = &entitled["grounds"][0];
        assert_eq!(grounds["contractId"], json!(deal.id), "{entitled}");
        assert!(grounds.get("sessionId").is_none(), "{entitled}");
        let seen = manager.views(&deal.id).await;
        for member in ["fields", "filters", "offlineRetention"] {
            assert_eq!(grounds[member], seen[member], "{member}\n{entitled}");
        }
        assert_eq!(grounds["until"], seen["expiresAt"], "{entitled}");
        deal.does(&manager, "stop")
            .await
            .must(200, "either side ends it");
        let after = colleague.entitlement(&deal.asset).await;
        assert_eq!(after["entitled"], false, "at once\n{after}");
    });
}
