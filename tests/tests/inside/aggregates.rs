//! What is written is read back, whole, however large it is allowed to be.

use sharepact_domain::asset::{AccessLevel, Asset};
use sharepact_domain::contract::{Command, Contract, Duration};
use sharepact_domain::event::verify;
use sharepact_domain::id::AssetId;
use sharepact_domain::text::{Line, Note};
use sharepact_domain::wallet::Wallet;
use sharepact_store::{Outcome, Rejected, Store};

use crate::audit;
use crate::cast::{
    Step, asset, consumer, definition, draft, id, long_note, long_terms, opened, plain_asset,
    provider, remembered, requested, start, terms, ticket, wallet, written,
};
use crate::world::{ADDRESSES, World};

async fn read(store: &Store, step: &Step) {
    let found = store.contract(step.after.id, None, start()).await.unwrap();
    let record = found.value.unwrap();
    assert_eq!(record.contract, step.after);
    assert_eq!(record.terms, step.terms);
    assert!(found.remembered.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contract_is_what_was_written_at_every_step() {
    let world = World::start().await;
    let store = world.store();
    let asset = plain_asset("trips");
    let mut steps = vec![requested(1, &asset, &consumer(), Duration::Days(30))];
    let commands = [
        (provider(), draft(terms("# Use\n\nResearch."))),
        (
            consumer(),
            Command::Negotiate {
                price: Some("80.5".to_owned()),
                terms: Some(terms("# Use\n\nResearch, teaching.")),
                comment: Some(long_note()),
            },
        ),
        (
            provider(),
            Command::Negotiate {
                price: Some("90".to_owned()),
                terms: None,
                comment: None,
            },
        ),
        (consumer(), Command::Accept),
        (
            provider(),
            Command::Activate {
                payment_reference: Line::parse("INV-1").unwrap(),
            },
        ),
        (
            consumer(),
            Command::Stop {
                reason: Note::parse("Done").unwrap(),
                detail: Some(Note::parse("Line one\nline two").unwrap()),
            },
        ),
    ];
    for (by, command) in commands {
        steps.push(steps.last().unwrap().then(&by, command, start()));
    }
    for step in &steps {
        written(&store, step.change()).await;
        read(&store, step).await;
    }
    let contract = &steps.last().unwrap().after;
    assert!(
        contract.ending.is_some() && contract.expires_at.is_some(),
        "every part was there"
    );

    let history = store
        .history(contract.id, 0, 100, Some([1, 2]))
        .await
        .unwrap();
    let events: Vec<_> = steps.iter().map(|step| step.event.clone()).collect();
    assert_eq!(history.events, events);
    assert_eq!(verify(&history.events), Ok(()));
    assert_eq!(
        history.parties,
        Some([provider().party(), consumer().party()])
    );
    assert!(!history.more);
    let compared = history.compared.unwrap();
    assert_eq!(
        compared,
        [steps[1].revision.clone(), steps[2].revision.clone()]
    );
    let third = store
        .history(contract.id, 6, 100, Some([3, 3]))
        .await
        .unwrap();
    assert_eq!(third.events, &events[6..]);
    assert_eq!(
        third.compared.unwrap(),
        [steps[3].revision.clone(), steps[3].revision.clone()]
    );
    let missing = store
        .history(contract.id, 7, 100, Some([1, 4]))
        .await
        .unwrap();
    assert!(missing.events.is_empty() && missing.parties.is_none());
    assert_eq!(missing.compared.unwrap(), [steps[1].revision.clone(), None]);
    let nobody = store.contract(id(99), None, start()).await.unwrap();
    assert!(nobody.value.is_none());
    audit::table(&store, &world.stack.client, &world.stack.table, start()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn terms_at_their_limit_fit_with_everything_beside_them() {
    let world = World::start().await;
    let store = world.store();
    let first = requested(1, &plain_asset("trips"), &consumer(), Duration::Forever);
    written(&store, first.change()).await;
    let second = first.then(&provider(), draft(long_terms(100_000)), start());
    // A body of the same size is remembered in the same transaction.
    let body = serde_json::to_string(second.terms.as_ref().unwrap().as_str()).unwrap();
    let answer = remembered(1, &body);
    let ticket = ticket(1);
    let outcome = store.commit::<Contract>(second.change(), Some((&ticket, &answer)), start());
    assert!(matches!(outcome.await, Ok(Outcome::Written)));
    read(&store, &second).await;
    let found = store
        .contract(second.after.id, Some(&ticket), start())
        .await
        .unwrap();
    assert_eq!(found.remembered, Some(answer));

    let mut other = "\u{1F4DC}".repeat(99_999);
    other.push('x');
    let third = second.then(
        &consumer(),
        Command::Negotiate {
            price: Some("99999999.99".to_owned()),
            terms: Some(terms(&other)),
            comment: Some(long_note()),
        },
        start(),
    );
    written(&store, third.change()).await;
    read(&store, &third).await;
    let history = store
        .history(third.after.id, 0, 10, Some([1, 2]))
        .await
        .unwrap();
    assert_eq!(
        history.compared.unwrap(),
        [second.revision.clone(), third.revision.clone()]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_doors_leave_what_they_brought() {
    let world = World::start().await;
    let store = world.store();
    for (number, end) in [(1, None), (2, start().plus_days(3))] {
        let asset = plain_asset(&format!("trips-{number}"));
        let step = opened(number, &asset, &consumer(), end);
        written(&store, step.change()).await;
        read(&store, &step).await;
    }
    audit::table(&store, &world.stack.client, &world.stack.table, start()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asset_of_five_hundred_fields_is_read_back() {
    let world = World::start().await;
    let store = world.store();
    let first = asset(
        None,
        "big",
        &provider(),
        definition(AccessLevel::Public, 500, 200),
    );
    written(&store, first.change()).await;
    assert_eq!(
        store.asset(&first.after.id).await.unwrap().as_ref(),
        Some(&first.after)
    );
    let second = asset(
        Some(&first.after),
        "big",
        &provider(),
        definition(AccessLevel::Confidential, 500, 0),
    );
    written(&store, second.change()).await;
    assert_eq!(
        store.asset(&first.after.id).await.unwrap().as_ref(),
        Some(&second.after)
    );
    let nothing = store.asset(&AssetId::parse("none").unwrap()).await.unwrap();
    assert!(nothing.is_none());

    // Who is late hears what it is now.
    let late = store
        .commit::<Asset>(first.change(), None, start())
        .await
        .unwrap();
    let Outcome::Rejected(Rejected::Stale(Some(current))) = late else {
        panic!("a version conflict answers the present state, not {late:?}");
    };
    assert_eq!(current, second.after);
    // A contract on all of its fields.
    let private = asset(
        None,
        "private",
        &provider(),
        definition(AccessLevel::Private, 500, 0),
    );
    let contract = requested(1, &private.after, &consumer(), Duration::Days(1));
    written(&store, contract.change()).await;
    read(&store, &contract).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wallet_keeps_its_former_addresses() {
    let world = World::start().await;
    let store = world.store();
    let (carl, owner) = (consumer(), consumer().party().owner());
    let mut last: Option<Wallet> = None;
    for address in ADDRESSES.iter().cycle().take(9) {
        let step = wallet(last.as_ref(), &carl, address);
        written(&store, step.change()).await;
        last = Some(step.after);
    }
    let both = [owner.clone(), provider().party().owner()];
    let found = store.wallets(&both).await.unwrap();
    assert_eq!(
        found,
        [last.clone().unwrap()],
        "those without a wallet are left out"
    );
    assert_eq!(found[0].former.len(), 8);
    let none = AssetId::parse("none").unwrap();
    let beginning = store.beginning(&none, &owner, None, start());
    let beginning = beginning.await.unwrap().value.unwrap();
    assert!(beginning.has_wallet && beginning.asset.is_none());

    let late = wallet(None, &carl, ADDRESSES[0]);
    let late = store
        .commit::<Wallet>(late.change(), None, start())
        .await
        .unwrap();
    let Outcome::Rejected(Rejected::Stale(Some(current))) = late else {
        panic!("a version conflict answers the present state, not {late:?}");
    };
    assert_eq!(Some(current), last);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_command_hears_what_the_contract_is_now() {
    let world = World::start().await;
    let store = world.store();
    let first = requested(1, &plain_asset("trips"), &consumer(), Duration::Forever);
    written(&store, first.change()).await;
    let drafted = first.then(&provider(), draft(terms("Use.")), start());
    written(&store, drafted.change()).await;
    let withdrawn = Command::Reject {
        reason: Note::parse("No").unwrap(),
    };
    let late = first.then(&consumer(), withdrawn, start());
    let outcome = store
        .commit::<Contract>(late.change(), None, start())
        .await
        .unwrap();
    let Outcome::Rejected(Rejected::Stale(Some(current))) = outcome else {
        panic!("a version conflict answers the present state, not {outcome:?}");
    };
    assert_eq!(current, drafted.after);
    read(&store, &drafted).await;
    // Nothing of the late command is there: no event, and the place is still taken.
    audit::table(&store, &world.stack.client, &world.stack.table, start()).await;
}
