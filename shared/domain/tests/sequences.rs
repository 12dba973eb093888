//! Random stories: whatever is tried, by whomever, whenever, some things always hold.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use std::collections::BTreeSet;

use cast::framework::contract_manager;
use cast::*;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use sharepact_domain::contract::{Command, CommandKind, Contract, ContractFact, Duration, Status};
use sharepact_domain::event::{Event, Fact, verify};
use sharepact_domain::money::{Currency, Money};
use sharepact_domain::party::{Actor, Principal, Side};
use sharepact_domain::time::Timestamp;

/// Who asks whom.
#[derive(Clone, Debug)]
struct Pair {
    provider: Principal,
    consumer: Principal,
}

/// One thing that somebody tries.
#[derive(Clone, Debug)]
struct Step {
    actor: Actor,
    kind: CommandKind,
    /// Chooses among what the actor may do now, so that most stories get somewhere.
    legal: Option<Index>,
    price: Option<&'static str>,
    terms: Option<&'static str>,
    /// Milliseconds since the step before.
    pause: i64,
}

fn pairs() -> impl Strategy<Value = Pair> {
    (
        prop_oneof![Just(paula()), Just(provider_manager())],
        prop_oneof![Just(carl()), Just(consumer_member())],
    )
        .prop_map(|(provider, consumer)| Pair { provider, consumer })
}

fn actors() -> impl Strategy<Value = Actor> {
    let callers = [
        paula(),
        provider_manager(),
        carl(),
        consumer_manager(),
        contract_manager("datahaus"),
        contract_manager("citylab"),
        provider_member(),
        consumer_member(),
        stranger(),
        operator(),
    ];
    let parties = callers[..6].to_vec();
    prop_oneof![
        6 => proptest::sample::select(parties).prop_map(Actor::Caller),
        1 => proptest::sample::select(callers.to_vec()).prop_map(Actor::Caller),
        1 => Just(Actor::System),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    const DAY: i64 = 86_400_000;
    let step = (
        actors(),
        proptest::sample::select(CommandKind::ALL.to_vec()),
        prop_oneof![3 => any::<Index>().prop_map(Some), 1 => Just(None)],
        proptest::sample::select(vec![
            None,
            Some("0"),
            Some("100"),
            Some("99"),
            Some("120"),
            Some("1.005"),
            Some("-5"),
        ]),
        proptest::sample::select(vec![None, Some("Research."), Some("Teaching.")]),
        prop_oneof![4 => 0_i64..1_000, 3 => 0_i64..(3 * DAY), 1 => Just(10 * DAY)],
    )
        .prop_map(|(actor, kind, legal, price, terms, pause)| Step {
            actor,
            kind,
            legal,
            price,
            terms,
            pause,
        });
    proptest::collection::vec(step, 0..40)
}

fn durations() -> impl Strategy<Value = Duration> {
    prop_oneof![3 => (1_u32..20).prop_map(Duration::Days), 1 => Just(Duration::Forever)]
}

impl Step {
    fn command(&self, contract: &Contract, now: Timestamp) -> Command {
        let offered = match &self.actor {
            Actor::Caller(principal) => contract.allowed(principal, now),
            Actor::System => vec![CommandKind::Expire, CommandKind::Warn, CommandKind::Follow],
        };
        let kind = match self.legal {
            Some(index) if !offered.is_empty() => *index.get(&offered),
            Some(_) | None => self.kind,
        };
        match kind {
            CommandKind::Negotiate => Command::Negotiate {
                price: self.price.map(str::to_owned),
                terms: self.terms.map(terms),
                comment: None,
            },
            kind => {
                let end = contract.expires_at.unwrap_or(now);
                fitting(kind, shifted(end, self.pause))
            }
        }
    }
}

/// Plays the steps, and checks after each what holds from one state to the next.
fn play(mut story: Story, steps: &[Step]) -> Story {
    let mut now = story.contract.created_at;
    for step in steps {
        now = shifted(now, step.pause);
        let command = step.command(&story.contract, now);
        let before = story.contract.clone();
        let length = story.events.len();
        let outcome = story.attempt(&step.actor, command.clone(), now);
        let after = &story.contract;
        if outcome.is_ok() {
            assert_eq!(after.version, before.version + 1);
            assert_eq!(story.events.len(), length + 1);
            assert_eq!(after.updated_at, now);
            assert!(before.status(now).is_live() || command == Command::Expire);
        } else {
            assert_eq!(*after, before, "{command:?} was refused");
            assert_eq!(story.events.len(), length);
        }
        assert_eq!(after.head, story.events.last().unwrap().hash);
        from_one_to_the_next(&before, after);
        at_rest(after, now);
    }
    story
}

/// What no step ever changes, or changes back.
fn from_one_to_the_next(before: &Contract, after: &Contract) {
    let fixed = |c: &Contract| {
        (
            (c.id, c.origin.clone(), c.matter.clone()),
            (c.provider.clone(), c.consumer.clone(), c.created_at),
        )
    };
    assert_eq!(fixed(before), fixed(after));
    if let Some(offer) = &before.offer {
        let kept = after.offer.as_ref().unwrap();
        assert_eq!(kept.price.currency(), offer.price.currency());
        assert_eq!(kept.vat, offer.vat);
        assert!((offer.revision..=offer.revision + 1).contains(&kept.revision));
        assert_eq!(kept == offer, kept.revision == offer.revision);
    }
    if before.acceptance.is_some() {
        assert_eq!(before.acceptance, after.acceptance);
        assert_eq!(before.offer, after.offer, "what was agreed to is changed");
    }
    if before.effective_at.is_some() {
        assert_eq!(before.effective_at, after.effective_at);
        assert!(before.expires_at <= after.expires_at);
    }
    if !before.recorded.is_live() {
        assert_eq!(before, after, "a final status does not absorb");
    }
}

/// What holds of any contract at any time.
fn at_rest(contract: &Contract, now: Timestamp) {
    let bargaining = matches!(contract.recorded, Status::Draft | Status::Negotiate);
    assert_eq!(contract.turn.is_some(), bargaining, "{contract:?}");
    assert_eq!(contract.ending.is_some(), !contract.recorded.is_live());
    if let Some(turn) = contract.turn {
        assert_eq!(turn, contract.offer.as_ref().unwrap().by.other());
    }
    let offered = |side: Side| {
        let manager = match (contract.party(side).organization.is_some(), side) {
            (true, Side::Provider) => provider_manager(),
            (true, Side::Consumer) => consumer_manager(),
            (false, Side::Provider) => paula(),
            (false, Side::Consumer) => carl(),
        };
        contract.allowed(&manager, now)
    };
    // The side that is waited for is the one that can take the contract on, not only away.
    for side in [Side::Provider, Side::Consumer] {
        let goes_on = offered(side).iter().any(|kind| {
            !matches!(
                kind,
                CommandKind::Reject | CommandKind::Stop | CommandKind::Extend
            )
        });
        assert_eq!(contract.waiting_for() == Some(side), goes_on, "{side:?}");
    }
    if !contract.status(now).is_live() {
        assert_eq!(offered(Side::Provider), []);
        assert_eq!(offered(Side::Consumer), []);
    }
}

fn begun() -> impl Strategy<Value = Story> {
    prop_oneof![
        4 => (pairs(), durations()).prop_map(|(pair, duration)| {
            Story::requested(&pair.provider, &pair.consumer, duration)
        }),
        1 => proptest::option::of(1_u32..20).prop_map(|days| Story::opened(days.map(day))),
        2 => (1_u32..20).prop_map(|days| Story::granted(day(days))),
    ]
}

fn played() -> impl Strategy<Value = Story> {
    (begun(), steps()).prop_map(|(story, steps)| play(story, &steps))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_hold_whatever_is_tried((story, steps) in (begun(), steps())) {
        play(story, &steps);
    }

    #[test]
    fn the_events_alone_give_the_state_back(story in played()) {
        let (first, rest) = story.events.split_first().unwrap();
        let begun = Contract::begin(Story::id(), first).unwrap();
        let replayed = rest.iter().fold(begun, Contract::apply);
        prop_assert_eq!(replayed, story.contract);
        prop_assert!(rest.iter().all(|event| Contract::begin(Story::id(), event).is_none()));
    }

    #[test]
    fn state_and_events_survive_as_json(story in played()) {
        let json = serde_json::to_string(&story.contract).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Contract>(&json).unwrap(), &story.contract);
        for event in &story.events {
            let json = event.canonical().unwrap();
            let read: Event<ContractFact> = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(read.canonical().unwrap(), json);
            prop_assert_eq!(&read, event);
        }
    }

    #[test]
    fn the_chain_holds_until_an_event_is_altered(
        story in played(),
        which in any::<Index>(),
        leaf in any::<Index>(),
        digit in any::<Index>(),
    ) {
        prop_assert_eq!(verify(&story.events), Ok(()));
        let mut events = story.events.clone();
        let event = which.get_mut(&mut events);
        let mut json = serde_json::to_value(&*event).unwrap();
        alter(&mut json, leaf, digit);
        // What is no event any more is found by reading it.
        if let Ok(altered) = serde_json::from_value::<Event<ContractFact>>(json) {
            let same = altered == *event;
            *event = altered;
            prop_assert_eq!(verify(&events).is_ok(), same, "{:?}", events);
        }
    }

    #[test]
    fn a_removed_or_moved_event_is_found(story in played(), a in any::<Index>(), b in any::<Index>()) {
        let (a, b) = (a.index(story.events.len()), b.index(story.events.len()));
        let mut removed = story.events.clone();
        removed.remove(a);
        // A history cut short is whole in itself; the state's head and version tell.
        let complete = removed.last().map(|event| event.hash) == Some(story.contract.head);
        prop_assert!(verify(&removed).is_err() || !complete);
        let mut moved = story.events.clone();
        moved.swap(a, b);
        prop_assert_eq!(verify(&moved).is_ok(), a == b);
    }
}

/// Changes one value somewhere in the JSON: one character of a text, a number, a truth.
fn alter(json: &mut Value, leaf: Index, digit: Index) {
    let mut leaves = Vec::new();
    collect(json, &mut leaves);
    match leaf.get_mut(&mut leaves) {
        Value::String(text) => {
            let mut chars: Vec<char> = text.chars().collect();
            let at = digit.index(chars.len());
            chars[at] = if chars[at] == '1' { '2' } else { '1' };
            *text = chars.into_iter().collect();
        }
        Value::Number(number) => *number = (number.as_u64().unwrap() + 1).into(),
        Value::Bool(truth) => *truth = !*truth,
        other => **other = Value::from("1"),
    }
}

fn collect<'a>(json: &'a mut Value, leaves: &mut Vec<&'a mut Value>) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| collect(item, leaves)),
        Value::Object(members) => members.values_mut().for_each(|item| collect(item, leaves)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => leaves.push(json),
    }
}

#[test]
fn the_stories_reach_every_fact() {
    let mut runner = TestRunner::deterministic();
    let mut reached = BTreeSet::new();
    for _ in 0..400 {
        let story = played().new_tree(&mut runner).unwrap().current();
        reached.extend(story.events.iter().map(|event| event.fact.name()));
    }
    // All facts but the acquisition, which is a beginning of its own.
    assert_eq!(reached.len(), 13, "{reached:?}");
}

#[test]
fn no_price_is_too_large_for_the_canonical_form() {
    // RFC 8785 writes numbers as doubles do: past 2^53 two prices would have one hash.
    let letters = || 'A'..='Z';
    let mut currencies = 0;
    for (a, b, c) in
        letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| (a, b, c))))
    {
        let Ok(currency) = Currency::parse(&format!("{a}{b}{c}")) else {
            continue;
        };
        let digits = usize::from(currency.exponent());
        let most = match digits {
            0 => "9".repeat(12),
            digits => format!("{}.{}", "9".repeat(12), "9".repeat(digits)),
        };
        let largest = Money::parse(&most, currency).unwrap().minor();
        assert!(largest < 1 << 53, "{most} {}", currency.code());
        currencies += 1;
    }
    assert!(currencies > 140, "{currencies}");
}
