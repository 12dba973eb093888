//! Entitlement: whether an asset may be used now, through what, how much of it, and until when.
//!
//! The one rule: every reason not to hold is tried alone, and at the instant at which it begins to count.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use cast::framework::*;
use cast::sessions::*;
use cast::*;
use proptest::prelude::*;
use sharepact_domain::agreement::{Extent, Frame, Onward};
use sharepact_domain::asset::{AccessLevel, Asset, Entity};
use sharepact_domain::contract::{Acquisition, Command, Duration, acquire};
use sharepact_domain::entitlement::{Grounds, Through, by_contract, by_session};
use sharepact_domain::party::{Actor, Principal};
use sharepact_domain::session::{SessionCommand, SessionStatus};
use sharepact_domain::time::Timestamp;

fn trips() -> Asset {
    asset(&paula(), AccessLevel::Private)
}

fn through(switch: &Switch, by: &Principal, now: Timestamp) -> Option<Grounds> {
    let asset = vehicle(0, PROVIDER, Entity::Asset);
    by_session(&switch.session, &switch.lineage, &asset, by, now)
}

/// Does everybody of the consumer's side use it then?
fn used(switch: &Switch, now: Timestamp) -> bool {
    let organization = switch.session.consumer.organization.clone().unwrap();
    let found = [boss(organization.as_str()), member(organization.as_str())]
        .map(|by| through(switch, &by, now).is_some());
    assert_eq!(
        found[0], found[1],
        "an entitlement is the organisation's, not a role's"
    );
    found[0]
}

#[test]
fn a_contract_gives_what_was_asked_for_while_it_is_active() {
    let story = Story::signed(Duration::Days(30)).then(&paula(), activate(), day(5));
    let grounds = by_contract(&story.contract, &trips(), &carl(), day(5)).unwrap();
    let scope = story.contract.scope().unwrap();
    let expected = Grounds {
        through: Through::Contract(Story::id()),
        fields: vec!["picked_up".to_owned(), "fare".to_owned()],
        filters: scope.selection.filters.clone(),
        anonymised: false,
        value_propositions: Vec::new(),
        messages: Vec::new(),
        offline_retention: scope.offline_retention,
        until: Some(day(35)),
    };
    assert_eq!(grounds, expected);
    let holds = |now| by_contract(&story.contract, &trips(), &carl(), now).is_some();
    assert!(holds(shifted(day(35), -1)));
    assert!(!holds(day(35)), "recorded or not");
    let stopped = story.clone().then(&paula(), stop(), day(6));
    assert_eq!(
        by_contract(&stopped.contract, &trips(), &carl(), day(6)),
        None
    );
}

#[test]
fn nothing_is_used_by_a_contract_on_its_way_or_refused() {
    let asked = Story::requested(&paula(), &carl(), Duration::Days(30));
    let declined = Command::Decline { reason: None };
    for story in [
        asked.clone(),
        asked.then(&paula(), declined, start()),
        Story::drafted(Duration::Days(30)),
        Story::drafted(Duration::Days(30)).then(&carl(), counter("90"), start()),
        Story::drafted(Duration::Days(30)).then(&carl(), reject(), start()),
        Story::signed(Duration::Days(30)),
    ] {
        let recorded = story.contract.recorded;
        let grounds = by_contract(&story.contract, &trips(), &carl(), start());
        assert_eq!(grounds, None, "{recorded:?}");
    }
}

#[test]
fn a_contract_is_for_its_asset_its_consumer_and_its_time() {
    let story = Story::opened(Some(day(30)));
    let holds =
        |asset: &Asset, by: &Principal, now| by_contract(&story.contract, asset, by, now).is_some();
    assert!(holds(&trips(), &carl(), start()));
    // The provider has it anyway, and by no contract.
    for other in [paula(), stranger(), operator(), consumer_manager()] {
        assert!(!holds(&trips(), &other, start()), "{other:?}");
    }
    assert!(!holds(
        &vehicle(0, PROVIDER, Entity::Asset),
        &carl(),
        start()
    ));
    let mut later = story.contract.clone();
    later.effective_at = Some(day(10));
    let holds = |now| by_contract(&later, &trips(), &carl(), now).is_some();
    assert!(!holds(shifted(day(10), -1)));
    assert!(holds(day(10)));
}

#[test]
fn a_contract_of_an_organization_is_for_all_of_it() {
    let story = Story::requested(&paula(), &consumer_manager(), Duration::Forever)
        .then(&paula(), draft("100", "EUR"), start())
        .then(&consumer_manager(), Command::Accept, start())
        .then(&paula(), activate(), start());
    let grounds = by_contract(&story.contract, &trips(), &consumer_member(), day(9_999));
    assert_eq!(grounds.unwrap().until, None);
    let left = caller("mia", None, &[]);
    assert_eq!(by_contract(&story.contract, &trips(), &left, day(1)), None);
}

#[test]
fn an_acquisition_gives_all_fields_and_a_quota_contract_nothing_by_itself() {
    let public = asset(&paula(), AccessLevel::Public);
    let decision = acquire(&public, &carl(), Acquisition::default()).unwrap();
    let story = Story::begins(decision, &Actor::Caller(carl()), start());
    let grounds = by_contract(&story.contract, &public, &carl(), start()).unwrap();
    assert_eq!(grounds.fields, ["picked_up", "fare", "zone"]);
    assert!(grounds.offline_retention);
    let quota = Story::granted(day(30)).contract;
    let vehicle = vehicle(0, PROVIDER, Entity::Asset);
    assert_eq!(
        by_contract(&quota, &vehicle, &boss(CONSUMER), start()),
        None
    );
}

#[test]
fn a_session_gives_what_the_agreement_says_while_it_runs() {
    let mut wanted = frame();
    wanted.messages = keywords(&["alarm", "position"]);
    let switch = Switch::made(&agreed(wanted), None, (Some(day(10)), Some(day(20))));
    assert!(!used(&switch, shifted(day(10), -1)), "not begun");
    let grounds = through(&switch, &member(CONSUMER), day(10)).unwrap();
    let expected = Grounds {
        through: Through::Session(switch.session.id),
        fields: ["picked_up", "fare", "zone"].map(str::to_owned).to_vec(),
        filters: Vec::new(),
        anonymised: false,
        value_propositions: keywords(&["fuel", "location"]).into_iter().collect(),
        messages: keywords(&["alarm", "position"]).into_iter().collect(),
        offline_retention: false,
        until: Some(day(20)),
    };
    assert_eq!(grounds, expected);
    assert!(used(&switch, shifted(day(20), -1)));
    assert!(!used(&switch, day(20)), "over, recorded or not");
    let stopped = switch.then(
        &boss(CONSUMER),
        SessionCommand::Stop { reason: None },
        day(12),
    );
    assert!(!used(&stopped, day(12)));
    let again = stopped.then(&boss(PROVIDER), SessionCommand::Start, day(13));
    assert!(used(&again, day(13)));
}

#[test]
fn a_session_by_hand_gives_nothing_before_it_is_started() {
    let mut by_hand = frame();
    by_hand.sharing.automatic_start = false;
    let switch = Switch::made(&agreed(by_hand), None, OPEN);
    assert!(!used(&switch, day(1)));
    assert!(used(
        &switch.then(&boss(PROVIDER), SessionCommand::Start, day(1)),
        day(1)
    ));
}

#[test]
fn a_session_is_for_its_asset_and_its_consumer() {
    let switch = Switch::made(&agreed(frame()), None, OPEN);
    assert!(used(&switch, day(1)));
    for by in outsiders()
        .into_iter()
        .chain([boss(PROVIDER), boss("delta")])
    {
        assert_eq!(through(&switch, &by, day(1)), None, "{by:?}");
    }
    let other = vehicle(1, PROVIDER, Entity::Asset);
    let by = boss(CONSUMER);
    let grounds = by_session(&switch.session, &switch.lineage, &other, &by, day(1));
    assert_eq!(grounds, None);
}

#[test]
fn what_ends_above_ends_the_use_at_once() {
    let agreement = agreed(frame());
    let contract = granted(&agreement, 2, quota(1, None, Some(day(30))));
    let switch = Switch::made(&agreement, Some(&contract), OPEN);
    assert!(used(&switch, shifted(day(30), -1)));
    assert!(!used(&switch, day(30)), "the contract's time is over");

    let mut ended = switch.clone();
    ended.lineage.agreement = stopped(&agreement, day(5));
    assert!(!used(&ended, day(5)), "the agreement was stopped");
    let mut ended = switch;
    let story = Story {
        contract,
        events: Vec::new(),
    };
    ended.lineage.contract = Some(story.then(&boss(CONSUMER), stop(), day(5)).contract);
    assert!(!used(&ended, day(5)), "the contract was stopped");

    let switch = Switch::made(&agreement, None, OPEN);
    assert!(used(&switch, shifted(day(365), -1)));
    assert!(!used(&switch, day(365)), "the agreement's time is over");
}

#[test]
fn what_upstream_does_not_give_nobody_below_uses() {
    for level in 0..2 {
        let mut switch = relayed(3);
        assert!(used(&switch, day(1)));
        let from = &mut switch.lineage.upstream[level];
        from.session.recorded = SessionStatus::Stopped;
        assert!(!used(&switch, day(1)), "{level} is off");
        switch.lineage.upstream[level].session.recorded = SessionStatus::Running;
        assert!(used(&switch, day(1)), "{level} is on again");
        let from = &mut switch.lineage.upstream[level];
        from.agreement = stopped(&from.agreement, day(2));
        assert!(
            !used(&switch, day(2)),
            "the agreement above {level} was stopped"
        );
    }
}

/// The chain of sessions under frames with these extents, the owner's first.
fn passed(extents: &[Extent]) -> Switch {
    let frame = |extent: &Extent| -> Frame {
        let mut frame = passing(Onward::Unlimited);
        frame.sharing.extent = extent.clone();
        frame
    };
    let frames: Vec<_> = extents.iter().map(frame).collect();
    let (switches, refusal) = relay(&frames);
    assert_eq!(refusal, None);
    switches.last().unwrap().clone()
}

#[test]
fn fields_are_cut_by_every_agreement_on_the_way() {
    let given = |extents: &[Extent]| {
        let switch = passed(extents);
        let by = switch.session.consumer.organization.clone().unwrap();
        through(&switch, &boss(by.as_str()), day(1)).map(|grounds| grounds.fields)
    };
    let named = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let two = || fields(&["zone", "fare", "speed"]);
    assert_eq!(
        given(&[Extent::Full]),
        named(&["picked_up", "fare", "zone"])
    );
    // In the asset's order, and only those that it has.
    assert_eq!(given(&[two()]), named(&["fare", "zone"]));
    assert_eq!(given(&[Extent::Full, two()]), named(&["fare", "zone"]));
    assert_eq!(given(&[two(), fields(&["zone"])]), named(&["zone"]));
    assert_eq!(
        given(&[Extent::Full, two(), fields(&["fare"])]),
        named(&["fare"])
    );
    // An asset that has none of them is not used: an empty list is never read as all.
    assert_eq!(given(&[fields(&["speed"])]), None);
    assert_eq!(given(&[two(), fields(&["speed"])]), None);
}

#[test]
fn a_wider_agreement_below_gives_no_more_than_the_narrow_one_above() {
    // Such a session cannot be made; should one be on record, it gives no more all the same.
    let mut switch = passed(&[Extent::Full, Extent::Full]);
    let above = &mut switch.lineage.upstream[0].agreement.frame.sharing.extent;
    *above = fields(&["fare"]);
    let grounds = through(&switch, &boss("delta"), day(1)).unwrap();
    assert_eq!(grounds.fields, ["fare"]);
    let above = &mut switch.lineage.upstream[0].agreement.frame.sharing.extent;
    *above = Extent::Anonymised;
    assert!(through(&switch, &boss("delta"), day(1)).unwrap().anonymised);
}

#[test]
fn what_is_anonymised_anywhere_on_the_way_is_anonymised() {
    for (extents, anonymised) in [
        (vec![Extent::Full, Extent::Full], false),
        (vec![Extent::Anonymised], true),
        (vec![Extent::Full, Extent::Anonymised], true),
        (
            vec![Extent::Anonymised, Extent::Anonymised, Extent::Anonymised],
            true,
        ),
        (
            vec![Extent::Full, Extent::Anonymised, Extent::Anonymised],
            true,
        ),
    ] {
        let switch = passed(&extents);
        let by = switch.session.consumer.organization.clone().unwrap();
        let grounds = through(&switch, &boss(by.as_str()), day(1)).unwrap();
        assert_eq!(grounds.anonymised, anonymised, "{extents:?}");
        assert_eq!(grounds.fields.len(), 3);
    }
}

proptest! {
    #[test]
    fn until_is_the_earliest_of_all_ends_and_holds_to_its_last_instant(
        ends in proptest::collection::vec((
            proptest::option::of(2_u32..400), proptest::option::of(2_u32..400), proptest::option::of(2_u32..400),
        ), 1..=3),
    ) {
        let mut switch = relayed(ends.len());
        let contract = |days: u32| granted(&agreed(frame()), 9, quota(1, None, Some(day(days.min(365)))));
        let lineage = &mut switch.lineage;
        switch.session.valid_to = ends[0].0.map(day);
        lineage.agreement.frame.valid_to = ends[0].1.map(day);
        lineage.contract = ends[0].2.map(contract);
        for (ends, from) in ends[1..].iter().zip(&mut lineage.upstream) {
            from.session.valid_to = ends.0.map(day);
            from.agreement.frame.valid_to = ends.1.map(day);
            from.contract = ends.2.map(contract);
        }
        let earliest = ends
            .iter()
            .flat_map(|(session, agreement, contract)| [*session, *agreement, contract.map(|days| days.min(365))])
            .flatten()
            .min()
            .map(day);
        let by = switch.session.consumer.organization.clone().unwrap();
        let grounds = through(&switch, &boss(by.as_str()), day(1)).unwrap();
        prop_assert_eq!(grounds.until, earliest);
        if let Some(end) = earliest {
            prop_assert!(used(&switch, shifted(end, -1)));
            prop_assert!(!used(&switch, end));
        }
    }
}
