//! What the store's tests write: aggregates made by the domain itself, step by step.

use std::sync::atomic::{AtomicU64, Ordering};

use sharepact_domain::asset::{
    AccessLevel, Asset, AssetFact, Definition, Entity, Field, FieldType,
};
use sharepact_domain::contract::{
    Command, Contract, ContractFact, Decision, Duration, Opening, Origin, Request, Revision, Scope,
    open, request,
};
use sharepact_domain::event::{Digest, Event, Fact, Link};
use sharepact_domain::id::{AssetId, ContractId, EventId, OrganizationId, UserId};
use sharepact_domain::money::{Currency, Money, Vat};
use sharepact_domain::party::{Actor, Author, Owner, Principal, Role};
use sharepact_domain::selection::{Condition, Filter, Selection};
use sharepact_domain::terms::Terms;
use sharepact_domain::text::{Line, Note, Text};
use sharepact_domain::time::Timestamp;
use sharepact_domain::wallet::{Address, Challenge, Nonce, Proof, Wallet, WalletFact};
use sharepact_store::{Change, Claim, Outcome, Remembered, Store, StoreError, Ticket};
use uuid::Uuid;

pub fn principal(user: &str, organization: Option<&str>) -> Principal {
    Principal {
        user: UserId::parse(user).unwrap(),
        organization: organization.map(|id| OrganizationId::parse(id).unwrap()),
        roles: [Role::Manager].into(),
    }
}

/// Offers data, outside any organisation.
pub fn provider() -> Principal {
    principal("paula", None)
}

/// Wants data, outside any organisation.
pub fn consumer() -> Principal {
    principal("carl", None)
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn start() -> Timestamp {
    instant("2026-03-16T09:00:00Z")
}

pub fn id(number: u128) -> ContractId {
    ContractId::new(Uuid::from_u128(number))
}

pub fn terms(text: &str) -> Terms {
    Terms::parse(text).unwrap()
}

/// Terms of this many characters of four bytes each.
pub fn long_terms(characters: usize) -> Terms {
    let text = (0..characters)
        .map(|n| char::from_u32(0x1_0400 + u32::try_from(n % 0x50).unwrap()).unwrap());
    Terms::parse(&text.collect::<String>()).unwrap()
}

/// A note as long as a note can be, of four bytes a character.
pub fn long_note() -> Note {
    Note::parse(&"\u{1F4DC}".repeat(2_000)).unwrap()
}

pub fn money(amount: &str) -> Money {
    Money::parse(amount, Currency::parse("EUR").unwrap()).unwrap()
}

fn sealed<F: Fact>(fact: F, aggregate: &str, link: Link, by: &Actor, at: Timestamp) -> Event<F> {
    let id = EventId::new(Uuid::from_u128(u128::from(link.sequence)));
    Event::seal(fact, id, aggregate, link, Author::from(by), at).unwrap()
}

/// An asset and the event that made it what it is.
pub struct AssetStep {
    pub after: Asset,
    pub event: Event<AssetFact>,
}

impl AssetStep {
    pub fn change(&self) -> Change<'_> {
        Change::Asset {
            after: &self.after,
            event: &self.event,
        }
    }
}

pub fn definition(access_level: AccessLevel, fields: usize, description: usize) -> Definition {
    let field = |number| Field {
        name: format!("field_{number}"),
        kind: match number % 3 {
            0 => FieldType::Text,
            1 => FieldType::Date,
            _ => FieldType::Category {
                values: vec!["a".to_owned(), "b".to_owned()],
            },
        },
        description: (description > 0).then(|| Text::parse(&"x".repeat(description)).unwrap()),
    };
    Definition {
        name: Line::parse("Taxi trips").unwrap(),
        description: Some(Note::parse("One row per trip").unwrap()),
        access_level,
        entity: Entity::Asset,
        licence: Some(terms("# Licence\n\nUse it.")),
        fields: (0..fields).map(field).collect(),
        price_hint: Some(money("12.50")),
    }
    .check()
    .unwrap()
}

pub fn asset(
    existing: Option<&Asset>,
    name: &str,
    by: &Principal,
    definition: Definition,
) -> AssetStep {
    let id = AssetId::parse(name).unwrap();
    let fact = Asset::register(existing, by, definition).unwrap().unwrap();
    let link = existing.map_or(Link::FIRST, Asset::link);
    let event = sealed(fact, name, link, &Actor::Caller(by.clone()), start());
    AssetStep {
        after: Asset::after(existing.cloned(), &id, &event).unwrap(),
        event,
    }
}

/// A private asset of three fields.
pub fn plain_asset(name: &str) -> Asset {
    asset(
        None,
        name,
        &provider(),
        definition(AccessLevel::Private, 3, 0),
    )
    .after
}

pub struct WalletStep {
    pub after: Wallet,
    pub event: Event<WalletFact>,
    pub challenge: Challenge,
}

impl WalletStep {
    pub fn change(&self) -> Change<'_> {
        Change::Wallet {
            after: &self.after,
            event: &self.event,
            challenge: &self.challenge,
        }
    }
}

/// A registration that answers a challenge of its own.
pub fn wallet(existing: Option<&Wallet>, by: &Principal, address: &str) -> WalletStep {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = u128::from(NEXT.fetch_add(1, Ordering::Relaxed));
    answering(existing, by, address, Nonce::new(number.to_be_bytes()))
}

/// A registration that answers this challenge.
pub fn answering(
    existing: Option<&Wallet>,
    by: &Principal,
    address: &str,
    nonce: Nonce,
) -> WalletStep {
    let owner: Owner = by.party().owner();
    let address = Address::parse(address).unwrap();
    let challenge = Challenge::issue(owner.clone(), address.clone(), nonce, start());
    let fact = WalletFact::Registered {
        owner: owner.clone(),
        address,
        proof: Some(Proof {
            message: challenge.message(),
            signature: format!("0x{}1b", "11".repeat(64)),
        }),
    };
    let link = existing.map_or(Link::FIRST, Wallet::link);
    let event = sealed(fact, owner.id(), link, &Actor::Caller(by.clone()), start());
    WalletStep {
        after: Wallet::after(existing.cloned(), &event),
        event,
        challenge,
    }
}

/// A contract, the event that made it what it is, and what hangs on it.
pub struct Step {
    pub after: Contract,
    pub event: Event<ContractFact>,
    pub terms: Option<Terms>,
    pub revision: Option<Revision>,
    pub claim: Claim,
}

impl Step {
    fn new(
        after: Contract,
        event: Event<ContractFact>,
        terms: Option<Terms>,
        claim: Claim,
    ) -> Self {
        Self {
            revision: Revision::brought_by(&event.fact, &after, terms.as_ref()),
            after,
            event,
            terms,
            claim,
        }
    }

    fn begins(number: u128, decision: Decision, by: &Actor, at: Timestamp) -> Self {
        let id = id(number);
        let event = sealed(decision.fact, &id.to_string(), Link::FIRST, by, at);
        let after = Contract::begin(id, &event).unwrap();
        Self::new(after, event, decision.terms, Claim::Take)
    }

    pub fn change(&self) -> Change<'_> {
        Change::Contract {
            after: &self.after,
            event: &self.event,
            revision: self.revision.as_ref(),
            claim: self.claim,
        }
    }

    /// What a command makes of it.
    pub fn then(&self, by: &Principal, command: Command, at: Timestamp) -> Self {
        let actor = Actor::Caller(by.clone());
        let decision = self.after.decide(&actor, command, at).unwrap();
        let claim = match decision.fact {
            ContractFact::Activated { .. } => Claim::Hold,
            ContractFact::Declined { .. }
            | ContractFact::Rejected { .. }
            | ContractFact::Stopped { .. } => Claim::Release,
            _ => Claim::Untouched,
        };
        let id = self.after.id.to_string();
        let event = sealed(decision.fact, &id, self.after.link(), &actor, at);
        let after = self.after.clone().apply(&event);
        Self::new(after, event, decision.terms.or(self.terms.clone()), claim)
    }
}

/// A request of a plain asset.
pub fn requested(number: u128, asset: &Asset, by: &Principal, duration: Duration) -> Step {
    let wish = Request {
        duration,
        offline_retention: true,
        fields: asset
            .definition
            .fields
            .iter()
            .map(|field| field.name.clone())
            .collect(),
        filters: vec![
            Filter {
                field: "field_0".to_owned(),
                condition: Condition::Values {
                    values: vec!["one".to_owned(), "two".to_owned()],
                },
            },
            Filter {
                field: "field_1".to_owned(),
                condition: Condition::Range {
                    from: Some("2026-01-01".to_owned()),
                    to: None,
                },
            },
        ],
        comment: Some(Note::parse("For a study").unwrap()),
    };
    let decision = request(asset, by, true, wish).unwrap();
    Step::begins(number, decision, &Actor::Caller(by.clone()), start())
}

/// A contract that another door opened, in force until `end`.
pub fn opened(number: u128, asset: &Asset, by: &Principal, end: Option<Timestamp>) -> Step {
    let opening = Opening {
        origin: Origin::Dataspace {
            negotiation: "negotiation-1".to_owned(),
        },
        consumer: by.party(),
        scope: Scope {
            duration: Duration::Forever,
            offline_retention: false,
            selection: Selection {
                fields: vec!["field_0".to_owned()],
                filters: Vec::new(),
            },
            comment: None,
        },
        price: money("80"),
        vat: Vat::parse("24").unwrap(),
        terms: terms("Use it."),
        expires_at: end,
    };
    let decision = open(asset, &Actor::System, opening, start()).unwrap();
    Step::begins(number, decision, &Actor::System, start())
}

pub fn draft(terms: Terms) -> Command {
    Command::Draft {
        price: money("100"),
        vat: Vat::parse("25.5").unwrap(),
        terms,
    }
}

pub fn digest(number: u8) -> Digest {
    Digest::new([number; 32])
}

pub fn ticket(number: u8) -> Ticket {
    Ticket {
        scope: digest(number),
        fingerprint: digest(100 + number),
    }
}

pub fn remembered(number: u8, body: &str) -> Remembered {
    Remembered {
        fingerprint: digest(100 + number),
        status: 201,
        etag: Some("\"1\"".to_owned()),
        location: Some("/contracts/1".to_owned()),
        body: body.as_bytes().to_vec(),
    }
}

/// Commits, and insists that it is written.
pub async fn written(store: &Store, change: Change<'_>) {
    let outcome: Result<Outcome<Contract>, StoreError> = store.commit(change, None, start()).await;
    assert!(matches!(outcome, Ok(Outcome::Written)), "{outcome:?}");
}
