//! Passcodes: what is kept of them, how often one may guess, and that each is good once.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;
use sharepact_domain::event::{Digest, Event, Link};
use sharepact_domain::id::{ContractId, EventId, OrganizationId, PasscodeId};
use sharepact_domain::organization::{Organization, OrganizationFact, Settings};
use sharepact_domain::party::{Author, Owner, Principal, Role};
use sharepact_domain::passcode::{Code, Guesses, Passcode, PasscodeFact};
use sharepact_domain::text::Line;
use sharepact_domain::time::Timestamp;
use sharepact_store::{Change, Outcome, Rejected, Ticket};
use uuid::Uuid;

use crate::audit;
use crate::world::{Answer, World, post};

/// A code that nobody was ever told.
const WRONG: &str = "3333-3333";

pub async fn audited(world: &World) {
    let (client, table) = (&world.stack.client, &world.stack.table);
    audit::table(&world.store(), client, table, world.now()).await;
}

async fn guess(world: &World, code: &str) -> Answer {
    let code = json!({ "passcode": code });
    let guess = post("provider-manager", "/passcodes/resolve", code);
    world.send(&guess).await
}

/// How many of the answers tell that a guess was wrong; each other one tells nothing.
fn told(answers: &[Answer]) -> usize {
    let told = answers.iter().filter(|answer| match answer.status {
        404 => {
            assert_eq!(answer.problem(), "passcode-invalid", "{answer:?}");
            true
        }
        429 => {
            assert_eq!(answer.problem(), "too-many-guesses", "{answer:?}");
            let wait = answer.header("retry-after").expect("when to try again");
            assert!(
                (1..=3_601).contains(&wait.parse::<u64>().unwrap()),
                "{wait}"
            );
            false
        }
        503 => false,
        _ => panic!("{answer:?}"),
    });
    told.count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_wrong_guesses_at_once_ten_are_told() {
    let world = World::start().await;
    let code = world.passcode().await;
    let answers = join_all((0..100).map(|_| guess(&world, WRONG))).await;
    let first = told(&answers);
    assert!(first <= 10, "{first} were told");
    // What met others was told nothing, and may be asked again: until there are ten.
    let mut rest = Vec::new();
    for _ in 0..15 {
        rest.push(guess(&world, WRONG).await);
    }
    assert_eq!(first + told(&rest), 10);
    assert_eq!(rest.last().unwrap().status, 429);
    // From then on not even a right one is told, and nobody else is hindered.
    assert_eq!(guess(&world, &code).await.status, 429);
    let elsewhere = post(
        "stranger",
        "/passcodes/resolve",
        json!({ "passcode": code }),
    );
    let elsewhere = world.by(elsewhere, "another-fleet", &["contract-manager"]);
    world.expect(200, &elsewhere).await;
    // An hour later one may guess again.
    world.pass(TimeDelta::minutes(60));
    assert_eq!(guess(&world, WRONG).await.status, 404);
    audited(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn right_guesses_hide_no_wrong_ones() {
    let world = World::start().await;
    let code = world.passcode().await;
    let guesses = (0..100).map(|number| match number % 2 {
        0 => guess(&world, &code),
        _ => guess(&world, WRONG),
    });
    let (right, wrong): (Vec<_>, Vec<_>) = join_all(guesses)
        .await
        .into_iter()
        .partition(|answer| answer.status == 200);
    for answer in &right {
        assert_eq!(answer.json()["organizationId"], "acme-mobility");
    }
    assert!(told(&wrong) <= 10, "{wrong:?}");
    audited(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passcode_ends_by_the_clock_and_is_answered_as_a_wrong_one() {
    let world = World::start().await;
    let code = world.passcode().await;
    world.pass(TimeDelta::minutes(15) - TimeDelta::milliseconds(1));
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(guess(&world, &typed).await.status, 200);
    world.pass(TimeDelta::milliseconds(1));
    let (ended, wrong) = (guess(&world, &code).await, guess(&world, WRONG).await);
    assert_eq!((ended.status, &ended.text), (404, &wrong.text));
    audited(&world).await;
}

/// Nothing in the table holds the code, not even the remembered answer; and that is given again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_kept_nowhere_and_told_again_to_the_same_key() {
    let world = World::start().await;
    world.named("manager", "acme-mobility").await;
    let issue = post("manager", "/passcodes", json!({})).key("one");
    let first = world.expect(201, &issue).await;
    let code = first.json()["passcode"].as_str().unwrap().to_owned();
    world.pass(TimeDelta::hours(23));
    let again = world.expect(201, &issue).await;
    assert_eq!(again.text, first.text);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));

    let normal = code.replace('-', "");
    let holds = |text: &str| text.contains(&code) || text.contains(&normal);
    let items = audit::everything(&world.stack.client, &world.stack.table).await;
    for ((pk, sk), item) in &items {
        assert!(!holds(&format!("{item:?}")), "{pk} / {sk} holds the code");
        let Some(scope) = pk.strip_prefix("IDEMPOTENCY#") else {
            continue;
        };
        let scope = Digest::try_from(scope.to_owned()).unwrap();
        let ticket = Ticket {
            scope,
            fingerprint: scope,
        };
        let nobody = ContractId::new(Uuid::nil());
        let found = world.store();
        let found = found.contract(nobody, Some(&ticket), world.now()).await;
        let body = found.unwrap().remembered.unwrap().body;
        assert!(!holds(&String::from_utf8(body).unwrap()), "{pk}");
    }
}

fn organization(id: &str) -> OrganizationId {
    OrganizationId::parse(id).unwrap()
}

fn sealed<F: sharepact_domain::event::Fact>(
    fact: F,
    number: u128,
    id: &str,
    link: Link,
    now: Timestamp,
) -> Event<F> {
    let event = EventId::new(Uuid::from_u128(number));
    Event::seal(fact, event, id, link, Author::System, now).unwrap()
}

/// A passcode in the store, and what its code is found by.
async fn issued(world: &World, now: Timestamp) -> (Passcode, Digest) {
    let id = PasscodeId::new(Uuid::from_u128(7));
    let principal = Principal {
        user: sharepact_domain::id::UserId::parse("mia").unwrap(),
        organization: Some(organization("lab")),
        roles: [Role::ContractManager].into(),
    };
    let fact = Passcode::issue(&principal, Line::parse("Lab").unwrap(), now).unwrap();
    let event = sealed(fact, 1, &id.to_string(), Link::FIRST, now);
    let passcode = Passcode::begun(id, &event).unwrap();
    let fingerprint = Digest::new([9; 32]);
    let change = Change::Passcode {
        after: &passcode,
        event: &event,
        fingerprint: &fingerprint,
    };
    let outcome: Outcome<Passcode> = world.store().commit(change, None, now).await.unwrap();
    assert!(matches!(outcome, Outcome::Written));
    (passcode, fingerprint)
}

/// Uses a passcode and counts the guess, as the transaction of an agreement does.
async fn used(
    world: &World,
    (passcode, fingerprint): (&Passcode, &Digest),
    (number, by): (u128, &str),
    now: Timestamp,
) -> Outcome<Passcode> {
    let fact = PasscodeFact::Used {
        by: organization(by),
        agreement: number.to_string(),
    };
    let id = passcode.id.to_string();
    let event = sealed(fact, number, &id, passcode.link(), passcode.issued_at);
    let after = passcode.clone().apply(&event);
    let guesses = Guesses::default().attempt(now, true).unwrap();
    let changes = [
        Change::Passcode {
            after: &after,
            event: &event,
            fingerprint,
        },
        Change::Guesses {
            owner: &Owner::Organization(organization(by)),
            after: &guesses,
        },
    ];
    let outcome = world.store().commit_all(&changes, None, now).await;
    outcome.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_uses_at_once_one_takes_effect() {
    let world = World::start().await;
    let now = world.now();
    let (passcode, fingerprint) = issued(&world, now).await;
    let names: Vec<_> = (0..20).map(|number| format!("fleet-{number}")).collect();
    let uses = names.iter().enumerate().map(|(number, by)| {
        let number = 100 + u128::try_from(number).unwrap();
        used(&world, (&passcode, &fingerprint), (number, by), now)
    });
    let outcomes = join_all(uses).await;
    let won = |outcome: &&Outcome<Passcode>| matches!(outcome, Outcome::Written);
    assert_eq!(outcomes.iter().filter(won).count(), 1);
    let late = |outcome: &&Outcome<Passcode>| matches!(outcome, Outcome::Rejected(Rejected::Stale(Some(now))) if now.used.is_some());
    assert_eq!(outcomes.iter().filter(late).count(), 19);
    // It is found no more, and only the winner's guess was counted.
    let owner = Owner::Organization(organization("lab"));
    let found = world.store();
    let found = found.passcode(&fingerprint, &owner, None, now).await;
    assert_eq!(found.unwrap().value.unwrap().behind, None);
    let items = audit::everything(&world.stack.client, &world.stack.table).await;
    let counted = items.keys().filter(|(pk, _)| pk.starts_with("GUESSES#"));
    assert_eq!(counted.count(), 1);
    audited(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_use_that_was_decided_in_time_is_too_late_after_the_end() {
    let world = World::start().await;
    let (passcode, fingerprint) = issued(&world, world.now()).await;
    let end = passcode.expires_at;
    assert!(passcode.is_open(world.now()) && !passcode.is_open(end));
    let late = used(&world, (&passcode, &fingerprint), (1_000, "fleet"), end).await;
    assert!(
        matches!(late, Outcome::Rejected(Rejected::Stale(None))),
        "{late:?}"
    );
    let before = end.plus(TimeDelta::milliseconds(-1)).unwrap();
    let used = used(&world, (&passcode, &fingerprint), (1_001, "fleet"), before).await;
    assert!(matches!(used, Outcome::Written), "{used:?}");
    audited(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_changes_are_written_together_or_not_at_all() {
    let world = World::start().await;
    let (store, now) = (world.store(), world.now());
    let (id, owner) = (
        organization("fleet"),
        Owner::Organization(organization("fleet")),
    );
    let fact = OrganizationFact::Named {
        name: Line::parse("Fleet").unwrap(),
        settings: Settings::default(),
    };
    let event = sealed(fact, 1, "fleet", Link::FIRST, now);
    let after = Organization::after(None, &id, &event).unwrap();
    let named = || Change::Organization {
        after: &after,
        event: &event,
    };
    let first = Guesses::default().attempt(now, true).unwrap();
    let second = first.attempt(now, true).unwrap();
    let counted = |after| Change::Guesses {
        owner: &owner,
        after,
    };
    // The second one is over a version that is not there: it is not taken for the first one's.
    let changes = [named(), counted(&second)];
    let outcome: Outcome<Organization> = store.commit_all(&changes, None, now).await.unwrap();
    assert!(
        matches!(outcome, Outcome::Rejected(Rejected::StaleBeside(1))),
        "{outcome:?}"
    );
    let items = audit::everything(&world.stack.client, &world.stack.table).await;
    assert!(items.is_empty(), "{items:?}");

    let changes = [named(), counted(&first)];
    let outcome: Outcome<Organization> = store.commit_all(&changes, None, now).await.unwrap();
    assert!(matches!(outcome, Outcome::Written), "{outcome:?}");
    let changes = [named(), counted(&second)];
    let outcome: Outcome<Organization> = store.commit_all(&changes, None, now).await.unwrap();
    assert!(
        matches!(outcome, Outcome::Rejected(Rejected::Stale(Some(current))) if current == after),
        "the first one's state is shown"
    );
    store
        .commit_all::<Organization>(&[], None, now)
        .await
        .unwrap_err();
    audited(&world).await;
}

#[test]
fn the_wrong_code_of_these_tests_is_one_by_its_form() {
    Code::parse(WRONG).unwrap();
}
