//! Lists: whatever the sources, the direction, the page and the filter, the pages together are the
//! list, each item once, in order.

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use sharepact_domain::asset::{AccessLevel, Asset};
use sharepact_domain::contract::{Contract, Duration};
use sharepact_domain::id::{AssetId, ContractId};
use sharepact_domain::text::Text;
use sharepact_store::{Index, Order, Position, Source, Store};

use crate::cast::{
    asset, consumer, definition, long_terms, opened, plain_asset, principal, provider, requested,
    start, written,
};
use crate::world::{World, get, post, request};

/// What API Gateway's function answers may weigh, in bytes.
const ANSWER: usize = 6 * 1024 * 1024;

fn contracts(index: Index, partition: &str) -> Source {
    Source {
        index,
        partition: partition.to_owned(),
        prefix: "CONTRACT#".to_owned(),
    }
}

/// Every page of a list, from the first to the last.
async fn pages(
    store: &Store,
    sources: &[Source],
    order: Order,
    limit: usize,
    keep: impl Fn(&Contract) -> bool + Send + Copy + 'static,
) -> Vec<Vec<ContractId>> {
    let (mut pages, mut after): (Vec<Vec<ContractId>>, Option<Position>) = (Vec::new(), None);
    loop {
        let page = store
            .list(sources, order, after.as_ref(), limit, keep)
            .await
            .unwrap();
        assert!(page.items.len() <= limit, "a page holds at most its limit");
        pages.push(page.items.iter().map(|contract| contract.id).collect());
        if page.next.is_none() {
            return pages;
        }
        assert_ne!(page.next, after, "a cursor leads on");
        assert!(pages.len() < 500, "the list comes to an end");
        after = page.next;
    }
}

/// `count` contracts on one asset, by turns of five consumers.
async fn market(store: &Store, count: u128) -> Vec<ContractId> {
    let mut ids = Vec::new();
    for number in 1..=count {
        let asset = plain_asset(&format!("asset-{number}"));
        let by = principal(&format!("user-{}", number % 5), Some("citylab"));
        let step = requested(number, &asset, &by, Duration::Forever);
        written(store, step.change()).await;
        ids.push(step.after.id);
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_sources_are_one_list_in_either_direction() {
    let world = World::start().await;
    let store = world.store();
    let ids = market(&store, 20).await;
    // Each contract stands in three of these, and one of them twice.
    let mut sources: Vec<_> = (0..5)
        .map(|user| contracts(Index::Consumer, &format!("user-{user}")))
        .collect();
    sources.push(contracts(Index::Provider, "paula"));
    sources.push(contracts(Index::ConsumerOrganization, "citylab"));
    sources.push(contracts(Index::Provider, "paula"));
    sources.push(contracts(Index::Provider, "nobody"));
    for order in [Order::Ascending, Order::Descending] {
        let mut expected = ids.clone();
        if order == Order::Descending {
            expected.reverse();
        }
        for limit in [1, 7, 10, 19, 20, 21, 100] {
            let found = pages(&store, &sources, order, limit, |_| true).await;
            assert_eq!(found.concat(), expected, "{order:?} by {limit}");
            let full = expected.len().div_ceil(limit);
            assert_eq!(found.len(), full, "{order:?} by {limit}: no page too many");
            let some = pages(&store, &sources[1..3], order, limit, |_| true)
                .await
                .concat();
            let of_two = |id: &&ContractId| {
                let number = ids.iter().position(|other| other == *id).unwrap() + 1;
                [1, 2].contains(&(number % 5))
            };
            let expected: Vec<_> = expected.iter().filter(of_two).copied().collect();
            assert_eq!(some, expected, "{order:?} by {limit}");
        }
    }
    assert_eq!(
        pages(&store, &[], Order::Ascending, 5, |_| true).await,
        [vec![]]
    );
    let nothing = [contracts(Index::Provider, "nobody")];
    assert_eq!(
        pages(&store, &nothing, Order::Descending, 5, |_| true).await,
        [vec![]]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_makes_pages_short_and_never_loses_anything() {
    let world = World::start().await;
    let store = world.store();
    let ids = market(&store, 40).await;
    let sources = [
        contracts(Index::Provider, "paula"),
        contracts(Index::ConsumerOrganization, "citylab"),
    ];
    let rare = |contract: &Contract| contract.asset().unwrap().id.as_str().ends_with('7');
    let never = |_: &Contract| false;
    for order in [Order::Ascending, Order::Descending] {
        let mut expected: Vec<_> = ids.iter().skip(6).step_by(10).copied().collect();
        if order == Order::Descending {
            expected.reverse();
        }
        for limit in [1, 3, 10] {
            let found = pages(&store, &sources, order, limit, rare).await;
            assert_eq!(found.concat(), expected, "{order:?} by {limit}");
        }
        // Ten rounds of three items each are not enough: the page is short, and leads on.
        let found = pages(&store, &sources, order, 1, never).await;
        assert!(
            found.len() > 1,
            "a page that finds nothing gives up in time, with a cursor"
        );
        assert!(found.concat().is_empty());
    }
    // A page that is empty and leads on does so at once, too.
    let first = store
        .list(&sources, Order::Ascending, None, 1, never)
        .await
        .unwrap();
    assert!(first.items.is_empty() && first.next.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_between_two_pages_hides_and_repeats_nothing() {
    let world = World::start().await;
    let store = world.store();
    let mut expected = market(&store, 10).await;
    let sources = [contracts(Index::Provider, "paula")];
    let first = store
        .list(&sources, Order::Descending, None, 4, |_: &Contract| true)
        .await
        .unwrap();
    // A newer one comes in: it belongs before the first page.
    let newer = requested(11, &plain_asset("asset-11"), &consumer(), Duration::Forever);
    written(&store, newer.change()).await;
    let mut found: Vec<_> = first.items.iter().map(|contract| contract.id).collect();
    let mut after = first.next;
    while let Some(position) = after {
        let page = store.list(
            &sources,
            Order::Descending,
            Some(&position),
            4,
            |_: &Contract| true,
        );
        let page = page.await.unwrap();
        found.extend(page.items.iter().map(|contract| contract.id));
        after = page.next;
    }
    expected.reverse();
    assert_eq!(found, expected);
}

/// Puts an asset into the table again under another id: sooner done than a registration.
async fn copied(world: &World, asset: &Asset, number: usize) -> AssetId {
    let client = &world.stack.client;
    let get = client.get_item().table_name(&world.stack.table);
    let text = |text: String| AttributeValue::S(text);
    let get = get.key("pk", text(format!("ASSET#{}", asset.id)));
    let found = get
        .key("sk", text("STATE".to_owned()))
        .send()
        .await
        .unwrap();
    let (mut item, id) = (found.item.unwrap(), format!("{}-{number:02}", asset.id));
    item.insert("pk".to_owned(), text(format!("ASSET#{id}")));
    item.insert("listing".to_owned(), text(format!("ASSET#{id}")));
    let Some(AttributeValue::M(state)) = item.get_mut("state") else {
        panic!("an asset has a state");
    };
    state.insert("id".to_owned(), text(id.clone()));
    let put = client.put_item().table_name(&world.stack.table);
    put.set_item(Some(item)).send().await.unwrap();
    AssetId::parse(&id).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_weighs_more_than_an_answer_takes_several_pages() {
    let world = World::start().await;
    let store = world.store();
    let mut expected = Vec::new();
    // 140 KB each: a query of DynamoDB brings seven, and a hundred would be no answer any more.
    let mut large = definition(AccessLevel::Private, 28, 0);
    large.licence = Some(long_terms(20_000));
    for field in &mut large.fields {
        field.description = Some(Text::parse(&"\u{1F4DC}".repeat(500)).unwrap());
    }
    let large = large.check().unwrap();
    let step = asset(None, "asset", &provider(), large);
    written(&store, step.change()).await;
    expected.push(step.after.id.clone());
    for number in 1..46 {
        expected.push(copied(&world, &step.after, number).await);
    }
    let sources = [Source {
        index: Index::Catalogue,
        partition: "CATALOGUE".to_owned(),
        prefix: "ASSET#".to_owned(),
    }];
    let (mut found, mut after, mut count) = (Vec::new(), None::<Position>, 0);
    loop {
        let page = store.list(
            &sources,
            Order::Ascending,
            after.as_ref(),
            100,
            |_: &Asset| true,
        );
        let page = page.await.unwrap();
        let weight: usize = page
            .items
            .iter()
            .map(|asset| serde_json::to_vec(asset).unwrap().len())
            .sum();
        assert!(
            weight < ANSWER,
            "a page of {weight} bytes is more than a function may answer"
        );
        assert!(
            !page.items.is_empty(),
            "a page holds at least one, however large"
        );
        found.extend(page.items.into_iter().map(|asset| asset.id));
        count += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, expected);
    assert!(
        (2..=6).contains(&count),
        "pages are as large as they may be, not {count}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_holds_what_it_is_for() {
    let world = World::start().await;
    let store = world.store();
    let waiting = requested(1, &plain_asset("one"), &consumer(), Duration::Forever);
    let active = opened(
        2,
        &plain_asset("one"),
        &principal("clara", None),
        start().plus_days(1),
    );
    for step in [&waiting, &active] {
        written(&store, step.change()).await;
    }
    let all = |index, partition: &str, prefix: &str| {
        let source = Source {
            index,
            partition: partition.to_owned(),
            prefix: prefix.to_owned(),
        };
        let store = store.clone();
        async move {
            pages(&store, &[source], Order::Ascending, 10, |_| true)
                .await
                .concat()
        }
    };
    let (one, two) = (waiting.after.id, active.after.id);
    assert_eq!(all(Index::Waiting, "USER#paula", "").await, [one]);
    assert_eq!(all(Index::Asset, "one", "").await, [one, two]);
    assert_eq!(all(Index::Asset, "one", "carl#").await, [one]);
    // `car` is no prefix of a user's id, the separator belongs to it.
    assert_eq!(all(Index::Asset, "one", "car#").await, []);
    assert_eq!(all(Index::Consumer, "clara", "CONTRACT#").await, [two]);
    assert_eq!(
        all(Index::ConsumerOrganization, "clara", "CONTRACT#").await,
        []
    );
}

/// Without `userId` the caller's own contract is looked for among all of an asset's: it is found
/// however many others there are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ones_own_contract_is_found_among_a_thousand() {
    let world = World::start().await;
    let asset = world.asset("provider", "Private").await;
    let create = post("member", "/contracts", request(&asset));
    let id = world.expect(201, &create).await.id();
    let client = &world.stack.client;
    let get_item = client.get_item().table_name(&world.stack.table);
    let text = |text: String| AttributeValue::S(text);
    let get_item = get_item.key("pk", text(format!("CONTRACT#{id}")));
    let found = get_item
        .key("sk", text("STATE".to_owned()))
        .send()
        .await
        .unwrap();
    let original = found.item.unwrap();
    let others: Vec<_> = (0..1_100)
        .map(|number| {
            let mut item = original.clone();
            let id = crate::cast::id(number);
            item.insert("pk".to_owned(), text(format!("CONTRACT#{id}")));
            // Sorts before the member's own.
            item.insert("liveConsumer".to_owned(), text(format!("a-user#{id}")));
            let Some(AttributeValue::M(state)) = item.get_mut("state") else {
                panic!("a contract has a state");
            };
            state.insert("id".to_owned(), text(id.to_string()));
            let other = [("user".to_owned(), text("a-user".to_owned()))].into();
            state.insert("consumer".to_owned(), AttributeValue::M(other));
            let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        })
        .collect();
    for some in others.chunks(25) {
        let write = client.batch_write_item();
        let write = write.request_items(&world.stack.table, some.to_vec());
        write.send().await.unwrap();
    }
    let path = format!("/assets/{asset}/contract-request");
    let found = world.expect(200, &get("manager", path)).await;
    assert_eq!(found.json()["id"], id, "{}", found.text);
}
