//! An item that cannot be read is an error that names it, inside; and outside it is a 500 that
//! names nothing.

use aws_sdk_dynamodb::types::AttributeValue;
use sharepact_domain::asset::Asset;
use sharepact_domain::contract::{Contract, Duration};
use sharepact_store::{Index, Order, Outcome, Source, StoreError};

use crate::cast::{
    consumer, draft, plain_asset, provider, remembered, requested, start, terms, ticket, wallet,
    written,
};
use crate::world::{ADDRESSES, World, get};

/// Changes one item by an update expression, whose names all stand behind a `#`.
pub async fn damage(
    world: &World,
    pk: &str,
    sk: &str,
    update: &str,
    value: Option<AttributeValue>,
) {
    let names = update.split('#').skip(1).map(|rest| {
        let name = rest.split(['.', ' ']).next().expect("a name");
        (format!("#{name}"), name.to_owned())
    });
    world
        .stack
        .client
        .update_item()
        .table_name(&world.stack.table)
        .key("pk", AttributeValue::S(pk.to_owned()))
        .key("sk", AttributeValue::S(sk.to_owned()))
        .update_expression(update)
        .set_expression_attribute_names(Some(names.collect()))
        .set_expression_attribute_values(value.map(|value| [(":v".to_owned(), value)].into()))
        .send()
        .await
        .unwrap_or_else(|error| panic!("{update}: {error:?}"));
}

fn text(value: &str) -> Option<AttributeValue> {
    Some(AttributeValue::S(value.to_owned()))
}

fn number(digits: &str) -> Option<AttributeValue> {
    Some(AttributeValue::N(digits.to_owned()))
}

fn names<T: std::fmt::Debug>(outcome: Result<T, StoreError>, key: &str, path: &str, what: &str) {
    match outcome {
        Err(StoreError::Corrupt {
            item, attribute, ..
        }) => {
            assert_eq!(item, key, "{what}");
            assert!(
                attribute.starts_with(path),
                "{what}: {attribute} is not {path}"
            );
        }
        other => panic!("{what}: a damaged item is an error that names it, not {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_contract_is_named_with_its_attribute() {
    let world = World::start().await;
    let store = world.store();
    let damages = [
        ("REMOVE #state", None, "state"),
        ("SET #state = :v", text("x"), "state"),
        (
            "SET #state.#recorded = :v",
            text("Sleeping"),
            "state.recorded",
        ),
        ("REMOVE #state.#provider", None, "state"),
        ("SET #state.#version = :v", text("one"), "state.version"),
        (
            "SET #state.#createdAt = :v",
            text("yesterday"),
            "state.createdAt",
        ),
        ("SET #state.#head = :v", text("abc"), "state.head"),
        (
            "SET #state.#consumer.#user = :v",
            Some(AttributeValue::Bool(true)),
            "state.consumer",
        ),
        (
            "SET #state.#offer.#price = :v",
            text("12 EUR"),
            "state.offer",
        ),
    ];
    for (number, (update, value, path)) in (1_u128..).zip(damages) {
        let asset = plain_asset(&format!("asset-{number}"));
        let first = requested(number, &asset, &consumer(), Duration::Days(3));
        written(&store, first.change()).await;
        let step = first.then(&provider(), draft(terms("Use.")), start());
        written(&store, step.change()).await;
        let pk = format!("CONTRACT#{}", step.after.id);
        damage(&world, &pk, "STATE", update, value).await;
        let key = format!("{pk} / STATE");
        names(
            store.contract(step.after.id, None, start()).await,
            &key,
            path,
            update,
        );
        let sources = [Source {
            index: Index::Asset,
            partition: asset.id.to_string(),
            prefix: String::new(),
        }];
        let list = store.list(&sources, Order::Ascending, None, 10, |_: &Contract| true);
        names(list.await, &key, path, update);
        // A late command hears of it, too, where the damage leaves it a version to be late for.
        let late = store
            .commit::<Contract>(first.change(), None, start())
            .await;
        names(late.map(|_: Outcome<Contract>| ()), &key, path, update);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_terms_and_events_are_named() {
    let world = World::start().await;
    let store = world.store();
    let first = requested(1, &plain_asset("trips"), &consumer(), Duration::Forever);
    written(&store, first.change()).await;
    let step = first.then(&provider(), draft(terms("Use.")), start());
    written(&store, step.change()).await;
    let (id, pk) = (step.after.id, format!("CONTRACT#{}", step.after.id));

    for (update, value, path) in [
        ("SET #revision = :v", text("one"), "revision"),
        // Of another revision than the contract's, and not only for a moment.
        ("SET #revision = :v", number("5"), "revision"),
        ("SET #revision = :v REMOVE #text", number("1"), "text"),
    ] {
        damage(&world, &pk, "TERMS", update, value).await;
        let found = store.contract(id, None, start()).await;
        names(found, &format!("{pk} / TERMS"), path, update);
    }

    damage(
        &world,
        &pk,
        "REVISION#000001",
        "SET #state.#vat = :v",
        text("a lot"),
    )
    .await;
    let found = store.history(id, 0, 10, Some([1, 1])).await;
    names(
        found,
        &format!("{pk} / REVISION#000001"),
        "state.vat",
        "a revision",
    );

    damage(&world, &pk, "EVENT#0000000001", "REMOVE #consumer", None).await;
    let found = store.history(id, 0, 10, None).await;
    names(
        found,
        &format!("{pk} / EVENT#0000000001"),
        "consumer",
        "an event's party",
    );
    for (value, path) in [
        ("{", "event."),
        ("{\"type\":\"contract.dreamt\"}", "event."),
    ] {
        damage(
            &world,
            &pk,
            "EVENT#0000000002",
            "SET #event = :v",
            text(value),
        )
        .await;
        let found = store.history(id, 1, 10, None).await;
        names(found, &format!("{pk} / EVENT#0000000002"), path, value);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_answer_is_named() {
    let world = World::start().await;
    let store = world.store();
    let damages = [
        ("REMOVE #ttl", None, "ttl"),
        ("REMOVE #body", None, "body"),
        ("SET #body = :v", text("{}"), "body"),
        (
            "SET #body = :v",
            Some(AttributeValue::B(vec![1, 2, 3].into())),
            "body",
        ),
        ("SET #fingerprint = :v", text("abc"), "fingerprint"),
        ("SET #status = :v", text("201"), "status"),
        ("SET #etag = :v", number("1"), "etag"),
        (
            "SET #location = :v",
            Some(AttributeValue::Bool(true)),
            "location",
        ),
    ];
    for (number, (update, value, path)) in (1_u8..).zip(damages) {
        let asset = plain_asset(&format!("asset-{number}"));
        let step = requested(u128::from(number), &asset, &consumer(), Duration::Forever);
        let (ticket, answer) = (ticket(number), remembered(number, "{}"));
        let outcome = store.commit::<Contract>(step.change(), Some((&ticket, &answer)), start());
        assert!(matches!(outcome.await.unwrap(), Outcome::Written));
        let pk = format!("IDEMPOTENCY#{}", ticket.scope);
        damage(&world, &pk, "ONLY", update, value).await;
        let found = store.contract(step.after.id, Some(&ticket), start()).await;
        names(found, &format!("{pk} / ONLY"), path, update);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_assets_and_wallets_are_named() {
    let world = World::start().await;
    let store = world.store();
    let step = crate::cast::asset(None, "trips", &provider(), plain_asset("trips").definition);
    written(&store, step.change()).await;
    damage(
        &world,
        "ASSET#trips",
        "STATE",
        "SET #state.#accessLevel = :v",
        text("Secret"),
    )
    .await;
    let found: Result<Option<Asset>, _> = store.asset(&step.after.id).await;
    names(found, "ASSET#trips / STATE", "state", "an asset");

    let step = wallet(None, &consumer(), ADDRESSES[0]);
    written(&store, step.change()).await;
    let lower = text(&ADDRESSES[0].to_lowercase());
    damage(
        &world,
        "WALLET#USER#carl",
        "STATE",
        "SET #state.#current.#address = :v",
        lower,
    )
    .await;
    let found = store.wallets(&[consumer().party().owner()]).await;
    names(
        found,
        "WALLET#USER#carl / STATE",
        "state.current.address",
        "a wallet",
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn to_a_caller_damage_is_a_500_without_its_name() {
    let world = World::start().await;
    let id = world.contract("Draft").await;
    let view = world
        .expect(200, &get("consumer", format!("/contracts/{id}")))
        .await
        .json();
    let asset = view["assetId"].as_str().unwrap().to_owned();
    let pk = format!("CONTRACT#{id}");
    damage(
        &world,
        &pk,
        "STATE",
        "SET #state.#recorded = :v",
        text("Sleeping"),
    )
    .await;
    damage(
        &world,
        &pk,
        "EVENT#0000000001",
        "SET #event = :v",
        text("{"),
    )
    .await;
    damage(
        &world,
        &format!("ASSET#{asset}"),
        "STATE",
        "SET #state.#head = :v",
        text("-"),
    )
    .await;
    for path in [
        format!("/contracts/{id}"),
        format!("/contracts/{id}/history"),
        "/contracts".to_owned(),
        format!("/assets/{asset}"),
        "/assets".to_owned(),
    ] {
        let answer = world.send(&get("consumer", path.clone())).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (500, "internal"),
            "{answer:?}"
        );
        assert!(
            answer.json()["requestId"].is_string(),
            "{path}: the log is found by it"
        );
        for inside in [
            "CONTRACT#",
            "ASSET#",
            "STATE",
            "EVENT#",
            "Sleeping",
            "recorded",
            "state",
        ] {
            assert!(
                !answer.text.contains(inside),
                "{path} tells of {inside}: {answer:?}"
            );
        }
    }
}
