//! Quota contracts: granted under an agreement, inside its time, extended, and stopped with it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use cast::framework::*;
use cast::*;
use sharepact_domain::agreement::{Agreement, AgreementStatus};
use sharepact_domain::asset::Entity;
use sharepact_domain::contract::{
    Command, CommandKind, Contract, ContractFact, Grant, Origin, Quota, Refusal, Status, grant,
};
use sharepact_domain::event::Event;
use sharepact_domain::fault::Rule;
use sharepact_domain::party::{Actor, Principal, Side};
use sharepact_domain::time::Timestamp;

fn try_grant(
    agreement: &Agreement,
    wanted: Grant,
    now: Timestamp,
) -> Result<ContractFact, Refusal> {
    let by = contract_manager(PROVIDER);
    grant(agreement, &by, wanted, now).map(|decision| decision.fact)
}

/// Since when and until when it was granted.
fn term(fact: &ContractFact) -> (Timestamp, Timestamp) {
    match fact {
        ContractFact::Granted {
            effective_at,
            expires_at,
            ..
        } => (*effective_at, *expires_at),
        other => panic!("{other:?}"),
    }
}

fn follow(by: Side) -> Command {
    Command::Follow {
        by,
        reason: note("The project is over"),
        detail: Some(note("In March")),
    }
}

#[test]
fn a_grant_is_a_contract_between_the_agreements_parties() {
    let mut units = frame();
    units.entity = Entity::Unit;
    let agreement = agreed(units);
    let by = boss(PROVIDER);
    let decision = grant(
        &agreement,
        &by,
        quota(50, Some(day(1)), Some(day(30))),
        start(),
    )
    .unwrap();
    assert_eq!(decision.terms, None);
    let story = Story::begins(decision, &Actor::Caller(by), start());
    let contract = &story.contract;
    let admits = Quota {
        assets: 50,
        entity: Entity::Unit,
        not_after: Some(day(365)),
    };
    assert_eq!(contract.quota(), Some(admits));
    assert_eq!(contract.agreement(), Some(agreement.id));
    let origin = Origin::Framework {
        agreement: agreement.id,
    };
    assert_eq!(contract.origin, origin);
    assert_eq!(contract.provider, agreement.provider.party());
    assert_eq!(contract.consumer, agreement.consumer.party());
    assert_eq!(
        (contract.effective_at, contract.expires_at),
        (Some(day(1)), Some(day(30)))
    );
    // It is about no one asset, was not bargained for, and stands in no other contract's way.
    assert_eq!(
        (contract.asset(), contract.scope(), contract.slot()),
        (None, None, None)
    );
    assert_eq!(
        (&contract.offer, &contract.acceptance, contract.turn),
        (&None, &None, None)
    );
    assert_eq!(contract.waiting_for(), None);
    let json = serde_json::to_string(contract).unwrap();
    assert_eq!(serde_json::from_str::<Contract>(&json).unwrap(), *contract);
    let event = story.events[0].canonical().unwrap();
    assert_eq!(
        serde_json::from_str::<Event<ContractFact>>(&event).unwrap(),
        story.events[0]
    );
}

#[test]
fn only_the_providers_contract_manager_grants() {
    let agreement = agreed(frame());
    let grants = |by: &Principal| grant(&agreement, by, quota(1, None, None), start());
    for by in [boss(PROVIDER), contract_manager(PROVIDER)] {
        assert!(grants(&by).is_ok(), "{by:?}");
    }
    for by in not_contract_managers(PROVIDER) {
        assert_eq!(grants(&by), Err(Refusal::NotManager), "{by:?}");
    }
    for by in [boss(CONSUMER), contract_manager(CONSUMER), member(CONSUMER)] {
        assert_eq!(grants(&by), Err(Refusal::OnlyProvider), "{by:?}");
    }
    for by in outsiders() {
        assert_eq!(grants(&by), Err(Refusal::NotAParty), "{by:?}");
    }
}

#[test]
fn nothing_is_granted_but_under_an_active_agreement() {
    let active = agreed(frame());
    let refused = |agreement: &Agreement, status, now| {
        let found = try_grant(agreement, quota(1, None, None), now);
        assert_eq!(found, Err(Refusal::AgreementNotActive { status }));
    };
    let pending = Pact::proposed(1, PROVIDER, CONSUMER, frame()).agreement;
    refused(&pending, AgreementStatus::Pending, start());
    refused(
        &stopped(&active, start()),
        AgreementStatus::Stopped,
        start(),
    );
    refused(&active, AgreementStatus::Expired, day(365));
    let last = shifted(day(365), -1);
    let fact = try_grant(&active, quota(1, None, None), last).unwrap();
    assert_eq!(term(&fact), (last, day(365)));
}

#[test]
fn a_grant_lies_inside_the_agreements_time() {
    let mut later = frame();
    later.valid_from = day(10);
    let before = |at: Timestamp| shifted(at, -1);
    let after = |at: Timestamp| shifted(at, 1);
    let from = Some("/validFrom");
    let to = Some("/validTo");
    // The agreement, from and to as asked for, and the place of the fault, at the start.
    for (frame, asked, fault) in [
        (frame(), (None, None), None),
        (frame(), (Some(before(start())), None), from),
        (frame(), (Some(start()), None), None),
        (later.clone(), (Some(before(day(10))), None), from),
        (later.clone(), (Some(day(10)), None), None),
        (frame(), (Some(before(day(365))), None), None),
        (frame(), (Some(day(365)), None), to),
        (frame(), (None, Some(start())), to),
        (frame(), (None, Some(after(start()))), None),
        (later.clone(), (None, Some(day(10))), to),
        (later.clone(), (None, Some(after(day(10)))), None),
        (frame(), (None, Some(day(365))), None),
        (frame(), (None, Some(after(day(365)))), to),
        (frame(), (Some(day(20)), Some(day(20))), to),
        (frame(), (Some(day(20)), Some(after(day(20)))), None),
    ] {
        let earliest = frame.valid_from.max(start());
        let found = try_grant(&agreed(frame), quota(1, asked.0, asked.1), start());
        if let Some(pointer) = fault {
            let expected = [(pointer.to_owned(), Rule::InvalidTerm)];
            assert_eq!(violated(found.unwrap_err()), expected, "{asked:?}");
        } else {
            let given = (asked.0.unwrap_or(earliest), asked.1.unwrap_or(day(365)));
            assert_eq!(term(&found.unwrap()), given, "{asked:?}");
        }
    }
}

#[test]
fn under_an_agreement_without_an_end_a_grant_says_its_own() {
    let mut endless = frame();
    endless.valid_to = None;
    let agreement = agreed(endless);
    let refusal = try_grant(&agreement, quota(1, None, None), start()).unwrap_err();
    assert_eq!(
        violated(refusal),
        [("/validTo".to_owned(), Rule::InvalidTerm)]
    );
    let contract = granted(&agreement, 1, quota(1, None, Some(day(9_999))));
    assert_eq!(contract.quota().unwrap().not_after, None);
    let by = Actor::Caller(boss(PROVIDER));
    let until = day(99_999);
    assert!(
        contract
            .decide(&by, Command::Extend { until }, start())
            .is_ok()
    );
}

#[test]
fn a_quota_is_one_to_a_hundred_thousand_assets() {
    for good in [1, 50, 100_000] {
        assert_eq!(Quota::assets(i64::from(good)).unwrap(), good);
    }
    for bad in [0, -1, 100_001, i64::MAX, i64::MIN] {
        assert_eq!(Quota::assets(bad).unwrap_err().rule, Rule::InvalidQuota);
    }
}

#[test]
fn a_quota_contract_is_extended_to_a_strictly_later_end_within_the_agreements() {
    let story = Story::granted(day(30));
    let manager = contract_manager(PROVIDER);
    let broken = [("/until".to_owned(), Rule::InvalidDuration)];
    for until in [day(29), day(30), shifted(day(365), 1)] {
        let refusal = story.refused(&manager, Command::Extend { until }, day(1));
        assert_eq!(violated(refusal), broken, "{until}");
    }
    for until in [shifted(day(30), 1), day(365)] {
        // At the last instant, and not at the first one after it.
        let extend = Command::Extend { until };
        let late = story.refused(&manager, extend.clone(), day(30));
        assert!(matches!(
            late,
            Refusal::IllegalStatus {
                status: Status::Expired,
                ..
            }
        ));
        let longer = story.clone().then(&manager, extend, shifted(day(30), -1));
        assert_eq!(longer.contract.expires_at, Some(until));
        assert_eq!(longer.contract.effective_at, Some(start()));
        assert_eq!(longer.contract.quota(), story.contract.quota());
        assert_eq!(longer.contract.status(day(30)), Status::Active);
        assert_eq!(longer.contract.status(until), Status::Expired);
        let again = longer.refused(&manager, Command::Extend { until }, day(1));
        assert_eq!(violated(again), broken);
    }
    let stopped = story.then(&boss(CONSUMER), stop(), day(1));
    let until = day(60);
    let refusal = stopped.refused(&manager, Command::Extend { until }, day(1));
    assert!(matches!(
        refusal,
        Refusal::IllegalStatus {
            status: Status::Stopped,
            ..
        }
    ));
}

#[test]
fn an_extension_makes_a_warning_due_again() {
    let warn = |story: &mut Story, at| {
        let command = Command::Warn { days: 14 };
        story.attempt(&Actor::System, command, at).is_ok()
    };
    let mut story = Story::granted(day(30));
    assert!(!warn(&mut story, shifted(day(16), -1)));
    assert!(warn(&mut story, day(16)));
    assert!(!warn(&mut story, day(17)));
    let until = day(60);
    let mut longer = story.then(&boss(PROVIDER), Command::Extend { until }, day(18));
    assert!(!warn(&mut longer, shifted(day(46), -1)));
    assert!(warn(&mut longer, day(46)));
}

#[test]
fn a_contract_follows_its_agreement_with_side_and_reason() {
    for side in [Side::Provider, Side::Consumer] {
        let mut story = Story::granted(day(30));
        let last = shifted(day(30), -1);
        let fact = story.attempt(&Actor::System, follow(side), last).unwrap();
        assert!(matches!(fact, ContractFact::Stopped { by, .. } if by == side));
        assert_eq!(story.contract.status(last), Status::Stopped);
        let ending = story.contract.ending.clone().unwrap();
        assert_eq!((ending.by, ending.at), (Some(side), last));
        assert_eq!(ending.reason, Some(note("The project is over")));
        assert_eq!(ending.detail, Some(note("In March")));
        // A repetition finds nothing to do.
        let again = story.attempt(&Actor::System, follow(side), last);
        assert!(matches!(again, Err(Refusal::IllegalStatus { .. })));
    }
    // What time has ended has not been stopped.
    let mut over = Story::granted(day(30));
    assert!(
        over.attempt(&Actor::System, follow(Side::Provider), day(30))
            .is_err()
    );
    assert!(
        over.attempt(&Actor::System, Command::Expire, day(30))
            .is_ok()
    );
}

#[test]
fn nobody_follows_by_hand_and_nothing_follows_but_a_quota_contract() {
    let story = Story::granted(day(30));
    for by in [boss(PROVIDER), boss(CONSUMER)] {
        let refusal = story.refused(&by, follow(Side::Provider), day(1));
        assert!(matches!(refusal, Refusal::IllegalStatus { .. }), "{by:?}");
        assert!(
            !story
                .contract
                .allowed(&by, day(1))
                .contains(&CommandKind::Follow)
        );
    }
    for mut other in [
        Story::opened(Some(day(30))),
        Story::active(sharepact_domain::contract::Duration::Forever),
    ] {
        let followed = other.attempt(&Actor::System, follow(Side::Provider), day(1));
        assert!(matches!(followed, Err(Refusal::IllegalStatus { .. })));
    }
}

#[test]
fn either_sides_contract_manager_stops_a_quota_contract() {
    for (organization, side) in [(PROVIDER, Side::Provider), (CONSUMER, Side::Consumer)] {
        for by in [boss(organization), contract_manager(organization)] {
            let story = Story::granted(day(30)).then(&by, stop(), day(2));
            let ending = story.contract.ending.unwrap();
            assert_eq!((ending.by, ending.at), (Some(side), day(2)));
        }
        let story = Story::granted(day(30));
        assert!(story.contract.visible_to(&member(organization)));
        for by in not_contract_managers(organization) {
            assert_eq!(story.refused(&by, stop(), day(2)), Refusal::NotManager);
        }
    }
    for by in outsiders() {
        let story = Story::granted(day(30));
        assert_eq!(story.refused(&by, stop(), day(2)), Refusal::NotAParty);
        assert_eq!(story.contract.visible_to(&by), by == operator());
    }
}
