//! Who sees what: parties their contracts, owners all of an asset's, operators any, strangers none.

use serde_json::{Value, json};
use sharepact_tests::{Deal, asset, scenario};

#[test]
fn an_owner_sees_all_contracts_on_its_asset_and_a_consumer_its_own() {
    scenario(async |api| {
        let (provider, consumer, manager) = (api.provider(), api.consumer(), api.person("manager"));
        let first = Deal::begin(&provider, &consumer).await;
        let second = Deal::on(&first.asset, &provider, &manager).await;
        let path = format!("/assets/{}/contracts", first.asset);
        for (person, sees_first, sees_second) in [
            (&provider, true, true),
            (&api.operator(), true, true),
            (&consumer, true, false),
            (&manager, false, true),
            (&api.person("member"), false, true),
            (&api.stranger(), false, false),
        ] {
            let name = &person.name;
            for (deal, sees) in [(&first, sees_first), (&second, sees_second)] {
                let rule = format!("{name} sees the contract of {}: {sees}", deal.consumer.name);
                person.finds(&path, &[], &deal.id, sees, &rule).await;
                let view = person.views(&deal.id).await;
                let history = person.get(deal.path("history")).await;
                for answer in [view, history] {
                    match sees {
                        true => answer.must(200, &rule),
                        false => answer.must_refuse(404, "not-found", &rule),
                    };
                }
            }
        }
        let list = provider.lists(&path, &[]).await;
        assert_eq!(
            list.len(),
            2,
            "an asset's owner sees all of its contracts, each once: {list:?}"
        );
    });
}

#[test]
fn operators_look_at_anything_and_bind_nobody() {
    scenario(async |api| {
        let deal = Deal::at("Draft", &api.provider(), &api.consumer()).await;
        let operator = api.operator();
        let seen = operator
            .views(&deal.id)
            .await
            .must(200, "an operator sees any contract");
        assert_eq!(seen["allowed"], json!([]), "an operator may do nothing");
        for command in sharepact_tests::COMMANDS {
            let refused = deal.does(&operator, command).await;
            let refused = refused.must_refuse(403, "wrong-side", "operators bind nobody");
            assert_eq!(refused["allowed"], json!([]), "{refused}");
        }
        for user in [&deal.provider.user, &deal.consumer.user] {
            let query = [("userId", user.as_str()), ("status", "Draft")];
            operator
                .finds(
                    "/contracts",
                    &query,
                    &deal.id,
                    true,
                    "an operator lists any user's",
                )
                .await;
        }
        let own = operator.lists("/contracts", &[("status", "Draft")]).await;
        assert!(
            !own.contains(&deal.id),
            "without users the list is the caller's own"
        );
    });
}

#[test]
fn whatever_ids_are_asked_for_strangers_see_nothing() {
    scenario(async |api| {
        let deal = Deal::at("Active", &api.provider(), &api.consumer()).await;
        let request = Deal::begin(&api.provider(), &api.consumer()).await;
        let stranger = api.stranger();
        for user in [&deal.provider.user, &deal.consumer.user] {
            let query = [("userId", user.as_str())];
            for path in ["/contracts", "/assets/pending", "/assets/acquired"] {
                let listed = stranger.walks(path, &query, 100).await;
                for hidden in [&deal.id, &deal.asset, &request.id, &request.asset] {
                    assert!(
                        !listed.has(hidden),
                        "a stranger finds nothing of others in {path}"
                    );
                }
            }
            for (asset, what) in [
                (&deal.asset, "active-contract"),
                (&request.asset, "contract-request"),
            ] {
                let path = format!("/assets/{asset}/{what}");
                let found = stranger.get(&path).query("userId", user).await;
                let found = found.must(200, "one or null");
                assert_eq!(
                    found.body,
                    Value::Null,
                    "a stranger finds nothing of others in {path}"
                );
            }
        }
    });
}

#[test]
fn two_parties_see_in_each_others_lists_only_what_they_share() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let shared = Deal::begin(&provider, &consumer).await;
        let foreign = Deal::begin(&api.person("provider-manager"), &consumer).await;
        let query = [("userId", consumer.user.as_str()), ("role", "consumer")];
        consumer
            .finds(
                "/contracts",
                &query,
                &foreign.id,
                true,
                "a consumer sees all of its own",
            )
            .await;
        provider
            .finds(
                "/contracts",
                &query,
                &shared.id,
                true,
                "a provider sees its part",
            )
            .await;
        provider
            .finds(
                "/contracts",
                &query,
                &foreign.id,
                false,
                "and not what concerns others",
            )
            .await;
        let query = [("userId", consumer.user.as_str())];
        provider
            .finds(
                "/assets/pending",
                &query,
                &shared.asset,
                true,
                "its part of what is pending",
            )
            .await;
        provider
            .finds(
                "/assets/pending",
                &query,
                &foreign.asset,
                false,
                "and not of others",
            )
            .await;
    });
}

#[test]
fn confidential_assets_are_their_owners_only() {
    scenario(async |api| {
        let (office, clerk) = (
            api.person("provider-manager"),
            api.person("provider-member"),
        );
        let asset_id = office.offers("Confidential").await;
        let path = format!("/assets/{asset_id}");
        for person in [&office, &clerk, &api.operator()] {
            person
                .get(&path)
                .await
                .must(200, "its owner's side and operators see it");
        }
        for person in [&api.consumer(), &api.stranger(), &api.person("manager")] {
            let rule = "a Confidential asset is nobody else's to see";
            person.get(&path).await.must_refuse(404, "not-found", rule);
            person
                .requests(&asset_id)
                .await
                .must_refuse(404, "not-found", "nor to request");
            person
                .acquires(&asset_id)
                .await
                .must_refuse(404, "not-found", "nor to acquire");
            person
                .finds("/assets", &[], &asset_id, false, "nor in the catalogue")
                .await;
            person
                .finds(
                    "/assets",
                    &[("owner", "me")],
                    &asset_id,
                    false,
                    "nor their own",
                )
                .await;
        }
        for person in [&office, &clerk] {
            let query = [("owner", "me")];
            person
                .finds(
                    "/assets",
                    &query,
                    &asset_id,
                    true,
                    "it is in its owner's own list",
                )
                .await;
            person
                .finds("/assets", &[], &asset_id, false, "and not in the catalogue")
                .await;
        }
    });
}

#[test]
fn an_asset_that_becomes_confidential_keeps_its_contracts() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let deal = Deal::begin(&provider, &consumer).await;
        let path = format!("/assets/{}", deal.asset);
        consumer
            .finds(
                "/assets",
                &[],
                &deal.asset,
                true,
                "a private asset is in the catalogue",
            )
            .await;
        let hidden = provider.put(&path, &asset("Confidential")).await;
        hidden.must(200, "an owner hides its asset");
        consumer
            .get(&path)
            .await
            .must_refuse(404, "not-found", "it is hidden from now on");
        consumer
            .finds(
                "/assets",
                &[],
                &deal.asset,
                false,
                "it leaves the catalogue",
            )
            .await;
        deal.seen()
            .await
            .must(200, "the contract stays its consumer's");
        deal.does(&provider, "draft").await.must(200, "and goes on");
        let other = api.person("manager").requests(&deal.asset).await;
        other.must_refuse(404, "not-found", "and nobody requests it any more");
    });
}

#[test]
fn a_contract_that_is_not_there_and_one_that_is_hidden_look_the_same() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let stranger = api.stranger();
        let nowhere = Deal {
            id: "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d".to_owned(),
            ..deal.clone()
        };
        let rule = "what a caller may not see is not there";
        for command in ["", "history"] {
            let hidden = stranger
                .get(deal.path(command))
                .await
                .must_refuse(404, "not-found", rule);
            let absent =
                stranger
                    .get(nowhere.path(command))
                    .await
                    .must_refuse(404, "not-found", rule);
            assert_eq!(hidden.body, absent.body, "{rule}");
        }
        for command in sharepact_tests::COMMANDS {
            let hidden = deal
                .does(&stranger, command)
                .await
                .must_refuse(404, "not-found", rule);
            let absent = nowhere
                .does(&stranger, command)
                .await
                .must_refuse(404, "not-found", rule);
            assert_eq!(hidden.body, absent.body, "{rule}");
        }
    });
}
