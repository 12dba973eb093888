//! Webhooks: who may do what, what is kept of an endpoint's health, and when it is given up.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use sharepact_domain::event::{Event, Link};
use sharepact_domain::id::{EventId, OrganizationId, UserId, WebhookId};
use sharepact_domain::party::{Actor, Author, Principal, Role};
use sharepact_domain::time::Timestamp;
use sharepact_domain::webhook::{
    Attempt, Command, Endpoint, FAILING_HOURS, Health, Outcome, Place, Reason, Refusal,
    Registration, SCHEDULE, Standing, Subscription, Webhook, WebhookFact, next_attempt,
};
use uuid::Uuid;

use chrono::TimeDelta;
use proptest::prelude::*;

fn principal(user: &str, organization: Option<&str>, roles: &[Role]) -> Principal {
    Principal {
        user: UserId::parse(user).unwrap(),
        organization: organization.map(|id| OrganizationId::parse(id).unwrap()),
        roles: roles.iter().copied().collect(),
    }
}

fn manager() -> Principal {
    principal("ana", Some("acme"), &[Role::Manager])
}

fn begin() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn hours(count: i64) -> Timestamp {
    begin().plus(TimeDelta::hours(count)).unwrap()
}

fn seal(fact: WebhookFact, link: Link, at: Timestamp) -> Event<WebhookFact> {
    let id = EventId::new(Uuid::from_u128(u128::from(link.sequence)));
    Event::seal(fact, id, "1", link, Author::System, at).unwrap()
}

fn registration() -> Registration {
    Registration {
        url: Endpoint::parse("https://example.org/hooks/s3cret").unwrap(),
        events: Subscription::All,
        description: None,
    }
}

fn webhook() -> Webhook {
    let fact = Webhook::register(&manager(), &registration(), &[], 0).unwrap();
    let event = seal(fact, Link::FIRST, begin());
    let id = WebhookId::new(Uuid::from_u128(1));
    Webhook::begun(id, registration(), &event).unwrap()
}

fn after(webhook: Webhook, actor: &Actor, command: Command, at: Timestamp) -> Webhook {
    let fact = webhook.decide(actor, command, at).unwrap().unwrap();
    let event = seal(fact, webhook.link(), at);
    webhook.apply(&event)
}

#[test]
fn only_the_owners_manager_registers_and_changes() {
    let member = principal("ben", Some("acme"), &[]);
    let refused = Webhook::register(&member, &registration(), &[], 0);
    assert_eq!(refused, Err(Refusal::NotManager));
    assert!(Webhook::register(&principal("ben", None, &[]), &registration(), &[], 0).is_ok());

    let webhook = webhook();
    let by_hand = [Command::Rotate, Command::Enable, Command::Remove];
    for command in by_hand {
        for (caller, refusal) in [
            (manager(), None),
            (member.clone(), Some(Refusal::NotManager)),
            (principal("ana", None, &[]), Some(Refusal::NotTheirs)),
            (
                principal("eve", Some("other"), &[Role::Manager]),
                Some(Refusal::NotTheirs),
            ),
            // A user of the organisation's name is somebody else.
            (principal("acme", None, &[]), Some(Refusal::NotTheirs)),
            (
                principal("op", None, &[Role::Operator]),
                Some(Refusal::NotTheirs),
            ),
        ] {
            let decided = webhook.decide(&Actor::Caller(caller), command, begin());
            assert_eq!(decided.err(), refusal, "{command:?}");
        }
        let decided = webhook.decide(&Actor::System, command, begin());
        assert_eq!(decided, Err(Refusal::NotTheirs));
    }
    let disable = Command::Disable(Reason::Gone);
    let decided = webhook.decide(&Actor::Caller(manager()), disable, begin());
    assert_eq!(decided, Err(Refusal::NotTheirs));
}

#[test]
fn members_and_operators_look_and_strangers_do_not() {
    let webhook = webhook();
    for (caller, sees) in [
        (manager(), true),
        (principal("ben", Some("acme"), &[]), true),
        (principal("op", None, &[Role::Operator]), true),
        (principal("ana", None, &[]), false),
        (principal("eve", Some("other"), &[Role::Manager]), false),
    ] {
        assert_eq!(webhook.visible_to(&caller), sees, "{caller:?}");
    }
    let owner = Actor::Caller(manager());
    let removed = after(webhook, &owner, Command::Remove, hours(1));
    assert!(!removed.visible_to(&manager()));
}

#[test]
fn a_life_from_registration_to_removal() {
    let owner = Actor::Caller(manager());
    let webhook = webhook();
    assert_eq!(webhook.enabled_since(), Some(begin()));
    assert_eq!(webhook.decide(&owner, Command::Enable, begin()), Ok(None));

    let reason = Reason::Failing { since: begin() };
    let disable = Command::Disable(reason);
    let webhook = after(webhook, &Actor::System, disable, hours(80));
    let since = hours(80);
    assert_eq!(webhook.standing, Standing::Disabled { since, reason });
    assert_eq!(webhook.enabled_since(), None);
    assert_eq!(webhook.decide(&Actor::System, disable, hours(81)), Ok(None));

    let webhook = after(webhook, &owner, Command::Rotate, hours(82));
    assert_eq!(webhook.standing, Standing::Disabled { since, reason });
    let webhook = after(webhook, &owner, Command::Enable, hours(83));
    assert_eq!(webhook.enabled_since(), Some(hours(83)));

    let webhook = after(webhook, &owner, Command::Remove, hours(84));
    assert_eq!((webhook.version, webhook.is_removed()), (5, true));
    for command in [Command::Rotate, Command::Enable, Command::Remove] {
        let decided = webhook.decide(&owner, command, hours(85));
        assert_eq!(decided, Err(Refusal::NotTheirs));
    }
}

#[test]
fn an_owner_has_twenty_places() {
    let mut taken = Vec::new();
    while let Some(place) = Place::free(&taken, 77) {
        taken.push(place);
    }
    assert_eq!(taken.len(), usize::from(Place::MOST));
    let refused = Webhook::register(&manager(), &registration(), &taken, 9);
    assert_eq!(refused, Err(Refusal::NoPlace));
    let freed = taken.remove(7);
    assert_eq!(Place::free(&taken, 3), Some(freed));
    assert!(Place::try_from(Place::MOST).is_err());
}

#[test]
fn what_is_published_holds_neither_a_secret_nor_the_whole_address() {
    let fact = Webhook::register(&manager(), &registration(), &[], 0).unwrap();
    let published = seal(fact, Link::FIRST, begin()).canonical().unwrap();
    assert!(published.contains("\"origin\":\"https://example.org\""));
    assert!(!published.contains("s3cret") && !published.contains("whsec_"));
    let disabled = WebhookFact::Disabled {
        reason: Reason::Failing { since: begin() },
    };
    let published = seal(disabled, Link::FIRST, hours(75)).canonical().unwrap();
    let data = "\"data\":{\"failingSince\":\"2026-01-01T00:00:00.000Z\",\"reason\":\"failing\"}";
    assert!(published.contains(data), "{published}");
    let read: Event<WebhookFact> = serde_json::from_str(&published).unwrap();
    assert_eq!(read.digest().unwrap(), read.hash);
}

const DOWN: Outcome = Outcome::NotConnected;
const UP: Outcome = Outcome::Answered { status: 204 };

fn attempt(at: Timestamp, outcome: Outcome) -> Attempt {
    Attempt { at, outcome }
}

#[test]
fn an_endpoint_is_given_up_after_three_days_without_a_single_delivery() {
    let webhook = webhook();
    let mut health = Health::default();
    for hour in 1..=FAILING_HOURS {
        let failed = attempt(hours(hour), DOWN);
        health = health.noted(failed, false);
        assert_eq!(health.ends(&webhook, failed), None, "after {hour} hours");
    }
    let failed = attempt(hours(1 + FAILING_HOURS), DOWN);
    let noted = health.noted(failed, true);
    let since = hours(1);
    assert_eq!(
        noted.ends(&webhook, failed),
        Some(Reason::Failing { since })
    );
    assert_eq!(noted.given_up, 1);

    // One delivery in between begins the count again.
    let delivered = health.noted(attempt(hours(60), UP), false);
    assert_eq!(delivered.failing_since, None);
    let noted = delivered.noted(failed, false);
    assert_eq!(noted.ends(&webhook, failed), None);

    // So does the owner who enables it.
    let owner = Actor::Caller(manager());
    let gone = Command::Disable(Reason::Gone);
    let webhook = after(webhook, &Actor::System, gone, hours(74));
    let webhook = after(webhook, &owner, Command::Enable, hours(74));
    let failed = attempt(hours(75), DOWN);
    assert_eq!(health.noted(failed, false).ends(&webhook, failed), None);
}

#[test]
fn an_endpoint_that_says_so_is_given_up_at_once() {
    let gone = attempt(hours(1), Outcome::Answered { status: 410 });
    let health = Health::default().noted(gone, false);
    assert_eq!(health.ends(&webhook(), gone), Some(Reason::Gone));
    for status in [199, 300, 301, 307, 400, 404, 429, 500, 503] {
        let failed = attempt(hours(1), Outcome::Answered { status });
        assert!(!failed.outcome.is_delivered(), "{status}");
        let health = Health::default().noted(failed, false);
        assert_eq!(health.ends(&webhook(), failed), None, "{status}");
    }
}

#[test]
fn a_steady_stream_of_deliveries_is_noted_once_a_minute() {
    let noted = Health::default().noted(attempt(begin(), UP), false);
    let later = |seconds| begin().plus(TimeDelta::seconds(seconds)).unwrap();
    assert!(!noted.is_news(attempt(later(59), UP)));
    assert!(noted.is_news(attempt(later(60), UP)));
    assert!(noted.is_news(attempt(later(1), Outcome::Answered { status: 200 })));
    assert!(noted.is_news(attempt(later(1), DOWN)));
    let failed = noted.noted(attempt(later(1), DOWN), false);
    assert!(failed.is_news(attempt(later(2), DOWN)));
    assert!(failed.is_news(attempt(later(2), UP)));
}

#[test]
fn the_last_attempt_is_later_than_the_patience_with_an_endpoint() {
    let all: i64 = SCHEDULE.iter().sum();
    assert!(all > FAILING_HOURS * 3_600, "{all}");
    assert_eq!(next_attempt(10, begin(), 0), None);
    assert_eq!(next_attempt(0, begin(), 0), None);
    assert_eq!(next_attempt(u32::MAX, begin(), 0), None);
}

proptest! {
    #[test]
    fn waits_grow_and_are_spread_by_a_tenth_at_most(number in 1_u32..=9, chance: u8) {
        let due = next_attempt(number, begin(), chance).unwrap();
        let wait = (due.to_chrono() - begin().to_chrono()).num_milliseconds();
        let least = SCHEDULE[usize::try_from(number).unwrap() - 1] * 1_000;
        prop_assert!((least..=least + least / 10).contains(&wait), "{wait}");
        if let Some(next) = next_attempt(number + 1, begin(), 0) {
            prop_assert!(next > due);
        }
    }
}
