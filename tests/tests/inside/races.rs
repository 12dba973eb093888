//! Many at the same instant: one wins, and the others hear how it ended.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::Value;
use sharepact_domain::contract::{Command, Contract, Duration};
use sharepact_domain::text::Note;
use sharepact_domain::wallet::Wallet;
use sharepact_store::{Outcome, Rejected, Store};

use crate::audit;
use crate::cast::{
    Step, answering, consumer, draft, plain_asset, principal, provider, remembered, requested,
    start, terms, ticket, wallet, written,
};
use crate::world::{ADDRESSES, World, command, post, request};

/// Commits all steps at once, each with the ticket if there is one.
async fn at_once(store: &Store, steps: Vec<Step>, keyed: bool) -> Vec<Outcome<Contract>> {
    let runs = steps.into_iter().enumerate().map(|(number, step)| {
        let store = store.clone();
        tokio::spawn(async move {
            let answer = remembered(1, &number.to_string());
            let ticket = ticket(1);
            let answer = keyed.then_some((&ticket, &answer));
            store.commit(step.change(), answer, start()).await.unwrap()
        })
    });
    let outcomes = join_all(runs.collect::<Vec<_>>()).await;
    outcomes.into_iter().map(Result::unwrap).collect()
}

fn winners(outcomes: &[Outcome<Contract>]) -> usize {
    let won = |outcome: &&Outcome<Contract>| matches!(outcome, Outcome::Written);
    outcomes.iter().filter(won).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_commands_on_one_version_one_wins() {
    let world = World::start().await;
    let store = world.store();
    let first = requested(1, &plain_asset("trips"), &consumer(), Duration::Forever);
    written(&store, first.change()).await;
    let steps: Vec<_> = (0..48)
        .map(|number| match number % 3 {
            0 => first.then(
                &provider(),
                draft(terms(&format!("Use {number}."))),
                start(),
            ),
            1 => first.then(&provider(), Command::Decline { reason: None }, start()),
            _ => {
                let reason = Note::parse(&format!("No {number}")).unwrap();
                first.then(&consumer(), Command::Reject { reason }, start())
            }
        })
        .collect();
    let outcomes = at_once(&store, steps, false).await;
    assert_eq!(winners(&outcomes), 1, "one command wins");
    let now = store
        .contract(first.after.id, None, start())
        .await
        .unwrap()
        .value
        .unwrap();
    for outcome in outcomes {
        match outcome {
            Outcome::Written => {}
            Outcome::Rejected(Rejected::Stale(Some(current))) => assert_eq!(current, now.contract),
            other => panic!("who loses hears the present state, not {other:?}"),
        }
    }
    audit::table(&store, &world.stack.client, &world.stack.table, start()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_requests_of_one_side_one_wins() {
    let world = World::start().await;
    let store = world.store();
    let asset = plain_asset("trips");
    let steps: Vec<_> = (0..32)
        .map(|number| {
            let by = principal(&format!("member-{number}"), Some("citylab"));
            requested(number + 1, &asset, &by, Duration::Forever)
        })
        .collect();
    let outcomes = at_once(&store, steps, false).await;
    assert_eq!(winners(&outcomes), 1, "one request wins");
    let tally = audit::table(&store, &world.stack.client, &world.stack.table, start()).await;
    let there: Vec<_> = tally.contracts.keys().copied().collect();
    for outcome in outcomes {
        match outcome {
            Outcome::Written => {}
            Outcome::Rejected(Rejected::Occupied(holder)) => assert_eq!(there, [holder]),
            other => panic!("who loses hears who holds the place, not {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_one_request_sent_many_times_one_takes_effect() {
    let world = World::start().await;
    let store = world.store();
    let steps: Vec<_> = (0..16)
        .map(|number| {
            let asset = plain_asset(&format!("asset-{number}"));
            requested(number + 1, &asset, &consumer(), Duration::Forever)
        })
        .collect();
    let outcomes = at_once(&store, steps, true).await;
    assert_eq!(winners(&outcomes), 1, "one takes effect");
    let heard: BTreeSet<_> = outcomes
        .into_iter()
        .filter_map(|outcome| match outcome {
            Outcome::Written => None,
            Outcome::Rejected(Rejected::Answered(remembered)) => Some(remembered.body),
            other => panic!("the others hear the answer, not {other:?}"),
        })
        .collect();
    assert_eq!(heard.len(), 1, "all of them the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_owners_of_one_address_one_gets_it() {
    let world = World::start().await;
    let store = world.store();
    let runs = (0..16).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let by = principal(&format!("user-{number}"), None);
            let step = wallet(None, &by, ADDRESSES[0]);
            let outcome: Outcome<Wallet> =
                store.commit(step.change(), None, start()).await.unwrap();
            outcome
        })
    });
    let outcomes: Vec<_> = join_all(runs.collect::<Vec<_>>()).await;
    let won = outcomes
        .iter()
        .flatten()
        .filter(|outcome| matches!(outcome, Outcome::Written));
    assert_eq!(won.count(), 1);
    let tally = audit::table(&store, &world.stack.client, &world.stack.table, start()).await;
    assert_eq!(tally.wallets.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_registrations_with_one_challenge_one_is_made() {
    let world = World::start().await;
    let store = world.store();
    let nonce = wallet(None, &consumer(), ADDRESSES[0]).challenge.nonce();
    let runs = (0..16).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            // Four owners and four addresses, in all combinations.
            let by = principal(&format!("user-{}", number / 4), None);
            let step = answering(None, &by, ADDRESSES[number % 4], nonce);
            let outcome: Outcome<Wallet> =
                store.commit(step.change(), None, start()).await.unwrap();
            outcome
        })
    });
    let outcomes: Vec<_> = join_all(runs.collect::<Vec<_>>()).await;
    let outcomes: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
    let won = |outcome: &&Outcome<Wallet>| matches!(outcome, Outcome::Written);
    assert_eq!(outcomes.iter().filter(won).count(), 1);
    for lost in outcomes.iter().filter(|outcome| !won(outcome)) {
        assert!(
            matches!(lost, Outcome::Rejected(Rejected::ChallengeUsed)),
            "{lost:?}"
        );
    }
    let tally = audit::table(&store, &world.stack.client, &world.stack.table, start()).await;
    assert_eq!(tally.wallets.len(), 1);
}

/// The same through the API, in one connection pool: a caller who retries too early, and two
/// parties who act in the same instant.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_says_who_won() {
    let world = World::start().await;
    world.contract("Request").await;
    let asset = world.asset("provider", "Private").await;
    let create = post("consumer", "/contracts", request(&asset)).key("once");
    let answers = join_all((0..16).map(|_| world.send(&create))).await;
    let told: BTreeSet<_> = answers
        .iter()
        .map(|answer| (answer.status, &answer.text))
        .collect();
    assert_eq!(told.len(), 1, "one answer for all: {told:?}");
    assert_eq!(answers[0].status, 201);
    let replayed =
        |answer: &&_| crate::world::Answer::header(answer, "idempotent-replayed").is_some();
    assert_eq!(answers.iter().filter(replayed).count(), 15);

    let id = world.contract("Draft").await;
    let both = [command("accept", &id), command("reject", &id)];
    let reject = post(
        "provider",
        both[1].path.clone(),
        both[1].body.clone().unwrap(),
    );
    let rivals = [&both[0], &both[0], &reject, &reject, &both[0], &reject];
    let answers = join_all(rivals.map(|rival| world.send(rival))).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    // Signed may still be rejected, so that one accept and one reject can both be right.
    assert!((1..=2).contains(&won), "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.status, 409, "{answer:?}");
        assert!(
            answer.json()["allowed"].is_array(),
            "a refusal says what is allowed: {answer:?}"
        );
        if answer.problem() == "conflict" {
            let current = &answer.json()["current"];
            assert_eq!(
                current["id"],
                Value::from(id.clone()),
                "it shows the present state"
            );
        }
    }
    let (stack, store) = (&world.stack, world.store());
    audit::table(&store, &stack.client, &stack.table, world.now()).await;
}
