//! In an organisation members look and request, its manager binds.

use serde_json::json;
use sharepact_tests::{Deal, asset, scenario, unique};

#[test]
fn members_look_and_request_and_the_manager_binds() {
    scenario(async |api| {
        let (manager, member) = (api.person("manager"), api.person("member"));
        let (office, clerk) = (
            api.person("provider-manager"),
            api.person("provider-member"),
        );
        let asset = office.offers("Private").await;
        let made = member.requests(&asset).await;
        let made = made.must(201, "a member requests for its organisation");
        assert_eq!(
            made["consumer"]["organizationId"],
            json!(member.organization),
            "it is bound"
        );
        assert_eq!(
            made["allowed"],
            json!([]),
            "a member binds nobody, so it may do nothing more"
        );
        let deal = Deal {
            id: made.text("id"),
            asset,
            provider: office.clone(),
            consumer: manager.clone(),
        };

        for (command, binds, looks) in [
            ("draft", &office, &clerk),
            ("negotiate", &manager, &member),
            ("accept", &office, &clerk),
            ("activate", &office, &clerk),
            ("stop", &manager, &member),
        ] {
            let seen = looks
                .views(&deal.id)
                .await
                .must(200, "a member sees its organisation's contracts");
            assert_eq!(seen["allowed"], json!([]), "a member binds nobody");
            for answer in [
                deal.does(looks, command).await,
                looks.patch(deal.path(""), &Deal::patch(command)).await,
            ] {
                let rule = format!("only the manager may {command} for its organisation");
                let answer = answer.must_refuse(403, "manager-required", &rule);
                assert_eq!(
                    answer["allowed"],
                    json!([]),
                    "a refusal says what would be allowed\n{answer}"
                );
            }
            let may = binds.views(&deal.id).await;
            let may = may["allowed"].as_array().cloned().unwrap_or_default();
            assert!(
                may.contains(&json!(command)),
                "the manager may {command}: {may:?}"
            );
            binds
                .finds(
                    "/contracts/tasks",
                    &[],
                    &deal.id,
                    command != "stop",
                    "it waits for the manager",
                )
                .await;
            looks
                .finds(
                    "/contracts/tasks",
                    &[],
                    &deal.id,
                    false,
                    "nothing of it waits for a member",
                )
                .await;
            deal.does(binds, command)
                .await
                .must(200, "the manager binds its organisation");
        }
        let history = member
            .get(deal.path("history"))
            .await
            .must(200, "a member sees the history");
        assert_eq!(
            history["items"].as_array().map(Vec::len),
            Some(6),
            "{history}"
        );
    });
}

#[test]
fn the_manager_alone_declines_withdraws_and_rejects() {
    scenario(async |api| {
        let (manager, member) = (api.person("manager"), api.person("member"));
        let (office, clerk) = (
            api.person("provider-manager"),
            api.person("provider-member"),
        );
        for (stage, command, binds, looks) in [
            ("Request", "decline", &office, &clerk),
            ("Request", "reject", &manager, &member),
            ("Signed", "reject", &office, &clerk),
        ] {
            let deal = Deal::at(stage, &office, &manager).await;
            let refused = deal.does(looks, command).await;
            refused.must_refuse(
                403,
                "manager-required",
                "a member ends nothing for its organisation",
            );
            deal.does(binds, command)
                .await
                .must(200, "the manager ends it");
        }
    });
}

#[test]
fn colleagues_see_each_others_contracts_and_lists() {
    scenario(async |api| {
        let (manager, member) = (api.person("manager"), api.person("member"));
        let deal = Deal::begin(&api.provider(), &member).await;
        for person in [&member, &manager] {
            for (query, rule) in [
                (vec![], "the list without users is the caller's side's"),
                (
                    vec![("userId", member.user.as_str())],
                    "a colleague's contracts are the organisation's",
                ),
                (
                    vec![("role", "consumer")],
                    "the organisation is the consumer",
                ),
            ] {
                person
                    .finds("/contracts", &query, &deal.id, true, rule)
                    .await;
            }
            let pending = "/assets/pending";
            person
                .finds(
                    pending,
                    &[],
                    &deal.asset,
                    true,
                    "the organisation's live contracts",
                )
                .await;
            let requested = person
                .get(format!("/assets/{}/contract-request", deal.asset))
                .await;
            let requested = requested.must(200, "a side finds its request by the asset");
            assert_eq!(
                requested["id"],
                deal.id.as_str(),
                "also a colleague's\n{requested}"
            );
        }
        let query = [("role", "provider")];
        manager
            .finds(
                "/contracts",
                &query,
                &deal.id,
                false,
                "the organisation does not provide it",
            )
            .await;
        for person in [api.person("provider-manager"), api.stranger()] {
            let name = &person.name;
            let seen = person.views(&deal.id).await;
            seen.must_refuse(404, "not-found", &format!("{name} belongs to neither side"));
        }
    });
}

#[test]
fn only_the_manager_offers_and_changes_assets() {
    scenario(async |api| {
        let (office, clerk) = (
            api.person("provider-manager"),
            api.person("provider-member"),
        );
        let path = format!("/assets/{}", unique("asset"));
        let refused = clerk.put(&path, &asset("Private")).await;
        refused.must_refuse(
            403,
            "manager-required",
            "a member offers nothing for its organisation",
        );
        office
            .put(&path, &asset("Private"))
            .await
            .must(201, "the manager offers");
        let mut changed = asset("Private");
        changed["name"] = json!("Renamed");
        let refused = clerk.put(&path, &changed).await;
        refused.must_refuse(403, "manager-required", "a member changes nothing");
        let refused = api.person("manager").put(&path, &changed).await;
        refused.must_refuse(
            409,
            "asset-taken",
            "another organisation's manager is nobody here",
        );
        let seen = clerk
            .get(&path)
            .await
            .must(200, "a member sees the organisation's assets");
        assert_eq!(
            seen["name"],
            asset("Private")["name"],
            "what was refused changed nothing"
        );
        assert_eq!(seen["owner"]["organizationId"], json!(office.organization));
        let id = path.trim_start_matches("/assets/");
        clerk
            .finds(
                "/assets",
                &[("owner", "me")],
                id,
                true,
                "the organisation's assets are its members'",
            )
            .await;
        let refused = clerk.requests(id).await;
        refused.must_refuse(
            409,
            "own-asset",
            "nobody requests their own organisation's asset",
        );
    });
}
