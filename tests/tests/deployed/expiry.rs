//! From the schedule to the record: plan, queue, expire, and the document of an ended contract.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use sharepact_domain::contract::{Command, Contract};
use sharepact_domain::event::Event;
use sharepact_domain::id::{ContractId, EventId, UserId};
use sharepact_domain::party::{Actor, Author, Principal};
use sharepact_domain::text::Line;
use sharepact_domain::time::Timestamp;
use sharepact_runtime::Clock;
use sharepact_store::{Change, Claim, Outcome, Store};
use sharepact_tests::{Deal, request};
use uuid::Uuid;

use crate::deployed;
use crate::services::eventually;

/// The schedule comes once a minute here.
const PATIENCE: Duration = Duration::from_secs(150);

/// Activates a signed contract in the provider's name at an instant that is over: the one thing that cannot be asked of an
/// API that goes by the clock.
async fn activated(store: &Store, deal: &Deal, at: Timestamp) {
    let id = ContractId::parse(&deal.id).expect("an id");
    let found = store
        .contract(id, None, at)
        .await
        .expect("the table answers");
    let contract = found.value.expect("the contract is there").contract;
    let actor = Actor::Caller(Principal {
        user: UserId::parse(&deal.provider.user).expect("a user"),
        organization: None,
        roles: [].into(),
    });
    let command = Command::Activate {
        payment_reference: Line::parse("INV-1").expect("a line"),
    };
    let fact = contract.decide(&actor, command, at).expect("it may").fact;
    let event_id = EventId::new(fresh_id());
    let author = Author::from(&actor);
    let event = Event::seal(fact, event_id, deal.id.clone(), contract.link(), author, at);
    let event = event.expect("the event is sealed");
    let change = Change::Contract {
        after: &contract.apply(&event),
        event: &event,
        revision: None,
        claim: Claim::Hold,
    };
    let outcome: Outcome<Contract> = store
        .commit(change, None, at)
        .await
        .expect("the table answers");
    assert!(matches!(outcome, Outcome::Written), "{outcome:?}");
}

#[expect(clippy::disallowed_methods, reason = "a test makes ids of its own")]
fn fresh_id() -> Uuid {
    Uuid::now_v7()
}

#[test]
fn the_schedule_records_what_time_has_ended() {
    deployed(async |api, deployment, services| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let asset = provider.offers("Private").await;
        let mut wish = request(&asset);
        wish["duration"] = json!(1);
        let made = consumer.post("/contracts", &wish).await;
        let deal = Deal {
            id: made.must(201, "a day is a duration").text("id"),
            asset,
            provider,
            consumer,
        };
        deal.reach("Signed").await;
        let two_days_ago = Clock::system().now().plus(TimeDelta::days(-2));
        let store = Store::from_env(deployment.resource("Table").to_owned()).await;
        activated(&store, &deal, two_days_ago.expect("an instant")).await;
        let seen = deal.seen().await;
        assert_eq!(seen["status"], "Expired", "it has ended, recorded or not");
        let version = seen["version"].as_u64().expect("a version");

        let history = eventually("contract.expired in the history", PATIENCE, async || {
            let history = deal.consumer.get(deal.path("history")).await;
            let history = history.must(200, "a party sees the history");
            history
                .to_string()
                .contains("contract.expired")
                .then_some(history)
        })
        .await;
        let items = history["items"].as_array().expect("a list");
        let last = items.last().expect("an event");
        assert_eq!(last["type"], "contract.expired", "{history}");
        assert_eq!(
            deal.seen().await["version"],
            version + 1,
            "once, and once only"
        );

        let prefix = format!("contracts/{}/{:010}-", deal.id, version + 1);
        let bucket = deployment.resource("Documents");
        let patience = Duration::from_secs(30);
        eventually("the document of the ended contract", patience, async || {
            services.keys(bucket, &prefix).await.pop()
        })
        .await;
    });
}
