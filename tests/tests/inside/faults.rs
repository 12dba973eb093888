//! Bad luck: DynamoDB throttles, is out of reach, or takes effect and loses its answer.
//!
//! The one rule: the caller hears 503 and may ask again; nothing is half written, nothing twice.

use sharepact_local::Fault;

use crate::audit::{self, Tally};
use crate::cases::{self, Case};
use crate::town::Town;
use crate::world::{Answer, World};

/// More than the SDK and the store try together.
const ALL: u32 = 1_000;

async fn audit(world: &World) -> Tally {
    let (stack, store) = (&world.stack, world.store());
    audit::table(&store, &stack.client, &stack.table, world.now()).await
}

/// How many events there are: each step leaves one.
async fn events(world: &World) -> usize {
    let items = audit::everything(&world.stack.client, &world.stack.table).await;
    items
        .keys()
        .filter(|(_, sk)| sk.starts_with("EVENT#"))
        .count()
}

/// 503 in the API's own words, and nothing of what is behind it.
fn is_unavailable(answer: &Answer, case: &Case) {
    let name = format!("{} ({})", case.operation, case.what);
    assert_eq!(
        answer.status, 503,
        "{name}: trouble with DynamoDB is 503: {answer:?}"
    );
    assert_eq!(
        answer.problem(),
        "temporarily-unavailable",
        "{name}: {answer:?}"
    );
    assert_eq!(
        answer.header("retry-after"),
        Some("1"),
        "{name}: {answer:?}"
    );
    let lower = answer.text.to_lowercase();
    for inside in [
        "dynamo",
        "throughput",
        "batchget",
        "transact",
        "connection",
        "query:",
        "stack",
    ] {
        assert!(
            !lower.contains(inside),
            "{name}: `{inside}` is nobody's business: {answer:?}"
        );
    }
}

/// Every operation meets the fault, first in its first call and, where it writes, then in its
/// transaction; asked again, it does what it should have done.
async fn every_operation_meets(fault: Fault) {
    let town = Town::idle().await;
    let world = &town.world;
    for case in cases::all().iter().filter(|case| !case.calls.is_empty()) {
        let mut request = (case.ready)(world).await;
        if case.keyed() {
            request = request.key(world.fresh("key"));
        }
        let before = audit::everything(&world.stack.client, &world.stack.table).await;
        for after in 0..=u32::from(case.writes()) {
            world.stack.faults().inject_after(after, fault, ALL);
            let answer = world.send(&request).await;
            world.stack.faults().clear();
            is_unavailable(&answer, case);
        }
        let after = audit::everything(&world.stack.client, &world.stack.table).await;
        assert_eq!(before, after, "{}: something was written", case.operation);
        world.expect(case.status, &request).await;
    }
    audit(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throttling_is_503_and_changes_nothing() {
    every_operation_meets(Fault::Throttled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn absence_is_503_and_changes_nothing() {
    every_operation_meets(Fault::Unreachable).await;
}

/// The transaction takes effect and every answer of it is lost. With a key the retry hears the
/// answer that was meant; without one it is refused or changes nothing. One effect either way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_one_effect() {
    let town = Town::idle().await;
    let world = &town.world;
    let once = |case: &&Case| case.writes() && !case.tries_again();
    for case in cases::all().iter().filter(once) {
        let name = format!("{} ({})", case.operation, case.what);
        for keyed in [true, false] {
            if (keyed && !case.keyed()) || (!keyed && !case.repeats()) {
                continue;
            }
            let mut request = (case.ready)(world).await;
            if keyed {
                request = request.key(world.fresh("key"));
            }
            let before = events(world).await;
            world.stack.faults().inject_after(1, Fault::AnswerLost, ALL);
            let lost = world.send(&request).await;
            world.stack.faults().clear();
            is_unavailable(&lost, case);
            let effect = before + case.events();
            assert_eq!(events(world).await, effect, "{name}: one effect");

            let again = world.send(&request).await;
            assert_eq!(events(world).await, effect, "{name}: an effect twice");
            match (keyed, case.keyed()) {
                (true, _) => {
                    assert_eq!(again.status, case.status, "{name}: {again:?}");
                    assert_eq!(again.header("idempotent-replayed"), Some("true"), "{name}");
                }
                // What was meant holds already, and a refusal of the second says so.
                (false, true) => assert_eq!(again.status, 409, "{name}: {again:?}"),
                // A challenge is used up with what it brought about.
                (false, false) if case.operation == "wallet-register" => {
                    assert_eq!(again.problem(), "challenge-used", "{name}: {again:?}");
                }
                (false, false) => assert_eq!(again.status, 200, "{name}: {again:?}"),
            }
        }
    }
    audit(world).await;
}

/// One lost answer is made good by the SDK itself, whose retry DynamoDB knows by its token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_lost_answer_goes_unnoticed() {
    let town = Town::idle().await;
    let world = &town.world;
    let case = cases::all()
        .into_iter()
        .find(|case| case.operation == "contract-draft");
    let case = case.expect("there is such a case");
    let request = (case.ready)(world).await;
    let before = events(world).await;
    world.stack.faults().inject_after(1, Fault::AnswerLost, 1);
    let answer = world.send(&request).await;
    assert_eq!(events(world).await, before + 1);
    // Where other tests have used up the SDK's allowance of retries, it is 503 at once.
    assert!([200, 503].contains(&answer.status), "{answer:?}");
}
