//! Sessions are made: one for each asset, all of them or none, within what was agreed.

use serde_json::{Value, json};
use sharepact_tests::{Answer, Framework, NO_STAFF, scenario, skipped, unique};

const FAR: &str = "2039-01-01T00:00:00Z";

async fn assets(framework: &Framework, count: usize) -> Vec<String> {
    let mut assets = Vec::new();
    for _ in 0..count {
        assets.push(framework.provider.manager.offers("Private").await);
    }
    assets
}

/// How many sessions of an agreement the provider sees.
async fn sessions(framework: &Framework) -> usize {
    let query = [("agreementId", framework.id.as_str())];
    framework
        .provider
        .sessions
        .lists("/sessions", &query)
        .await
        .len()
}

async fn contract(framework: &Framework, assets: u32) -> String {
    let granted = framework.grants(assets).await;
    granted
        .must(201, "a contract manager grants a quota")
        .text("id")
}

#[test]
fn each_asset_of_a_list_gets_a_session() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let assets = assets(&framework, 3).await;
        let made = framework.shares(&assets, &json!({ "validTo": FAR })).await;
        let made = made.must(201, "a session manager shares its organisation's assets");
        let items = made["items"].as_array().cloned().unwrap_or_default();
        let of: Vec<_> = items
            .iter()
            .map(|item| item["assetId"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(of, assets, "in the order of the request");
        for item in &items {
            let id = item["id"].as_str().unwrap_or_default();
            assert!(
                id.starts_with(&framework.id),
                "an id names its agreement: {id}"
            );
            assert_eq!(
                item["status"], "Scheduled",
                "it is not on before somebody turns it on"
            );
            assert_eq!(
                item["allowed"],
                json!(["start", "stop", "change"]),
                "what its maker may do"
            );
            assert_eq!(
                (&item["endsAt"], &item["endCause"]),
                (&json!("2039-01-01T00:00:00.000Z"), &json!("time"))
            );
            let seen = framework
                .consumer
                .member
                .get(format!("/sessions/{id}"))
                .await;
            let seen = seen.must(200, "the consumer sees what it is given");
            assert_eq!(
                seen["allowed"],
                json!([]),
                "a member turns nothing on or off"
            );
        }
    });
}

#[test]
fn a_hundred_sessions_are_made_in_one_call() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let contract = contract(&framework, 100).await;
        let assets = assets(&framework, 100).await;
        let body = framework.sharing(&assets, &json!({ "contractId": contract }));
        let by = &framework.provider.sessions;
        let key = unique("key");
        let made = by.post("/sessions", &body).key(&key).await;
        let made = made.must(201, "a hundred fit into one call");
        assert_eq!(made["items"].as_array().map(Vec::len), Some(100));
        api.until(async || {
            let found = sessions(&framework).await;
            (found == 100)
                .then_some(())
                .ok_or_else(|| format!("{found} are there"))
        })
        .await;
        let again = by.post("/sessions", &body).key(&key).await;
        assert_eq!(again.must(201, "the same answer").body, made.body);
        let more = self::assets(&framework, 1).await;
        let full = framework
            .shares(&more, &json!({ "contractId": contract }))
            .await;
        full.must_refuse(409, "quota-exceeded", "a hundred and no more");
    });
}

#[test]
fn what_cannot_be_taken_is_named_and_nothing_is_made() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let own = assets(&framework, 2).await;
        let foreign = framework.consumer.manager.offers("Private").await;
        let none = "00000000-0000-7000-8000-000000000000";
        let refused = |answer: Answer, status, slug: &str, places: &[&str]| {
            let answer = answer.must_refuse(status, slug, "what cannot be taken is named");
            assert_eq!(answer.places(), places, "{answer}");
        };
        for (assets, besides, status, slug, places) in [
            (vec![], json!({}), 400, "invalid-asset", vec!["/assetIds"]),
            (
                vec![own[0].clone(); 101],
                json!({}),
                400,
                "invalid-asset",
                vec!["/assetIds"],
            ),
            (
                vec![own[0].clone(), own[0].clone()],
                json!({}),
                400,
                "invalid-asset",
                vec!["/assetIds/1"],
            ),
            (
                vec!["!".to_owned()],
                json!({}),
                400,
                "invalid-id",
                vec!["/assetIds/0"],
            ),
            (
                vec![own[0].clone(), foreign.clone(), unique("unknown")],
                json!({}),
                409,
                "asset-not-yours",
                vec!["/assetIds/1", "/assetIds/2"],
            ),
            (
                vec![own[0].clone()],
                json!({ "validTo": "2001-01-01T00:00:00Z" }),
                400,
                "invalid-term",
                vec!["/validTo"],
            ),
            (
                vec![own[0].clone()],
                json!({ "validFrom": "2001-01-01T00:00:00Z" }),
                400,
                "invalid-term",
                vec!["/validFrom"],
            ),
            (
                vec![own[0].clone()],
                json!({ "validTo": "soon" }),
                400,
                "invalid-term",
                vec!["/validTo"],
            ),
            (
                vec![own[0].clone()],
                json!({ "contractId": none }),
                404,
                "not-found",
                vec!["/contractId"],
            ),
        ] {
            let answer = framework.shares(&assets, &besides).await;
            refused(answer, status, slug, &places);
        }
        let body = json!({ "agreementId": none, "assetIds": own });
        let answer = framework.provider.sessions.post("/sessions", &body).await;
        answer.must_refuse(404, "not-found", "there is no such agreement");
        assert_eq!(sessions(&framework).await, 0, "nothing was made");
    });
}

#[test]
fn sessions_lie_within_the_time_of_what_they_hang_from() {
    scenario(async |api| {
        let time = json!({ "validTo": "2038-01-01T00:00:00Z" });
        let Some(framework) = Framework::active(&api, &time).await else {
            return skipped(NO_STAFF);
        };
        let assets = assets(&framework, 1).await;
        let late = framework.shares(&assets, &json!({ "validTo": FAR })).await;
        let late = late.must_refuse(400, "invalid-term", "no session outlives its agreement");
        assert_eq!(late.places(), ["/validTo"]);
        let body = json!({ "assetCount": 2, "validTo": "2037-01-01T00:00:00Z" });
        let path = framework.path("contracts");
        let granted = framework.provider.contracts.post(path, &body).await;
        let contract = granted.must(201, "a quota within the agreement").text("id");
        let besides = |end: &str| json!({ "contractId": contract, "validTo": end });
        let late = framework
            .shares(&assets, &besides("2037-06-01T00:00:00Z"))
            .await;
        late.must_refuse(400, "invalid-term", "no session outlives its contract");
        let made = framework
            .shares(&assets, &json!({ "contractId": contract }))
            .await;
        let made = made.must(
            201,
            "without an end of its own a session has its contract's",
        );
        let session = &made["items"][0];
        assert_eq!(
            (&session["validTo"], &session["endCause"]),
            (&Value::Null, &json!("contract"))
        );
        assert_eq!(session["endsAt"], "2037-01-01T00:00:00.000Z");

        let extended = json!({ "until": "2037-09-01T00:00:00Z" });
        let path = format!("/contracts/{contract}/extend");
        let after = framework.provider.contracts.post(path, &extended).await;
        if after.status == 200 {
            let id = session["id"].as_str().unwrap_or_default();
            let seen = framework
                .consumer
                .member
                .get(format!("/sessions/{id}"))
                .await;
            assert_eq!(
                seen["endsAt"], "2037-09-01T00:00:00.000Z",
                "sessions follow their contract\n{seen}"
            );
        }
    });
}

#[test]
fn an_asset_has_one_session_unless_they_may_overlap() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let taken = assets(&framework, 3).await;
        framework
            .shares(&taken[..1], &json!({}))
            .await
            .must(201, "the first one");
        let more = framework.shares(&taken, &json!({})).await;
        let more = more.must_refuse(409, "session-overlap", "one session for an asset");
        assert_eq!(more.places(), ["/assetIds/0"], "the one that is in the way");
        assert_eq!(sessions(&framework).await, 1, "all of them or none");

        let overlap = json!({ "sharing": { "overlappingSessions": true } });
        let Some(framework) = Framework::active(&api, &overlap).await else {
            return skipped(NO_STAFF);
        };
        let taken = assets(&framework, 1).await;
        let contract = contract(&framework, 5).await;
        let under = json!({ "contractId": contract });
        for besides in [json!({}), json!({}), under.clone()] {
            let made = framework.shares(&taken, &besides).await;
            made.must(201, "under this agreement they may overlap");
        }
        let again = framework.shares(&taken, &under).await;
        again.must_refuse(409, "session-overlap", "but never under the same contract");
        assert_eq!(sessions(&framework).await, 3);
    });
}

#[test]
fn a_contract_admits_as_many_assets_as_it_says() {
    scenario(async |api| {
        let needed = json!({ "contractNeeded": true });
        let Some(framework) = Framework::active(&api, &needed).await else {
            return skipped(NO_STAFF);
        };
        let assets = assets(&framework, 4).await;
        let without = framework.shares(&assets[..1], &json!({})).await;
        without.must_refuse(409, "contract-needed", "this agreement asks for one");
        let contract = contract(&framework, 3).await;
        let under = json!({ "contractId": contract });
        let all = framework.shares(&assets, &under).await;
        all.must_refuse(409, "quota-exceeded", "four are more than three");
        let two = framework.shares(&assets[..2], &under).await;
        two.must(201, "two of three");
        let two = framework.shares(&assets[2..], &under).await;
        two.must_refuse(409, "quota-exceeded", "two more are one too many");
        assert_eq!(sessions(&framework).await, 2, "all of them or none");
        framework
            .shares(&assets[2..3], &under)
            .await
            .must(201, "the last place");
        let stop = json!({ "reason": "Over." });
        let path = format!("/contracts/{contract}/stop");
        let stopped = framework.provider.contracts.post(path, &stop).await;
        stopped.must(200, "a contract manager ends it");
        let late = framework.shares(&assets[3..], &under).await;
        late.must_refuse(
            409,
            "contract-not-active",
            "nothing begins under what has ended",
        );
    });
}

#[test]
fn nothing_begins_under_an_agreement_that_is_not_in_force() {
    scenario(async |api| {
        let Some(framework) = Framework::pending(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let assets = assets(&framework, 1).await;
        let early = framework.shares(&assets, &json!({})).await;
        early.must_refuse(409, "agreement-not-active", "before both have agreed");
        framework.approved().await;
        let units = json!({ "entity": "unit" });
        let others = Framework::between(&framework.provider, &framework.consumer, &units).await;
        others.approved().await;
        let other = others.shares(&assets, &json!({})).await;
        let other = other.must_refuse(409, "wrong-entity", "an agreement is for one kind of thing");
        assert_eq!(other.places(), ["/assetIds/0"]);
        let by = framework.provider.contracts.clone();
        framework
            .does(&by, "stop")
            .await
            .must(200, "either side ends it");
        let late = framework.shares(&assets, &json!({})).await;
        late.must_refuse(409, "agreement-not-active", "after it was stopped");
        assert_eq!(sessions(&framework).await, 0);
    });
}
