//! Public assets: acquired at once, without the pipeline.

use serde_json::{Value, json};
use sharepact_tests::{Deal, asset, scenario, unique};

#[test]
fn a_public_asset_is_active_at_once() {
    scenario(async |api| {
        let (provider, stranger) = (api.provider(), api.stranger());
        let asset_id = provider.offers("Public").await;
        let body = json!({ "comment": "For a class." });
        let made = stranger
            .post(format!("/assets/{asset_id}/acquisitions"), &body)
            .await;
        let made = made.must(201, "anybody acquires a public asset, without a wallet");
        let id = made.text("id");
        assert_eq!(made["status"], "Active", "there is no pipeline");
        assert_eq!(
            made.header("location"),
            Some(format!("/contracts/{id}").as_str())
        );
        assert_eq!(made.etag(), "\"1\"");
        assert_eq!(made["comment"], "For a class.");
        assert_eq!(made["duration"], "forever", "a public licence has no end");
        assert_eq!(
            made["expiresAt"],
            Value::Null,
            "a public licence has no end"
        );
        assert_eq!(made["offlineRetention"], true, "a local copy may be kept");
        assert_eq!(made["filters"], json!([]), "all rows");
        let all = [
            "day",
            "pickup_at",
            "passengers",
            "distance",
            "payment",
            "shared",
            "zone",
        ];
        assert_eq!(made["fields"], json!(all), "all fields");
        let offer = &made["offer"];
        assert_eq!(
            [&offer["price"], &offer["gross"]],
            ["0.00", "0.00"],
            "the price is zero"
        );
        assert_eq!(
            offer["terms"],
            asset("Public")["licence"],
            "the licence is the terms"
        );
        assert_eq!(made["allowed"], json!(["stop"]), "either side may stop it");
        let seen = stranger
            .views(&id)
            .await
            .must(200, "a party sees its contract");
        assert_eq!(seen.body, made.body, "what was answered is what is there");
        let query = [("userId", stranger.user.as_str())];
        stranger
            .finds(
                "/assets/acquired",
                &query,
                &asset_id,
                true,
                "what is active may be used",
            )
            .await;
    });
}

#[test]
fn each_access_level_has_its_own_door() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let (public, private) = (
            provider.offers("Public").await,
            provider.offers("Private").await,
        );
        consumer.requests(&public).await.must_refuse(
            409,
            "public-asset",
            "a public asset is acquired, not requested",
        );
        consumer.acquires(&private).await.must_refuse(
            409,
            "not-public",
            "a private asset is requested, not acquired",
        );
        provider.acquires(&public).await.must_refuse(
            409,
            "own-asset",
            "nobody acquires their own asset",
        );
        provider.requests(&private).await.must_refuse(
            409,
            "own-asset",
            "nobody requests their own asset",
        );
        for path in ["acquisitions", "contracts"] {
            let nothing = unique("asset");
            let refused = match path {
                "acquisitions" => consumer.acquires(&nothing).await,
                _ => consumer.requests(&nothing).await,
            };
            refused.must_refuse(
                404,
                "not-found",
                "what is not registered cannot be contracted",
            );
        }
    });
}

#[test]
fn either_side_stops_an_acquisition_and_it_can_be_acquired_again() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let asset = provider.offers("Public").await;
        for by in [&provider, &consumer] {
            let made = consumer.acquires(&asset).await;
            let made = made.must(201, "what was stopped leaves the asset free");
            let again = consumer.acquires(&asset).await;
            again.must_refuse(409, "live-contract", "one live contract per side and asset");
            let deal = Deal {
                id: made.text("id"),
                asset: asset.clone(),
                provider: provider.clone(),
                consumer: consumer.clone(),
            };
            let after = deal
                .does(by, "stop")
                .await
                .must(200, "either side stops an active contract");
            assert_eq!(after["status"], "Stopped");
        }
    });
}

#[test]
fn a_contract_keeps_what_it_copied_of_its_asset() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let deal = Deal::at("Acquired", &provider, &consumer).await;
        let mut changed = asset("Public");
        changed["name"] = json!("Another name");
        changed["licence"] = json!("Another licence.");
        changed["fields"] = json!([{ "name": "other", "type": "text" }]);
        let after = provider
            .put(format!("/assets/{}", deal.asset), &changed)
            .await;
        let after = after.must(200, "an owner changes its asset");
        assert_eq!(after["name"], "Another name");
        let seen = deal.seen().await;
        assert_eq!(
            seen["assetName"],
            asset("Public")["name"],
            "a change reaches no contract that exists"
        );
        assert_eq!(seen["offer"]["terms"], asset("Public")["licence"]);
        assert_eq!(seen["fields"].as_array().map(Vec::len), Some(7));
    });
}
