//! Contracts under framework agreements: granted with a quota, found among all others, extended and stopped.

use serde_json::{Value, json};
use sharepact_tests::{Framework, NO_STAFF, Staff, scenario, skipped, unique};

#[test]
fn a_contract_with_a_quota_is_a_contract_like_any_other() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let granted = framework.grants(50).await;
        let granted = granted.must(201, "a provider's contract manager grants");
        let id = granted.text("id");
        let place = format!("/contracts/{id}");
        assert_eq!(granted.header("location"), Some(place.as_str()));
        assert_eq!(
            (&granted["origin"], &granted["status"]),
            (&json!("Framework"), &json!("Active"))
        );
        assert_eq!(granted["agreementId"], json!(framework.id));
        assert_eq!(granted["expiresAt"], "2040-12-31T00:00:00.000Z");
        assert_eq!(granted["assetId"], Value::Null);
        assert_eq!(granted["quota"]["assets"], 50);
        assert_eq!(granted["allowed"], json!(["extend", "stop"]), "{granted}");

        for staff in [&framework.provider, &framework.consumer] {
            let seen = staff.member.get(&place).await;
            let seen = seen.must(200, "everybody of a party sees it");
            assert_eq!(seen["quota"]["inUse"], 0, "nothing is in use yet\n{seen}");
            assert_eq!(seen.etag(), granted.etag());
            let known = staff
                .member
                .get(&place)
                .header("if-none-match", seen.etag());
            known
                .await
                .must(200, "what is in use is told anew each time");
            for (query, rule) in [
                (vec![], "it is in the list"),
                (vec![("status", "Active")], "by its status"),
            ] {
                staff
                    .member
                    .finds("/contracts", &query, &id, true, rule)
                    .await;
            }
            for tasks in [&staff.contracts, &staff.manager] {
                let rule = "it waits for nobody";
                tasks.finds("/contracts/tasks", &[], &id, false, rule).await;
            }
            let history = staff.member.get(format!("{place}/history")).await;
            let history = history.must(200, "it has a history");
            assert_eq!(history["items"][0]["type"], "contract.granted", "{history}");
        }
        let side = [("role", "provider")];
        let rule = "the consumer does not provide it";
        let consumer = &framework.consumer.member;
        consumer.finds("/contracts", &side, &id, false, rule).await;
        let third = Staff::named(&api).await.expect("tokens are made");
        let told = third.contracts.get(&place).await;
        told.must_refuse(404, "not-found", "to a third party there is none");
    });
}

#[test]
fn a_grant_lies_within_its_agreement() {
    scenario(async |api| {
        let bounds =
            json!({ "validFrom": "2035-01-01T00:00:00Z", "validTo": "2036-01-01T00:00:00Z" });
        let Some(framework) = Framework::active(&api, &bounds).await else {
            return skipped(NO_STAFF);
        };
        let by = &framework.provider.contracts;
        let path = framework.path("contracts");
        for (body, slug, place) in [
            (json!({}), "missing-member", "/assetCount"),
            (json!({ "assetCount": 0 }), "invalid-quota", "/assetCount"),
            (json!({ "assetCount": -1 }), "invalid-quota", "/assetCount"),
            (
                json!({ "assetCount": 100_001 }),
                "invalid-quota",
                "/assetCount",
            ),
            (json!({ "assetCount": 1.5 }), "wrong-type", "/assetCount"),
            (json!({ "assetCount": "1" }), "wrong-type", "/assetCount"),
            (
                json!({ "assetCount": 1, "validFrom": "soon" }),
                "invalid-term",
                "/validFrom",
            ),
            (
                json!({ "assetCount": 1, "validFrom": "2034-12-31T23:59:59.999Z" }),
                "invalid-term",
                "/validFrom",
            ),
            (
                json!({ "assetCount": 1, "validTo": "2036-01-01T00:00:00.001Z" }),
                "invalid-term",
                "/validTo",
            ),
            (
                json!({ "assetCount": 1, "validTo": "2035-01-01T00:00:00Z" }),
                "invalid-term",
                "/validTo",
            ),
            (
                json!({ "assetCount": 1, "price": "1" }),
                "unknown-member",
                "/price",
            ),
        ] {
            let told = by.post(&path, &body).await;
            let told = told.must_refuse(400, slug, "a grant lies within its agreement");
            assert_eq!(told.places(), [place], "{told}");
        }
        let whole = by.post(&path, &json!({ "assetCount": 1 })).await;
        let whole = whole.must(201, "without times it has those of its agreement");
        assert_eq!(whole["effectiveAt"], "2035-01-01T00:00:00.000Z");
        assert_eq!(whole["expiresAt"], "2036-01-01T00:00:00.000Z");
        assert_eq!(whole["quota"]["notAfter"], whole["expiresAt"]);

        let endless = Framework::active(&api, &json!({})).await.expect("tokens");
        let by = &endless.provider.contracts;
        let told = by.post(endless.path("contracts"), &json!({ "assetCount": 1 }));
        let told = told
            .await
            .must_refuse(400, "invalid-term", "a contract has an end");
        assert_eq!(told.places(), ["/validTo"]);
    });
}

#[test]
fn only_the_provider_of_an_active_agreement_grants() {
    scenario(async |api| {
        let Some(pending) = Framework::pending(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let told = pending.grants(5).await;
        told.must_refuse(
            409,
            "agreement-not-active",
            "nothing is granted before it is approved",
        );
        pending.approved().await;
        let third = Staff::named(&api).await.expect("tokens are made");
        let body = json!({ "assetCount": 5, "validTo": "2040-12-31T00:00:00Z" });
        let path = pending.path("contracts");
        for (person, status, slug) in [
            (&third.contracts, 404, "not-found"),
            (&api.stranger(), 404, "not-found"),
            (&pending.consumer.contracts, 403, "wrong-side"),
            (&api.operator(), 403, "wrong-side"),
            (&pending.provider.member, 403, "manager-required"),
            (&pending.provider.sessions, 403, "manager-required"),
        ] {
            let told = person.post(&path, &body).await;
            told.must_refuse(status, slug, &format!("{} grants nothing", person.name));
        }
        let key = unique("key");
        let ask = || pending.provider.manager.post(&path, &body).key(&key);
        let first = ask().await.must(201, "a manager is a contract manager too");
        let again = ask().await.must(201, "a repetition hears the same");
        assert_eq!(again.body, first.body);
        let rule = "it was granted once";
        let mine = pending.provider.member.lists("/contracts", &[]).await;
        assert_eq!(mine, [first.text("id")], "{rule}");
        let missing = "/framework-agreements/0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d/contracts";
        let told = pending.provider.contracts.post(missing, &body).await;
        told.must_refuse(404, "not-found", "there is no such agreement");
    });
}

#[test]
fn an_extension_moves_the_end_and_nothing_else() {
    scenario(async |api| {
        let until = json!({ "validTo": "2041-01-01T00:00:00Z" });
        let Some(framework) = Framework::active(&api, &until).await else {
            return skipped(NO_STAFF);
        };
        let granted = framework.grants(5).await.must(201, "it is granted");
        let path = format!("/contracts/{}/extend", granted.text("id"));
        let by = &framework.provider.contracts;
        let to = |until: &str| json!({ "until": until });
        for (body, slug) in [
            (json!({}), "missing-member"),
            (to("later"), "invalid-term"),
            (to("2040-12-31T00:00:00Z"), "invalid-duration"),
            (to("2039-01-01T00:00:00Z"), "invalid-duration"),
            (to("2041-01-01T00:00:00.001Z"), "invalid-duration"),
        ] {
            let told = by.post(&path, &body).await;
            let rule = "strictly later, and within the agreement";
            let told = told.must_refuse(400, slug, rule);
            assert_eq!(told.places(), ["/until"], "{told}");
        }
        let later = to("2041-01-01T00:00:00Z");
        let third = Staff::named(&api).await.expect("tokens are made");
        for (person, status, slug) in [
            (&third.contracts, 404, "not-found"),
            (&framework.consumer.contracts, 403, "wrong-side"),
            (&framework.provider.member, 403, "manager-required"),
            (&framework.provider.sessions, 403, "manager-required"),
            (&api.operator(), 403, "wrong-side"),
        ] {
            let told = person.post(&path, &later).await;
            told.must_refuse(status, slug, &format!("{} extends nothing", person.name));
        }
        let stale = by.post(&path, &later).header("if-match", "\"2\"").await;
        stale.must_refuse(412, "stale-version", "another version was seen");
        let after = by.post(&path, &later).header("if-match", granted.etag());
        let after = after.await.must(200, "the provider extends");
        let mut expected = granted.body.clone();
        for changed in ["expiresAt", "updatedAt", "version"] {
            expected[changed] = after[changed].clone();
        }
        assert_eq!(after.body, expected, "nothing else changes");
        assert_eq!(after["expiresAt"], "2041-01-01T00:00:00.000Z");
        let told = by.post(&path, &later).await;
        told.must_refuse(400, "invalid-duration", "to the same end is no extension");

        let stop = format!("/contracts/{}/stop", granted.text("id"));
        let reason = json!({ "reason": "The season is over." });
        let told = framework.consumer.member.post(&stop, &reason).await;
        told.must_refuse(403, "manager-required", "a member ends nothing");
        let stopped = framework.consumer.contracts.post(&stop, &reason).await;
        let stopped = stopped.must(200, "either side's contract manager stops");
        assert_eq!(stopped["status"], "Stopped");
        let told = by.post(&path, &to("2040-12-31T12:00:00Z")).await;
        told.must_refuse(409, "illegal-status", "what has ended is not extended");
    });
}
