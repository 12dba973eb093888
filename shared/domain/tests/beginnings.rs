//! Stories of how contracts begin: requested, acquired, opened by another door.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use cast::*;
use sharepact_domain::asset::{AccessLevel, Asset};
use sharepact_domain::contract::{
    Acquisition, CommandKind, ContractFact, Duration, Opening, Origin, Refusal, Status, acquire,
    open, request,
};
use sharepact_domain::fault::Rule;
use sharepact_domain::money::{Currency, Money, Vat};
use sharepact_domain::party::{Actor, Author, Principal, Role, Side};

const MONTH: Duration = Duration::Days(30);

fn asked(asset: &Asset, by: &Principal, has_wallet: bool) -> Result<Story, Refusal> {
    let decision = request(asset, by, has_wallet, wish(MONTH))?;
    let actor = Actor::Caller(by.clone());
    Ok(Story::begins(decision, &actor, start()))
}

fn acquired(asset: &Asset, by: &Principal) -> Result<Story, Refusal> {
    let decision = acquire(asset, by, Acquisition::default())?;
    let actor = Actor::Caller(by.clone());
    Ok(Story::begins(decision, &actor, start()))
}

fn private(owner: &Principal) -> Asset {
    asset(owner, AccessLevel::Private)
}

#[test]
fn a_request_waits_for_the_provider_and_knows_the_asset_as_it_was() {
    let asset = private(&paula());
    let story = asked(&asset, &carl(), true).unwrap();
    let contract = &story.contract;
    assert_eq!(contract.status(start()), Status::Request);
    assert_eq!(contract.waiting_for(), Some(Side::Provider));
    assert_eq!(contract.origin, Origin::Marketplace);
    assert_eq!(contract.provider, paula().party());
    assert_eq!(contract.consumer, carl().party());
    assert_eq!(
        (
            &contract.asset().unwrap().id,
            contract.asset().unwrap().version
        ),
        (&asset.id, 1)
    );
    assert_eq!(contract.slot(), Some((carl().party().owner(), &asset.id)));
    assert_eq!((contract.version, contract.turn), (1, None));
    assert_eq!((contract.effective_at, contract.expires_at), (None, None));
}

#[test]
fn a_member_asks_in_the_name_of_the_organization() {
    let story = asked(&private(&paula()), &consumer_member(), false).unwrap();
    assert_eq!(
        story.contract.slot().unwrap().0,
        consumer_manager().party().owner(),
        "the organisation holds the slot, whoever asked"
    );
    let offered = story.contract.allowed(&consumer_manager(), start());
    assert_eq!(offered, [CommandKind::Reject]);
}

#[test]
fn nobody_asks_for_or_acquires_an_asset_of_their_own_side() {
    let colleague = caller("petra", None, &[]);
    for (owner, own) in [
        (paula(), paula()),
        // Whoever registered it, also in another organisation's name.
        (paula(), caller("paula", Some("citylab"), &[Role::Manager])),
        (provider_manager(), colleague),
        // The same organisation: its manager, and a colleague.
        (provider_manager(), provider_manager()),
        (provider_manager(), provider_member()),
    ] {
        for level in [
            AccessLevel::Private,
            AccessLevel::Public,
            AccessLevel::Confidential,
        ] {
            let asset = asset(&owner, level);
            assert_eq!(asked(&asset, &own, true).unwrap_err(), Refusal::OwnAsset);
            assert_eq!(acquired(&asset, &own).unwrap_err(), Refusal::OwnAsset);
        }
    }
}

#[test]
fn the_access_level_decides_the_way() {
    let private = private(&paula());
    let public = asset(&paula(), AccessLevel::Public);
    let confidential = asset(&paula(), AccessLevel::Confidential);
    assert!(asked(&private, &carl(), true).is_ok());
    assert_eq!(acquired(&private, &carl()).unwrap_err(), Refusal::NotPublic);
    assert!(acquired(&public, &carl()).is_ok());
    assert_eq!(
        asked(&public, &carl(), true).unwrap_err(),
        Refusal::PublicAsset
    );
    // A confidential asset does not exist for others, not even for who runs the platform.
    for outsider in [carl(), consumer_manager(), operator()] {
        let refusal = asked(&confidential, &outsider, true).unwrap_err();
        assert_eq!(refusal, Refusal::NotAParty);
        let refusal = acquired(&confidential, &outsider).unwrap_err();
        assert_eq!(refusal, Refusal::NotAParty);
    }
    assert!(!confidential.visible_to(&carl()));
    assert!(confidential.visible_to(&operator()));
    assert!(confidential.visible_to(&paula()));
}

#[test]
fn users_of_their_own_and_managers_need_a_wallet_and_plain_members_do_not() {
    let asset = private(&paula());
    for (by, owner) in [(carl(), "carl"), (consumer_manager(), "citylab")] {
        let refusal = asked(&asset, &by, false).unwrap_err();
        let owner = owner.to_owned();
        assert_eq!(refusal, Refusal::WalletRequired { owner });
        assert!(asked(&asset, &by, true).is_ok());
    }
    assert!(asked(&asset, &consumer_member(), false).is_ok());
    // Nothing is paid for an acquisition.
    let public = self::asset(&paula(), AccessLevel::Public);
    assert!(acquired(&public, &carl()).is_ok());
}

#[test]
fn a_request_names_fields_that_the_asset_has() {
    let mut bad = wish(MONTH);
    bad.fields = vec!["fare".to_owned(), "speed".to_owned(), "fare".to_owned()];
    let refusal = request(&private(&paula()), &carl(), true, bad).unwrap_err();
    assert_eq!(
        violated(refusal),
        [
            ("/fields/1".to_owned(), Rule::UnknownField),
            ("/fields/2".to_owned(), Rule::DuplicateField),
        ]
    );
    let mut empty = wish(MONTH);
    empty.fields.clear();
    let refusal = request(&private(&paula()), &carl(), true, empty).unwrap_err();
    let expected = [("/fields".to_owned(), Rule::EmptySelection)];
    assert_eq!(violated(refusal), expected);
}

#[test]
fn a_later_change_of_the_asset_does_not_reach_the_contract() {
    let before = private(&paula());
    let story = asked(&before, &carl(), true).unwrap();
    let mut renamed = definition(AccessLevel::Private);
    renamed.name = line("Trips of 2026");
    let after = registered(Some(&before), &paula(), renamed, day(1));
    assert_eq!(after.unwrap().unwrap().version, 2);
    assert_eq!(story.contract.asset().unwrap().name, line("Taxi trips"));
    assert_eq!(story.contract.asset().unwrap().version, 1);
}

#[test]
fn an_acquisition_is_active_at_once_for_nothing_on_the_licence_and_without_end() {
    let public = asset(&paula(), AccessLevel::Public);
    let licence = public.definition.licence.clone().unwrap();
    let by = consumer_member();
    let decision = acquire(&public, &by, Acquisition::default()).unwrap();
    assert_eq!(decision.terms.as_ref(), Some(&licence));

    let contract = acquired(&public, &by).unwrap().contract;
    assert_eq!(contract.status(start()), Status::Active);
    assert_eq!(contract.effective_at, Some(start()));
    assert_eq!(contract.expires_at, None);
    assert_eq!(contract.scope().unwrap().duration, Duration::Forever);
    assert_eq!(
        contract.scope().unwrap().selection.fields,
        ["picked_up", "fare", "zone"]
    );
    assert_eq!(contract.status(day(36_500)), Status::Active);
    let offer = contract.offer.unwrap();
    assert_eq!((offer.price.minor(), offer.vat), (0, Vat::ZERO));
    assert_eq!(offer.terms_hash, licence.digest());
    assert_eq!((offer.revision, offer.by), (1, Side::Provider));
    let acceptance = contract.acceptance.unwrap();
    assert_eq!((acceptance.revision, acceptance.by), (1, Side::Consumer));
    assert_eq!(acceptance.author, Author::from(&Actor::Caller(by)));
}

#[test]
fn an_acquisition_keeps_the_currency_that_the_owner_thinks_in() {
    let yen = Currency::parse("JPY").unwrap();
    let mut hinted = definition(AccessLevel::Public);
    hinted.price_hint = Some(Money::parse("500", yen).unwrap());
    let asset = registered(None, &paula(), hinted, start())
        .unwrap()
        .unwrap();
    let contract = acquired(&asset, &carl()).unwrap().contract;
    assert_eq!(contract.offer.unwrap().price, Money::zero(yen));
}

#[test]
fn an_acquired_asset_can_be_stopped_like_any_other() {
    let public = asset(&paula(), AccessLevel::Public);
    let story = acquired(&public, &carl()).unwrap();
    assert_eq!(
        story.contract.allowed(&paula(), day(1)),
        [CommandKind::Stop]
    );
    let story = story.then(&paula(), stop(), day(1));
    assert_eq!(story.contract.status(day(1)), Status::Stopped);
}

#[test]
fn a_negotiation_opens_a_contract_that_is_in_force() {
    for actor in [Actor::System, Actor::Caller(provider_manager())] {
        let asset = private(&provider_manager());
        let wanted = opening(dataspace(), &carl(), Some(day(30)));
        let decision = open(&asset, &actor, wanted, day(1)).unwrap();
        assert_eq!(decision.terms, Some(terms("Fares, for statistics.")));
        let contract = Story::begins(decision, &actor, day(1)).contract;
        assert_eq!(contract.status(day(1)), Status::Active);
        assert_eq!(contract.origin, dataspace());
        assert_eq!(contract.effective_at, Some(day(1)));
        assert_eq!(contract.status(shifted(day(30), -1)), Status::Active);
        assert_eq!(contract.status(day(30)), Status::Expired);
        assert_eq!(contract.agreement(), None);
        let offer = contract.offer.unwrap();
        assert_eq!(offer.price, money("80", "EUR"));
        assert_eq!(offer.terms_hash, terms("Fares, for statistics.").digest());
    }
}

#[test]
fn only_the_providers_manager_or_sharepact_opens() {
    let asset = private(&provider_manager());
    for (by, expected) in [
        (provider_member(), Refusal::NotManager),
        (carl(), Refusal::NotAParty),
        (stranger(), Refusal::NotAParty),
        (operator(), Refusal::NotAParty),
    ] {
        let wanted = opening(dataspace(), &carl(), None);
        let refusal = open(&asset, &Actor::Caller(by), wanted, start()).unwrap_err();
        assert_eq!(refusal, expected);
    }
}

#[test]
fn an_opening_is_from_another_door_with_another_side_and_an_end_to_come() {
    let asset = private(&provider_manager());
    let try_open = |wanted: Opening| open(&asset, &Actor::System, wanted, start()).unwrap_err();
    let pointer = |refusal| violated(refusal)[0].0.clone();

    // The marketplace's contracts are requested or acquired, a framework agreement's are granted.
    for origin in [Origin::Marketplace, framework()] {
        let wanted = opening(origin, &carl(), None);
        assert_eq!(pointer(try_open(wanted)), "/origin");
    }
    for end in [start(), shifted(start(), -1)] {
        let over = opening(dataspace(), &carl(), Some(end));
        assert_eq!(pointer(try_open(over)), "/expiresAt");
    }
    // Neither the same organisation, nor the user who registered the asset in its name.
    for own in [provider_member(), caller("petra", None, &[])] {
        let wanted = opening(dataspace(), &own, None);
        assert_eq!(try_open(wanted), Refusal::OwnAsset, "{own:?}");
    }
    let soon = opening(dataspace(), &carl(), Some(shifted(start(), 1)));
    assert!(matches!(
        open(&asset, &Actor::System, soon, start()).unwrap().fact,
        ContractFact::Opened { .. }
    ));
}
