//! A thousand transitions while relay and consumers are killed at random.
//!
//! The one rule: whatever dies and whenever, every event is delivered at least once and in the order
//! of its contract, every effect happened exactly once, and every hash chain holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use sharepact_domain::contract::Status;
use sharepact_domain::id::ContractId;

use crate::audit;
use crate::spy::{first_seen, in_order};
use crate::world::{World, command, post};

/// How far contracts go: how many, and the steps after the request.
const CONTRACTS: [(usize, &[&str]); 3] = [
    (120, &["draft", "negotiate", "accept-provider", "reject"]),
    (60, &["draft", "negotiate", "accept-provider", "activate"]),
    (20, &["draft", "accept", "activate", "stop"]),
];

/// Numbers that are the same in every run (`SplitMix64`).
struct Dice(AtomicU64);

impl Dice {
    fn roll(&self, sides: u64) -> u64 {
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

async fn walk(world: &World, steps: &[&str]) -> String {
    let id = world.contract("Request").await;
    for step in steps {
        let request = match *step {
            "accept-provider" => post("provider", format!("/contracts/{id}/accept"), json!({})),
            step => command(step, &id),
        };
        world.expect(200, &request).await;
    }
    id
}

/// Kills what runs of one worker or another, until told to stop; answers how much that was.
async fn kill(world: &World, dice: &Dice, enough: &AtomicBool) -> usize {
    let mut killed = 0;
    while !enough.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(10 + dice.roll(90))).await;
        let workers = ["event-relay", "document-render", "contract-expire"];
        let at = usize::try_from(dice.roll(3)).expect("a small number");
        killed += world.stack.links().crash(workers[at]);
    }
    killed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_transitions_survive_random_kills() {
    let dice = Dice(AtomicU64::new(42));
    let world = World::overheard().await;
    // Once, so that nobody registers it in the middle of the others.
    world.contract("Request").await;
    let enough = Arc::new(AtomicBool::new(false));
    let work = async {
        let walks = CONTRACTS
            .into_iter()
            .flat_map(|(number, steps)| (0..number).map(move |_| steps))
            .map(|steps| walk(&world, steps));
        let ids: Vec<String> = stream::iter(walks).buffer_unordered(6).collect().await;
        // Time is over for those that are still in force, and the nightly job is killed too.
        world.pass(TimeDelta::days(30));
        for _ in 0..3 {
            if world.stack.links().fire("expiry-plan").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        }
        enough.store(true, Ordering::SeqCst);
        ids
    };
    let (ids, killed) = tokio::join!(work, kill(&world, &dice, &enough));
    // What a kill took out of the plan itself is found by the next one.
    world.settled().await;
    let planned = world.stack.links().fire("expiry-plan").await;
    planned.expect("it is planned");
    world.settled().await;
    // What was killed each of the five times that it was shown is sent back, as by an operator.
    let mut sent_back = 0;
    for (queue, dead) in [
        ("Renderings", "RenderingsDead"),
        ("Expiries", "ExpiriesDead"),
    ] {
        sent_back += world.send_back(dead, queue).await;
    }
    world.settled().await;

    // Every chain holds, every state is what its events make of it.
    let (client, table) = (&world.stack.client, &world.stack.table);
    let tally = audit::table(&world.store(), client, table, world.now()).await;
    let transitions: usize = ids
        .iter()
        .map(|id| tally.contracts[&ContractId::parse(id).expect("an id")].version)
        .map(|version| usize::try_from(version).expect("a small number"))
        .sum();
    assert!(transitions >= 1_000, "{transitions} transitions");
    assert!(
        killed > 20,
        "the kills met {killed} invocations: too few to show anything"
    );

    // Every event was delivered, and for the first time in its place.
    let published = world.published();
    in_order(&published);
    let delivered: BTreeSet<&str> = published
        .iter()
        .map(|event| event["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(delivered.len(), tally.events, "every event, at least once");
    let again = published.len() - delivered.len();
    eprintln!(
        "{transitions} transitions, {killed} kills, {again} events delivered again, {sent_back} dead letters sent back"
    );

    // Every effect happened exactly once: one end for what time ended, one document each.
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for (aggregate, _) in first_seen(&published) {
        ends.entry(aggregate).or_default();
    }
    let mut counted = BTreeSet::new();
    for event in &published {
        let fresh = counted.insert(event["id"].clone().to_string());
        if fresh && event["type"] == "contract.expired" {
            *ends.entry(event["aggregate"].to_string()).or_default() += 1;
        }
    }
    for (id, contract) in &tally.contracts {
        let aggregate = json!({ "kind": "contract", "id": id.to_string() }).to_string();
        let expected = usize::from(contract.recorded == Status::Expired);
        assert_eq!(ends.get(&aggregate), Some(&expected), "{id}");
        let rendered = match contract.recorded {
            Status::Signed | Status::Active | Status::Expired | Status::Stopped => true,
            Status::Request
            | Status::Declined
            | Status::Draft
            | Status::Rejected
            | Status::Negotiate => contract.acceptance.is_some(),
        };
        let found = world.store().documented(*id).await.expect("it can be read");
        let document = found.expect("there is the contract").1;
        let version = document.map(|document| document.rendering.version);
        assert_eq!(
            version,
            rendered.then_some(contract.version),
            "{id}: {:?}",
            contract.recorded
        );
    }
    for queue in ["RelayFailures", "RenderingsDead", "ExpiriesDead"] {
        let letters: Vec<(Value, String)> = world.dead_letters(queue);
        assert!(letters.is_empty(), "{queue}: {letters:?}");
    }
    world.stack.shutdown().await;
}
