//! Paging: each item exactly once, in one stable order, whatever the size of a page.

use sharepact_tests::{Api, Deal, Person, Walk, scenario};

/// How many contracts the lists of these scenarios hold at least.
const COUNT: usize = 7;

/// Contracts on assets of their own, oldest first, alternately requested and acquired.
async fn several(provider: &Person, consumer: &Person, count: usize) -> Vec<Deal> {
    let mut deals = Vec::new();
    for index in 0..count {
        let stage = if index % 2 == 0 {
            "Request"
        } else {
            "Acquired"
        };
        deals.push(Deal::at(stage, provider, consumer).await);
    }
    deals
}

fn ids(deals: &[Deal]) -> Vec<String> {
    deals.iter().map(|deal| deal.id.clone()).collect()
}

fn once(walk: &Walk, path: &str, limit: usize) {
    let mut all = walk.ids();
    let length = all.len();
    all.sort();
    all.dedup();
    assert_eq!(
        all.len(),
        length,
        "{path} in pages of {limit} gives each item once"
    );
}

/// Reads a list in pages of every size, and expects these items in this order each time.
async fn in_every_size(
    api: &Api,
    person: &Person,
    path: &str,
    query: &[(&str, &str)],
    expected: &[String],
) {
    for limit in api.page_sizes(expected.len() + 1) {
        api.until(async || {
            let walk = person.walks(path, query, limit).await;
            once(&walk, path, limit);
            let found = walk.among(expected);
            (found == expected).then_some(()).ok_or_else(|| {
                format!("{path} in pages of {limit}: each once, in one order: {found:?}, not {expected:?}")
            })
        })
        .await;
    }
}

#[test]
fn every_list_gives_each_item_once_in_one_order() {
    scenario(async |api| {
        let provider = api.someone_like("provider").await;
        let consumer = api.someone_like("manager").await;
        let deals = several(&provider, &consumer, COUNT).await;
        let newest_first: Vec<_> = ids(&deals).into_iter().rev().collect();
        let user = [("userId", consumer.user.as_str())];
        let both = [
            ("userId", consumer.user.as_str()),
            ("userId", provider.user.as_str()),
        ];
        for query in [&[][..], &user, &both, &[("role", "consumer")]] {
            in_every_size(&api, &consumer, "/contracts", query, &newest_first).await;
        }
        let assets: Vec<_> = deals.iter().rev().map(|deal| deal.asset.clone()).collect();
        in_every_size(&api, &consumer, "/assets/pending", &user, &assets).await;
        let acquired = deals
            .iter()
            .rev()
            .skip(1)
            .step_by(2)
            .map(|deal| deal.asset.clone());
        in_every_size(
            &api,
            &consumer,
            "/assets/acquired",
            &user,
            &acquired.collect::<Vec<_>>(),
        )
        .await;
        let requested: Vec<_> = ids(&deals).into_iter().step_by(2).collect();
        in_every_size(&api, &provider, "/contracts/tasks", &[], &requested).await;
        let filtered: Vec<_> = requested.into_iter().rev().collect();
        let query = [("status", "Request"), ("userId", consumer.user.as_str())];
        in_every_size(&api, &consumer, "/contracts", &query, &filtered).await;
        let mut registered: Vec<_> = assets;
        registered.sort();
        in_every_size(&api, &provider, "/assets", &[("owner", "me")], &registered).await;
    });
}

#[test]
fn an_assets_contracts_come_in_pages() {
    scenario(async |api| {
        let provider = api.provider();
        let asset = provider.offers("Public").await;
        let names = [
            "consumer",
            "stranger",
            "operator",
            "manager",
            "provider-manager",
        ];
        for name in names {
            let made = api.person(name).acquires(&asset).await;
            made.must(201, "every side acquires a public asset");
        }
        let path = format!("/assets/{asset}/contracts");
        let whole = api
            .until(async || {
                let whole = provider.lists(&path, &[]).await;
                let complete = whole.len() == names.len();
                complete
                    .then_some(whole)
                    .ok_or_else(|| "an owner sees all contracts".to_owned())
            })
            .await;
        in_every_size(&api, &provider, &path, &[], &whole).await;
    });
}

#[test]
fn new_contracts_between_pages_neither_repeat_nor_hide_anything() {
    scenario(async |api| {
        let provider = api.someone_like("provider").await;
        let consumer = api.someone_like("manager").await;
        let deals = several(&provider, &consumer, 5).await;
        let expected: Vec<_> = ids(&deals).into_iter().rev().collect();
        for limit in api.page_sizes(2) {
            let query = [("userId", consumer.user.as_str())];
            let walk = consumer.walks_while("/contracts", &query, limit, async |page| {
                if page < 3 {
                    Deal::begin(&provider, &consumer).await;
                }
            });
            let walk = walk.await;
            once(&walk, "/contracts", limit);
            assert_eq!(
                walk.among(&expected),
                expected,
                "what was there is there, once, in its order"
            );
        }
        // What goes on between two pages does not hide what stays.
        let tasks: Vec<_> = deals
            .iter()
            .step_by(2)
            .skip(1)
            .map(|deal| deal.id.clone())
            .collect();
        let walk = provider.walks_while(
            "/contracts/tasks",
            &[],
            api.page_sizes(1)[0],
            async |page| {
                if page == 0 {
                    deals[0]
                        .does(&provider, "draft")
                        .await
                        .must(200, "the first task is done");
                }
            },
        );
        assert_eq!(
            walk.await.among(&tasks),
            tasks,
            "what still waits is there, in its order"
        );
    });
}

#[test]
fn pages_have_a_size_from_1_to_100() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        for path in [
            "/contracts".to_owned(),
            "/contracts/tasks".to_owned(),
            "/assets".to_owned(),
            "/assets/pending".to_owned(),
            "/assets/acquired".to_owned(),
            format!("/assets/{}/contracts", deal.asset),
            deal.path("history"),
        ] {
            for bad in ["0", "101", "-1", "1.5", "ten", "", "99999999999999999999"] {
                let refused = deal.consumer.get(&path).query("limit", bad).await;
                let rule = format!("{path} takes no limit of {bad:?}");
                let refused = refused.must_refuse(400, "invalid-parameter", &rule);
                assert_eq!(refused.places(), ["limit"], "{refused}");
            }
            let twice = deal
                .consumer
                .get(&path)
                .query("limit", 1)
                .query("limit", 2)
                .await;
            twice.must_refuse(400, "invalid-parameter", "limit is given once");
            deal.consumer
                .get(&path)
                .query("limit", 100)
                .await
                .must(200, "100 is not too many");
        }
    });
}
