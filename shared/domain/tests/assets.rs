//! What can be registered as an asset, by whom, and what a wallet remembers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cast;

use cast::*;
use sharepact_domain::asset::{
    AccessLevel, Asset, AssetFact, Definition, FieldType, RegisterRefusal,
};
use sharepact_domain::event::{Event, Link, verify};
use sharepact_domain::fault::Rule;
use sharepact_domain::id::AssetId;
use sharepact_domain::party::{Actor, Principal, Role};
use sharepact_domain::text::{Line, Note};
use sharepact_domain::wallet::{Address, Wallet, WalletFact, needs_wallet, owner_for};

fn private() -> Definition {
    definition(AccessLevel::Private)
}

fn check(definition: Definition) -> Result<Definition, Vec<(String, Rule)>> {
    definition.check().map_err(|violations| {
        violations
            .into_iter()
            .map(|violation| (violation.pointer, violation.fault.rule))
            .collect()
    })
}

/// The places and rules that a definition breaks after a change.
fn faults(change: impl FnOnce(&mut Definition)) -> Vec<(String, Rule)> {
    let mut changed = private();
    change(&mut changed);
    check(changed).err().unwrap_or_default()
}

fn at(pointer: &str, rule: Rule) -> Vec<(String, Rule)> {
    vec![(pointer.to_owned(), rule)]
}

fn category(values: impl IntoIterator<Item = String>) -> FieldType {
    FieldType::Category {
        values: values.into_iter().collect(),
    }
}

#[test]
fn a_definition_that_holds_is_taken_as_it_is() {
    for level in [
        AccessLevel::Public,
        AccessLevel::Private,
        AccessLevel::Confidential,
    ] {
        assert_eq!(check(definition(level)), Ok(definition(level)));
    }
}

#[test]
fn a_public_asset_needs_a_licence_and_others_may_have_none() {
    let mut public = definition(AccessLevel::Public);
    public.licence = None;
    assert_eq!(check(public), Err(at("/licence", Rule::InvalidAsset)));
    assert_eq!(faults(|d| d.licence = None), []);
}

#[test]
fn a_licence_has_20000_characters_at_most() {
    let licence = |length: usize| terms(&"é".repeat(length));
    assert_eq!(faults(|d| d.licence = Some(licence(20_000))), []);
    let long = faults(|d| d.licence = Some(licence(20_001)));
    assert_eq!(long, at("/licence", Rule::TermsTooLong));
}

#[test]
fn an_asset_has_1_to_500_fields() {
    let many = |count: usize| {
        (0..count)
            .map(|number| field(&format!("f{number}"), FieldType::Integer))
            .collect()
    };
    assert_eq!(faults(|d| d.fields = many(500)), []);
    for count in [0, 501] {
        let found = faults(|d| d.fields = many(count));
        assert_eq!(found, at("/fields", Rule::InvalidAsset));
    }
}

#[test]
fn a_fields_name_is_one_trimmed_line_of_its_own() {
    for good in ["é".repeat(128), "pick up".to_owned()] {
        assert_eq!(faults(|d| d.fields[1].name = good), []);
    }
    for bad in [
        "",
        " ",
        " fare",
        "fare ",
        "a\nb",
        "a\tb",
        "a\u{2028}b",
        "a\u{0}b",
        &"x".repeat(129),
    ] {
        let found = faults(|d| d.fields[1].name = bad.to_owned());
        assert_eq!(found, at("/fields/1/name", Rule::InvalidAsset), "{bad:?}");
    }
    let twice = faults(|d| d.fields[2].name = "picked_up".to_owned());
    assert_eq!(twice, at("/fields/2/name", Rule::DuplicateField));
}

#[test]
fn names_and_references_are_one_line() {
    for bad in ["a\nb", "a\tb", "a\u{2029}b"] {
        assert!(Line::parse(bad).is_err(), "{bad:?}");
        assert!(Note::parse(bad).is_ok(), "{bad:?}");
    }
}

#[test]
fn a_category_has_1_to_500_distinct_values() {
    let with = |kind: FieldType| faults(|d| d.fields[0].kind = kind);
    let numbered = |count: usize| category((0..count).map(|number| number.to_string()));
    assert_eq!(with(numbered(1)), []);
    assert_eq!(with(numbered(500)), []);
    let words = |words: &[&str]| category(words.iter().map(|word| (*word).to_owned()));
    for bad in [
        numbered(0),
        numbered(501),
        words(&["Card", "Cash", "Card"]),
        words(&[""]),
        words(&["Card", " "]),
        // A filter names a value as it stands: what nobody sees is no part of it.
        words(&["Card", " Card"]),
        words(&["Cash "]),
        words(&["Ca\nsh"]),
        words(&["Ca\u{7}sh"]),
        category(["x".repeat(201)]),
        category([format!("{}x", " ".repeat(1_000))]),
    ] {
        let found = with(bad.clone());
        assert_eq!(found, at("/fields/0/values", Rule::InvalidAsset), "{bad:?}");
    }
}

#[test]
fn every_fault_of_a_definition_is_named_at_once() {
    let mut bad = definition(AccessLevel::Public);
    bad.licence = None;
    bad.fields[0].name.clear();
    bad.fields[1].kind = category([]);
    bad.fields[2].name = "fare".to_owned();
    let expected = [
        ("/licence", Rule::InvalidAsset),
        ("/fields/0/name", Rule::InvalidAsset),
        ("/fields/1/values", Rule::InvalidAsset),
        ("/fields/2/name", Rule::DuplicateField),
    ];
    let expected = expected.map(|(pointer, rule)| (pointer.to_owned(), rule));
    assert_eq!(check(bad), Err(expected.to_vec()));
}

#[test]
fn a_definition_fits_an_item_of_the_table() {
    let sized = |length: usize| {
        faults(|d| {
            let values = |field: usize| category((0..length).map(|n| format!("{field}{n:0>180}")));
            d.fields = (0..5).map(|n| field(&format!("f{n}"), values(n))).collect();
        })
    };
    assert_eq!(sized(150), []);
    assert_eq!(sized(170), at("", Rule::InvalidAsset));
}

#[test]
fn an_id_is_no_word_that_a_route_needs() {
    for reserved in ["pending", "acquired", "", "a/b", "a#b", &"a".repeat(129)] {
        let fault = Asset::new_id(reserved).unwrap_err();
        assert_eq!(fault.rule, Rule::InvalidId, "{reserved}");
    }
    for free in ["trips", "pending-2", "Pending", &"a".repeat(128)] {
        assert_eq!(Asset::new_id(free).unwrap().as_str(), free);
    }
}

#[test]
fn whoever_registers_an_id_first_owns_it() {
    let actor = Actor::Caller(provider_manager());
    let fact = Asset::register(None, &provider_manager(), private());
    let fact = fact.unwrap().unwrap();
    let event = sealed(fact, "trips", Link::FIRST, &actor, start());
    let id = AssetId::parse("trips").unwrap();
    let asset = Asset::after(None, &id, &event).unwrap();
    assert_eq!(asset.owner, provider_manager().party());
    assert_eq!((asset.version, asset.head), (1, event.hash));
    assert_eq!((asset.created_at, asset.updated_at), (start(), start()));

    for other in [
        carl(),
        consumer_manager(),
        consumer_member(),
        operator(),
        // Whoever registered it for an organisation and has left it.
        caller("petra", None, &[]),
        caller("petra", Some("other"), &[Role::Manager]),
    ] {
        let found = Asset::register(Some(&asset), &other, private());
        assert_eq!(found, Err(RegisterRefusal::Taken), "{other:?}");
    }
}

#[test]
fn what_is_the_organizations_is_registered_and_changed_by_its_manager() {
    let member = provider_member();
    let found = Asset::register(None, &member, private());
    assert_eq!(found, Err(RegisterRefusal::NotManager));
    let asset = asset(&provider_manager(), AccessLevel::Private);
    let found = Asset::register(Some(&asset), &member, private());
    assert_eq!(found, Err(RegisterRefusal::NotManager));
    let another = caller("piet", Some("datahaus"), &[Role::Manager]);
    let mut renamed = private();
    renamed.name = line("Trips of 2026");
    let changed = registered(Some(&asset), &another, renamed, day(1));
    let changed = changed.unwrap().unwrap();
    assert_eq!(changed.owner, provider_manager().party());
}

#[test]
fn what_is_a_users_stays_the_users() {
    let asset = asset(&paula(), AccessLevel::Private);
    let joined = caller("paula", Some("citylab"), &[]);
    let mut renamed = private();
    renamed.name = line("Trips of 2026");
    let changed = registered(Some(&asset), &joined, renamed, day(1));
    assert_eq!(changed.unwrap().unwrap().owner, paula().party());
    let colleague = consumer_manager();
    let found = Asset::register(Some(&asset), &colleague, private());
    assert_eq!(found, Err(RegisterRefusal::Taken));
}

#[test]
fn an_unchanged_definition_is_no_event() {
    let asset = asset(&paula(), AccessLevel::Private);
    let again = Asset::register(Some(&asset), &paula(), private());
    assert_eq!(again, Ok(None));
}

#[test]
fn a_change_is_an_event_that_follows_the_one_before() {
    let (id, actor) = (AssetId::parse("trips").unwrap(), Actor::Caller(paula()));
    let fact = Asset::register(None, &paula(), private()).unwrap();
    let first = sealed(fact.unwrap(), "trips", Link::FIRST, &actor, start());
    let asset = Asset::after(None, &id, &first).unwrap();
    let mut opened = private();
    opened.access_level = AccessLevel::Public;
    let fact = Asset::register(Some(&asset), &paula(), opened.clone()).unwrap();
    let second = sealed(fact.unwrap(), "trips", asset.link(), &actor, day(2));
    assert_eq!(verify(&[first, second.clone()]), Ok(()));
    // A change of nothing is nothing.
    assert_eq!(Asset::after(None, &id, &second), None);

    let changed = Asset::after(Some(asset), &id, &second).unwrap();
    assert_eq!((changed.version, changed.definition.clone()), (2, opened));
    assert_eq!((changed.created_at, changed.updated_at), (start(), day(2)));

    let json = serde_json::to_string(&changed).unwrap();
    assert_eq!(serde_json::from_str::<Asset>(&json).unwrap(), changed);
    let json = second.canonical().unwrap();
    let read: Event<AssetFact> = serde_json::from_str(&json).unwrap();
    assert_eq!(read, second);
}

const ADDRESSES: [&str; 3] = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
];

fn wallet_of(by: &Principal, registrations: u32) -> (Wallet, Vec<Event<WalletFact>>) {
    let owner = by.party().owner();
    let actor = Actor::Caller(by.clone());
    let (mut wallet, mut events): (Option<Wallet>, Vec<_>) = (None, Vec::new());
    for (number, address) in (0..registrations).zip(ADDRESSES.into_iter().cycle()) {
        let fact = WalletFact::Registered {
            owner: owner.clone(),
            address: Address::parse(address).unwrap(),
            proof: None,
        };
        let link = wallet.as_ref().map_or(Link::FIRST, Wallet::link);
        let event = sealed(fact, &owner.to_string(), link, &actor, day(number));
        wallet = Some(Wallet::after(wallet, &event));
        events.push(event);
    }
    (wallet.unwrap(), events)
}

#[test]
fn a_wallet_remembers_its_addresses_newest_first() {
    let (wallet, events) = wallet_of(&carl(), 3);
    assert_eq!(verify(&events), Ok(()));
    assert_eq!((wallet.version, wallet.head), (3, events[2].hash));
    assert_eq!(wallet.owner, carl().party().owner());
    assert_eq!(wallet.current.address.as_str(), ADDRESSES[2]);
    assert_eq!(wallet.current.since, day(2));
    let former: Vec<_> = wallet
        .former
        .iter()
        .map(|before| (before.address.as_str(), before.since))
        .collect();
    assert_eq!(former, [(ADDRESSES[1], day(1)), (ADDRESSES[0], day(0))]);
    let json = serde_json::to_string(&wallet).unwrap();
    assert_eq!(serde_json::from_str::<Wallet>(&json).unwrap(), wallet);
}

#[test]
fn a_wallet_forgets_the_oldest_of_more_than_50_former_addresses() {
    assert_eq!(wallet_of(&carl(), 51).0.former.len(), 50);
    let (wallet, _) = wallet_of(&carl(), 60);
    assert_eq!(wallet.former.len(), 50);
    assert_eq!(wallet.former[0].since, day(58));
    assert_eq!(wallet.former[49].since, day(9));
    assert_eq!(wallet.version, 60);
}

#[test]
fn a_wallet_is_the_callers_own_or_the_organizations() {
    assert_eq!(owner_for(&carl(), "carl"), Some(carl().party().owner()));
    let organization = consumer_manager().party().owner();
    assert_eq!(owner_for(&consumer_member(), "citylab"), Some(organization));
    for (by, id) in [
        (carl(), "paula"),
        (consumer_manager(), "mia"),
        (carl(), "citylab"),
        (operator(), "carl"),
    ] {
        assert_eq!(owner_for(&by, id), None);
    }
    assert!(needs_wallet(&carl()) && needs_wallet(&consumer_manager()));
    assert!(!needs_wallet(&consumer_member()));
}
