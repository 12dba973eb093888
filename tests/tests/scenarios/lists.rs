//! What the lists hold: by role and status, for one user or many, for one asset.

use serde_json::{Value, json};
use sharepact_tests::{Api, Deal, Person, STAGES, scenario};

/// One contract at each stage, between two people.
async fn one_each(api: &Api, provider: &Person, consumer: &Person) -> Vec<(&'static str, Deal)> {
    let deals = STAGES.map(|stage| {
        let (provider, consumer) = (provider.clone(), consumer.clone());
        async move { (stage, Deal::at(stage, &provider, &consumer).await) }
    });
    api.at_once(deals).await
}

/// The status that a contract at a stage has.
fn status(stage: &str) -> &str {
    if stage == "Acquired" { "Active" } else { stage }
}

/// The ids of the contracts at the stages that `wanted` wants.
fn ids(deals: &[(&str, Deal)], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let wanted = deals.iter().filter(|(stage, _)| wanted(stage));
    wanted.map(|(_, deal)| deal.id.clone()).collect()
}

/// The ids of their assets.
fn assets(deals: &[(&str, Deal)], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let wanted = deals.iter().filter(|(stage, _)| wanted(stage));
    wanted.map(|(_, deal)| deal.asset.clone()).collect()
}

#[test]
fn contracts_are_listed_by_status_and_role() {
    scenario(async |api| {
        let provider = api.someone_like("provider").await;
        let consumer = api.someone_like("consumer").await;
        let deals = one_each(&api, &provider, &consumer).await;
        let all = ids(&deals, |_| true);
        for (person, role, other) in [
            (&provider, "provider", "consumer"),
            (&consumer, "consumer", "provider"),
        ] {
            for wanted in STAGES.into_iter().filter(|stage| *stage != "Acquired") {
                let expected = ids(&deals, |stage| status(stage) == wanted);
                assert!(!expected.is_empty(), "there is a contract of every status");
                for user in [None, Some(("userId", person.user.as_str()))] {
                    let mut query = vec![("status", wanted)];
                    query.extend(user);
                    let rule = format!("the list of {wanted} holds just what is {wanted}");
                    let list = "/contracts";
                    person
                        .finds_just(list, &query, &all, &expected, &rule)
                        .await;
                    query.push(("role", role));
                    person
                        .finds_just(list, &query, &all, &expected, &rule)
                        .await;
                    query.pop();
                    query.push(("role", other));
                    let rule = format!("{} has nothing as {other}", person.name);
                    person.finds_just(list, &query, &all, &[], &rule).await;
                }
            }
        }
    });
}

#[test]
fn statuses_can_be_combined() {
    scenario(async |api| {
        let consumer = api.someone_like("consumer").await;
        let deals = one_each(&api, &api.provider(), &consumer).await;
        let all = ids(&deals, |_| true);
        let both = ids(&deals, |stage| matches!(stage, "Signed" | "Draft"));
        let combined = [
            ("status", "Signed"),
            ("status", "Draft"),
            ("status", "Signed"),
        ];
        for (query, expected, rule) in [
            (&combined[..], &both, "any of the statuses is enough"),
            (&[], &all, "without a status the list holds all"),
            (
                &[("status", "Expired")],
                &Vec::new(),
                "none of them has expired",
            ),
        ] {
            consumer
                .finds_just("/contracts", query, &all, expected, rule)
                .await;
        }
    });
}

#[test]
fn users_can_be_asked_for_together() {
    scenario(async |api| {
        let (consumer, manager, provider) = (api.consumer(), api.person("manager"), api.provider());
        let first = Deal::begin(&provider, &consumer).await;
        let second = Deal::on(&first.asset, &provider, &manager).await;
        let query = [
            ("userId", consumer.user.as_str()),
            ("userId", manager.user.as_str()),
            ("role", "consumer"),
        ];
        for deal in [&first, &second] {
            provider
                .finds(
                    "/contracts",
                    &query,
                    &deal.id,
                    true,
                    "userId may be repeated",
                )
                .await;
        }
        let both = [
            ("userId", provider.user.as_str()),
            ("userId", consumer.user.as_str()),
        ];
        let listed = provider.lists("/contracts", &both).await;
        let times = listed.iter().filter(|id| **id == first.id).count();
        assert_eq!(times, 1, "a contract of two of the users is listed once");
    });
}

#[test]
fn a_hundred_users_are_enough() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let deal = Deal::begin(&provider, &consumer).await;
        let pending = Deal::at("Acquired", &provider, &consumer).await;
        for path in [
            "/contracts".to_owned(),
            "/assets/pending".to_owned(),
            "/assets/acquired".to_owned(),
            format!("/assets/{}/contract-request", deal.asset),
            format!("/assets/{}/active-contract", pending.asset),
        ] {
            let mut call = consumer.get(&path).query("userId", &consumer.user);
            for index in 1..100 {
                call = call.query("userId", format!("nobody-{index}"));
            }
            call.await
                .must(200, "userId may be repeated up to 100 times");
            let mut call = consumer.get(&path);
            for index in 0..=100 {
                call = call.query("userId", format!("nobody-{index}"));
            }
            let refused = call
                .await
                .must_refuse(400, "invalid-parameter", "but not more often");
            assert_eq!(refused.places(), ["userId"], "{refused}");
        }
    });
}

#[test]
fn pending_and_acquired_assets_are_those_of_live_and_active_contracts() {
    scenario(async |api| {
        let provider = api.provider();
        let consumer = api.someone_like("consumer").await;
        let deals = one_each(&api, &provider, &consumer).await;
        let live = |stage: &str| {
            status(stage) == "Active" || !matches!(stage, "Declined" | "Rejected" | "Stopped")
        };
        let all = assets(&deals, |_| true);
        let pending = assets(&deals, live);
        let acquired = assets(&deals, |stage| status(stage) == "Active");
        for query in [vec![], vec![("userId", consumer.user.as_str())]] {
            let rule = "an asset is pending while its contract is live";
            consumer
                .finds_just("/assets/pending", &query, &all, &pending, rule)
                .await;
            let rule = "an asset may be used while its contract is Active";
            consumer
                .finds_just("/assets/acquired", &query, &all, &acquired, rule)
                .await;
        }
        for path in ["/assets/pending", "/assets/acquired"] {
            let rule = "these are what one consumes, not what one provides";
            provider.finds_just(path, &[], &all, &[], rule).await;
        }
        for (stage, deal) in &deals {
            let path = format!("/assets/{}/contracts", deal.asset);
            let rule = format!(
                "an asset lists its live contracts, and one at {stage}: {}",
                live(stage)
            );
            consumer
                .finds(&path, &[], &deal.id, live(stage), &rule)
                .await;
        }
    });
}

#[test]
fn an_acquired_asset_says_what_may_be_used() {
    scenario(async |api| {
        let consumer = api.someone_like("consumer").await;
        let deal = Deal::at("Active", &api.provider(), &consumer).await;
        let seen = deal.seen().await;
        let item = api
            .until(async || {
                let walk = consumer.walks("/assets/acquired", &[], 100).await;
                let found = walk
                    .items
                    .into_iter()
                    .find(|item| item["id"] == deal.asset.as_str());
                found.ok_or_else(|| "an active contract's asset may be used".to_owned())
            })
            .await;
        for (name, known) in [
            ("contractId", &seen["id"]),
            ("name", &seen["assetName"]),
            ("fields", &seen["fields"]),
            ("filters", &seen["filters"]),
            ("offlineRetention", &seen["offlineRetention"]),
            ("effectiveAt", &seen["effectiveAt"]),
            ("expiresAt", &seen["expiresAt"]),
            ("provider", &seen["provider"]),
        ] {
            assert_eq!(&item[name], known, "it says what the contract says: {name}");
        }
    });
}

#[test]
fn the_request_and_the_active_contract_of_an_asset_are_one_or_null() {
    scenario(async |api| {
        let consumer = api.someone_like("consumer").await;
        let provider = api.provider();
        let deals = one_each(&api, &provider, &consumer).await;
        for (stage, deal) in &deals {
            for (what, wanted) in [
                ("contract-request", "Request"),
                ("active-contract", "Active"),
            ] {
                let path = format!("/assets/{}/{what}", deal.asset);
                for (person, user) in [
                    (&consumer, None),
                    (&consumer, Some(&consumer.user)),
                    (&provider, Some(&consumer.user)),
                    (&api.operator(), Some(&consumer.user)),
                ] {
                    let mut call = person.get(&path);
                    if let Some(user) = user {
                        call = call.query("userId", user).query("userId", "nobody-else");
                    }
                    let found = call.await.must(200, "one or null");
                    let expected = match status(stage) == wanted {
                        true => json!(deal.id),
                        false => Value::Null,
                    };
                    assert_eq!(
                        found["id"], expected,
                        "{what} of an asset at {stage}\n{found}"
                    );
                }
                let found = provider.get(&path).await.must(200, "one or null");
                assert_eq!(
                    found.body,
                    Value::Null,
                    "without users it is the caller's own as consumer"
                );
                let found = consumer.get(&path).query("userId", "nobody-else").await;
                assert_eq!(found.body, Value::Null, "another user has none");
            }
        }
    });
}

#[test]
fn the_catalogue_and_ones_own_assets_are_listed_by_id() {
    scenario(async |api| {
        let owner = api.someone_like("provider").await;
        let (public, private) = (owner.offers("Public").await, owner.offers("Private").await);
        let hidden = owner.offers("Confidential").await;
        for (query, sees_hidden) in [(vec![("owner", "me")], true), (vec![], false)] {
            for (id, there) in [(&public, true), (&private, true), (&hidden, sees_hidden)] {
                owner
                    .finds(
                        "/assets",
                        &query,
                        id,
                        there,
                        "own assets, and what everybody may see",
                    )
                    .await;
            }
            let listed = owner.lists("/assets", &query).await;
            assert!(listed.is_sorted(), "assets come by id: {listed:?}");
        }
        let stranger = api.stranger();
        stranger
            .finds(
                "/assets",
                &[("owner", "me")],
                &public,
                false,
                "owner=me is the caller",
            )
            .await;
        let refused = owner.get("/assets").query("owner", &owner.user).await;
        refused.must_refuse(400, "invalid-parameter", "owner is me or nothing");
    });
}
