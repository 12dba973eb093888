//! What only one can have: an answer to a key, the live contract of a side on an asset, an address.

use chrono::TimeDelta;
use sharepact_domain::contract::{Command, Contract, Duration};
use sharepact_domain::id::ContractId;
use sharepact_domain::party::Principal;
use sharepact_domain::text::{Line, Note};
use sharepact_domain::time::Timestamp;
use sharepact_domain::wallet::Wallet;
use sharepact_store::{Claim, Outcome, Rejected, Store};

use crate::audit;
use crate::cast::{
    Step, answering, consumer, draft, opened, plain_asset, principal, provider, remembered,
    requested, start, terms, ticket, wallet, written,
};
use crate::world::{ADDRESSES, World, command, get, key, post, request};

async fn commit(store: &Store, step: &Step, now: Timestamp) -> Result<(), Rejected<Contract>> {
    match store.commit(step.change(), None, now).await.unwrap() {
        Outcome::Written => Ok(()),
        Outcome::Rejected(rejected) => Err(rejected),
    }
}

fn later(milliseconds: i64) -> Timestamp {
    start().plus(TimeDelta::milliseconds(milliseconds)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_remembered_for_a_day_by_the_clock() {
    let world = World::start().await;
    let store = world.store();
    let day = TimeDelta::hours(24).num_milliseconds();
    let first = requested(1, &plain_asset("one"), &consumer(), Duration::Forever);
    let (known, answer) = (ticket(1), remembered(1, "{\"id\":1}"));
    let outcome = store.commit::<Contract>(first.change(), Some((&known, &answer)), start());
    assert!(matches!(outcome.await.unwrap(), Outcome::Written));
    for (at, expected) in [
        (0, Some(&answer)),
        (day - 1_000, Some(&answer)),
        (day, None),
    ] {
        let found = store
            .contract(first.after.id, Some(&known), later(at))
            .await
            .unwrap();
        assert_eq!(found.remembered.as_ref(), expected, "after {at} ms");
        assert!(found.value.is_some());
        let owner = consumer().party().owner();
        let found = store.beginning(
            &first.after.asset().unwrap().id,
            &owner,
            Some(&known),
            later(at),
        );
        assert_eq!(
            found.await.unwrap().remembered.as_ref(),
            expected,
            "after {at} ms"
        );
    }
    // Within the day the same key writes nothing, and hears the answer; afterwards it is free.
    let second = requested(2, &plain_asset("two"), &consumer(), Duration::Forever);
    let other = remembered(1, "{\"id\":2}");
    let early = later(day - 1_000);
    let outcome = store
        .commit::<Contract>(second.change(), Some((&known, &other)), early)
        .await;
    let Outcome::Rejected(Rejected::Answered(heard)) = outcome.unwrap() else {
        panic!("a key that was answered answers again");
    };
    assert_eq!(heard, answer);
    assert!(
        store
            .contract(second.after.id, None, early)
            .await
            .unwrap()
            .value
            .is_none()
    );
    let outcome = store.commit::<Contract>(second.change(), Some((&known, &other)), later(day));
    assert!(matches!(outcome.await.unwrap(), Outcome::Written));
    let found = store
        .contract(second.after.id, Some(&known), later(day))
        .await
        .unwrap();
    assert_eq!(found.remembered, Some(other));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_side_has_one_live_contract_on_an_asset() {
    let world = World::start().await;
    let store = world.store();
    let asset = plain_asset("trips");
    let first = requested(1, &asset, &consumer(), Duration::Days(1));
    commit(&store, &first, start()).await.unwrap();
    let occupied = |rejected: Result<(), Rejected<Contract>>, holder: ContractId| match rejected {
        Err(Rejected::Occupied(found)) => assert_eq!(found, holder),
        other => panic!("the place is taken, and yet: {other:?}"),
    };
    let second = requested(2, &asset, &consumer(), Duration::Days(1));
    occupied(commit(&store, &second, start()).await, first.after.id);
    // Another asset, another side and another kind of owner of the same name are other places.
    for (number, name, by) in [
        (3, "other", consumer()),
        (4, "trips", principal("clara", None)),
        (5, "trips", principal("dora", Some("carl"))),
    ] {
        let step = requested(number, &plain_asset(name), &by, Duration::Forever);
        commit(&store, &step, start()).await.unwrap();
    }
    // Members of one organisation are one side.
    let colleague = requested(
        6,
        &asset,
        &principal("dirk", Some("carl")),
        Duration::Forever,
    );
    assert!(matches!(
        commit(&store, &colleague, start()).await,
        Err(Rejected::Occupied(_))
    ));

    // On to Active: held until the contract's own time is over, and free from that instant on.
    let steps = [
        (provider(), draft(terms("Use."))),
        (consumer(), Command::Accept),
        (
            provider(),
            Command::Activate {
                payment_reference: Line::parse("INV-1").unwrap(),
            },
        ),
    ];
    let mut step = first;
    for (by, command) in steps {
        step = step.then(&by, command, start());
        commit(&store, &step, start()).await.unwrap();
        occupied(commit(&store, &second, start()).await, step.after.id);
    }
    let day = TimeDelta::days(1).num_milliseconds();
    occupied(commit(&store, &second, later(day - 1)).await, step.after.id);
    commit(&store, &second, later(day)).await.unwrap();

    // The late record of the expiry leaves the place to its new holder.
    let expired = expired(&step, later(day + 5));
    commit(&store, &expired, later(day + 5)).await.unwrap();
    let third = requested(7, &asset, &consumer(), Duration::Forever);
    occupied(
        commit(&store, &third, later(day + 5)).await,
        second.after.id,
    );

    // Given back, it is free at once.
    let reason = Note::parse("No funds").unwrap();
    let withdrawn = second.then(&consumer(), Command::Reject { reason }, later(day));
    commit(&store, &withdrawn, later(day)).await.unwrap();
    commit(&store, &third, later(day)).await.unwrap();
    let now = later(day + 5);
    audit::table(&store, &world.stack.client, &world.stack.table, now).await;
}

/// What Sharepact records once a contract's time is over.
fn expired(step: &Step, now: Timestamp) -> Step {
    use sharepact_domain::event::Event;
    use sharepact_domain::id::EventId;
    use sharepact_domain::party::{Actor, Author};
    let decision = step
        .after
        .decide(&Actor::System, Command::Expire, now)
        .unwrap();
    let (id, link) = (step.after.id.to_string(), step.after.link());
    let event = EventId::new(uuid::Uuid::from_u128(99));
    let event = Event::seal(decision.fact, event, id, link, Author::System, now).unwrap();
    Step {
        after: step.after.clone().apply(&event),
        event,
        terms: step.terms.clone(),
        revision: None,
        claim: Claim::Untouched,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_by_another_is_neither_released_nor_prolonged() {
    let world = World::start().await;
    let store = world.store();
    let asset = plain_asset("trips");
    let end = start().plus_days(1).unwrap();
    let first = opened(1, &asset, &consumer(), Some(end));
    commit(&store, &first, start()).await.unwrap();
    let second = opened(2, &asset, &consumer(), None);
    commit(&store, &second, end).await.unwrap();
    // Decided in time, written too late: the place has gone to another contract.
    let stopped = || {
        let command = Command::Stop {
            reason: Note::parse("Done").unwrap(),
            detail: None,
        };
        first.then(&consumer(), command, start())
    };
    let prolonged = Step {
        claim: Claim::Hold,
        ..stopped()
    };
    for late in [prolonged, stopped()] {
        let outcome = commit(&store, &late, end).await;
        assert!(
            matches!(outcome, Err(Rejected::Occupied(holder)) if holder == second.after.id),
            "{outcome:?}"
        );
    }
    let found = store.contract(first.after.id, None, end).await.unwrap();
    assert_eq!(
        found.value.unwrap().contract,
        first.after,
        "nothing of it was written"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_has_one_owner_ever() {
    let world = World::start().await;
    let store = world.store();
    let register = |by: Principal, last: Option<Wallet>, address: &'static str| {
        let store = store.clone();
        async move {
            let step = wallet(last.as_ref(), &by, address);
            let outcome = store.commit::<Wallet>(step.change(), None, start()).await;
            (outcome.unwrap(), step.after)
        }
    };
    let (outcome, first) = register(consumer(), None, ADDRESSES[0]).await;
    assert!(matches!(outcome, Outcome::Written));
    for other in [provider(), principal("dora", Some("carl"))] {
        let (outcome, _) = register(other, None, ADDRESSES[0]).await;
        assert!(
            matches!(outcome, Outcome::Rejected(Rejected::AddressTaken)),
            "{outcome:?}"
        );
    }
    // Also the one before, and its owner may come back to it.
    let (outcome, second) = register(consumer(), Some(first), ADDRESSES[1]).await;
    assert!(matches!(outcome, Outcome::Written));
    let (outcome, _) = register(provider(), None, ADDRESSES[0]).await;
    assert!(
        matches!(outcome, Outcome::Rejected(Rejected::AddressTaken)),
        "{outcome:?}"
    );
    let (outcome, _) = register(consumer(), Some(second), ADDRESSES[0]).await;
    assert!(matches!(outcome, Outcome::Written), "{outcome:?}");
    let tally = audit::table(&store, &world.stack.client, &world.stack.table, start()).await;
    assert_eq!(tally.wallets.len(), 1, "the refused ones left nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_is_used_once_whoever_uses_it_and_for_what() {
    let world = World::start().await;
    let store = world.store();
    let first = wallet(None, &consumer(), ADDRESSES[0]);
    let nonce = first.challenge.nonce();
    let found = store.registering(&consumer().party().owner(), nonce).await;
    let found = found.unwrap();
    assert!(found.wallet.is_none() && !found.challenge_used);
    written(&store, first.change()).await;
    let found = store.registering(&provider().party().owner(), nonce).await;
    let found = found.unwrap();
    assert!(found.wallet.is_none() && found.challenge_used);
    // Again, for another address of the same owner, for another owner of another address; and late besides.
    for step in [
        answering(Some(&first.after), &consumer(), ADDRESSES[0], nonce),
        answering(Some(&first.after), &consumer(), ADDRESSES[1], nonce),
        answering(None, &consumer(), ADDRESSES[1], nonce),
        answering(None, &provider(), ADDRESSES[1], nonce),
        answering(None, &provider(), ADDRESSES[0], nonce),
    ] {
        let outcome = store.commit::<Wallet>(step.change(), None, start()).await;
        let outcome = outcome.unwrap();
        assert!(
            matches!(outcome, Outcome::Rejected(Rejected::ChallengeUsed)),
            "{outcome:?}"
        );
    }
    let tally = audit::table(&store, &world.stack.client, &world.stack.table, start()).await;
    assert_eq!(
        tally.wallets,
        [first.after],
        "the refused ones left nothing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_comes_before_whatever_else_stands_in_the_way() {
    let world = World::start().await;
    let store = world.store();
    let asset = plain_asset("trips");
    let first = requested(1, &asset, &consumer(), Duration::Forever);
    let (known, answer) = (ticket(1), remembered(1, "{}"));
    let outcome = store.commit::<Contract>(first.change(), Some((&known, &answer)), start());
    assert!(matches!(outcome.await.unwrap(), Outcome::Written));
    // The same request once more: another contract's id, the same place, the same key.
    let again = requested(2, &asset, &consumer(), Duration::Forever);
    let outcome = store
        .commit::<Contract>(again.change(), Some((&known, &answer)), start())
        .await;
    assert!(matches!(
        outcome.unwrap(),
        Outcome::Rejected(Rejected::Answered(_))
    ));
    // The same command once more: the version has moved on, and the key was answered.
    let drafted = first.then(&provider(), draft(terms("Use.")), start());
    let (known, answer) = (ticket(2), remembered(2, "{}"));
    for expected in [true, false] {
        let outcome = store.commit::<Contract>(drafted.change(), Some((&known, &answer)), start());
        let outcome = outcome.await.unwrap();
        assert_eq!(matches!(outcome, Outcome::Written), expected, "{outcome:?}");
        if !expected {
            assert!(
                matches!(outcome, Outcome::Rejected(Rejected::Answered(_))),
                "{outcome:?}"
            );
        }
    }
    written(
        &store,
        requested(9, &plain_asset("other"), &consumer(), Duration::Forever).change(),
    )
    .await;
}

/// The same through the API, where nothing but the clock moves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_alone_frees_a_key_and_a_place() {
    let world = World::start().await;
    world
        .wallet("consumer", &world.user("consumer"), &key(0))
        .await;
    let asset = world.asset("provider", "Private").await;
    let create = post("consumer", "/contracts", request(&asset)).key("a-key");
    let id = world.expect(201, &create).await.id();
    for step in ["draft", "accept", "activate"] {
        world.expect(200, &command(step, &id)).await;
    }
    world.pass(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(
        world.expect(201, &create).await.id(),
        id,
        "within a day it is a replay"
    );
    world.pass(TimeDelta::seconds(1));
    let refused = world.expect(409, &create).await;
    assert_eq!(
        refused.problem(),
        "live-contract",
        "a day later it is a request of its own"
    );
    // Thirty days were requested; one has passed.
    world.pass(TimeDelta::days(29));
    let next = world.expect(201, &create).await.id();
    assert_ne!(next, id, "the contract before has ended, recorded or not");
    let ended = world
        .expect(200, &get("provider", format!("/contracts/{id}")))
        .await;
    assert_eq!(ended.json()["status"], "Expired");
    let (stack, store) = (&world.stack, world.store());
    audit::table(&store, &stack.client, &stack.table, world.now()).await;
}
