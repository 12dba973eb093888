//! The cast of the domain's tests: who acts, what they act on, and how a story is told.
//!
//! The one rule: what the cast builds it builds through the domain's own doors, never around them.

#![allow(dead_code, reason = "each test file plays with a part of the cast")]

pub mod evidence;
pub mod framework;
pub mod sessions;

use chrono::TimeDelta;
use sharepact_domain::asset::{
    AccessLevel, Asset, AssetFact, Definition, Entity, Field, FieldType, RegisterRefusal,
};
use sharepact_domain::contract::{
    Command, CommandKind, Contract, ContractFact, Decision, Duration, Opening, Origin, Refusal,
    Request, Scope, open, request,
};
use sharepact_domain::event::{Event, Fact, Link};
use sharepact_domain::fault::Rule;
use sharepact_domain::id::{AgreementId, AssetId, ContractId, EventId, OrganizationId, UserId};
use sharepact_domain::money::{Currency, Money, Vat};
use sharepact_domain::party::{Actor, Author, Principal, Role, Side};
use sharepact_domain::selection::Selection;
use sharepact_domain::terms::Terms;
use sharepact_domain::text::{Line, Note};
use sharepact_domain::time::Timestamp;
use uuid::Uuid;

/// A caller with a token that says so.
pub fn caller(user: &str, organization: Option<&str>, roles: &[Role]) -> Principal {
    Principal {
        user: UserId::parse(user).unwrap(),
        organization: organization.map(|id| OrganizationId::parse(id).unwrap()),
        roles: roles.iter().copied().collect(),
    }
}

/// Provides data in her own name.
pub fn paula() -> Principal {
    caller("paula", None, &[])
}

/// Manages the organisation that provides.
pub fn provider_manager() -> Principal {
    caller("petra", Some("datahaus"), &[Role::Manager])
}

/// Works for the organisation that provides.
pub fn provider_member() -> Principal {
    caller("pavel", Some("datahaus"), &[])
}

/// Uses data in his own name.
pub fn carl() -> Principal {
    caller("carl", None, &[])
}

/// Manages the organisation that uses.
pub fn consumer_manager() -> Principal {
    caller("mia", Some("citylab"), &[Role::Manager])
}

/// Works for the organisation that uses, and asks in its name.
pub fn consumer_member() -> Principal {
    caller("tom", Some("citylab"), &[])
}

/// Has nothing to do with any of it.
pub fn stranger() -> Principal {
    caller("sam", None, &[])
}

/// Runs the platform, and sits on neither side.
pub fn operator() -> Principal {
    caller("olga", Some("sharepact"), &[Role::Operator])
}

/// The instant that a text names.
pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// When every story starts.
pub fn start() -> Timestamp {
    instant("2026-03-01T09:00:00Z")
}

/// So many days after the start.
pub fn day(days: u32) -> Timestamp {
    start().plus_days(days).unwrap()
}

/// So many milliseconds after (or before) an instant.
pub fn shifted(at: Timestamp, milliseconds: i64) -> Timestamp {
    at.plus(TimeDelta::milliseconds(milliseconds)).unwrap()
}

pub fn money(amount: &str, code: &str) -> Money {
    Money::parse(amount, Currency::parse(code).unwrap()).unwrap()
}

pub fn terms(text: &str) -> Terms {
    Terms::parse(text).unwrap()
}

pub fn note(text: &str) -> Note {
    Note::parse(text).unwrap()
}

pub fn line(text: &str) -> Line {
    Line::parse(text).unwrap()
}

pub fn field(name: &str, kind: FieldType) -> Field {
    Field {
        name: name.to_owned(),
        kind,
        description: None,
    }
}

/// A definition that holds: three fields, and a licence.
pub fn definition(access_level: AccessLevel) -> Definition {
    Definition {
        name: line("Taxi trips"),
        description: None,
        access_level,
        entity: Entity::Asset,
        licence: Some(terms("# Licence\n\nUse it, and name the source.")),
        fields: vec![
            field("picked_up", FieldType::Date),
            field("fare", FieldType::Decimal),
            field("zone", FieldType::Text),
        ],
        price_hint: None,
    }
}

/// Seals a fact at its place.
pub fn sealed<F: Fact>(
    fact: F,
    aggregate: &str,
    link: Link,
    actor: &Actor,
    at: Timestamp,
) -> Event<F> {
    let id = EventId::new(Uuid::from_u128(u128::from(link.sequence)));
    Event::seal(fact, id, aggregate, link, Author::from(actor), at).unwrap()
}

/// What `principal` makes of the asset `trips`: new, changed, or (`None`) as it was.
pub fn registered(
    existing: Option<&Asset>,
    principal: &Principal,
    definition: Definition,
    at: Timestamp,
) -> Result<Option<Asset>, RegisterRefusal> {
    let fact = Asset::register(existing, principal, definition)?;
    Ok(fact.map(|fact: AssetFact| {
        let link = existing.map_or(Link::FIRST, Asset::link);
        let actor = Actor::Caller(principal.clone());
        let event = sealed(fact, "trips", link, &actor, at);
        Asset::after(existing.cloned(), &AssetId::parse("trips").unwrap(), &event).unwrap()
    }))
}

/// The asset `trips` of that owner.
pub fn asset(owner: &Principal, access_level: AccessLevel) -> Asset {
    registered(None, owner, definition(access_level), start())
        .unwrap()
        .unwrap()
}

/// A request for two fields of `trips`.
pub fn wish(duration: Duration) -> Request {
    Request {
        duration,
        offline_retention: false,
        fields: vec!["picked_up".to_owned(), "fare".to_owned()],
        filters: Vec::new(),
        comment: Some(note("For a study of traffic")),
    }
}

/// What a negotiation concluded with that consumer.
pub fn opening(origin: Origin, consumer: &Principal, expires_at: Option<Timestamp>) -> Opening {
    Opening {
        origin,
        consumer: consumer.party(),
        scope: Scope {
            duration: Duration::Forever,
            offline_retention: true,
            selection: Selection {
                fields: vec!["fare".to_owned()],
                filters: Vec::new(),
            },
            comment: None,
        },
        price: money("80", "EUR"),
        vat: Vat::parse("24").unwrap(),
        terms: terms("Fares, for statistics."),
        expires_at,
    }
}

pub fn framework() -> Origin {
    Origin::Framework {
        agreement: AgreementId::new(Uuid::from_u128(100)),
    }
}

pub fn dataspace() -> Origin {
    Origin::Dataspace {
        negotiation: "negotiation-1".to_owned(),
    }
}

pub fn draft(price: &str, code: &str) -> Command {
    Command::Draft {
        price: money(price, code),
        vat: Vat::parse("24").unwrap(),
        terms: terms("# Use\n\nResearch only."),
    }
}

pub fn counter(price: &str) -> Command {
    Command::Negotiate {
        price: Some(price.to_owned()),
        terms: None,
        comment: None,
    }
}

pub fn reject() -> Command {
    Command::Reject {
        reason: note("Another source was found"),
    }
}

pub fn activate() -> Command {
    Command::Activate {
        payment_reference: line("INV-2026-17"),
    }
}

pub fn stop() -> Command {
    Command::Stop {
        reason: note("The terms were broken"),
        detail: Some(note("A copy was sold")),
    }
}

/// The command of that kind, with data that fits.
pub fn fitting(kind: CommandKind, until: Timestamp) -> Command {
    match kind {
        CommandKind::Decline => Command::Decline {
            reason: Some(note("Not for sale")),
        },
        CommandKind::Draft => draft("100", "EUR"),
        CommandKind::Negotiate => counter("42.42"),
        CommandKind::Accept => Command::Accept,
        CommandKind::Reject => reject(),
        CommandKind::Activate => activate(),
        CommandKind::Extend => Command::Extend { until },
        CommandKind::Stop => stop(),
        CommandKind::Follow => Command::Follow {
            by: Side::Consumer,
            reason: note("The project is over"),
            detail: None,
        },
        CommandKind::Warn => Command::Warn { days: u16::MAX },
        CommandKind::Expire => Command::Expire,
    }
}

/// A contract and the events that made it.
#[derive(Clone, Debug)]
pub struct Story {
    pub contract: Contract,
    pub events: Vec<Event<ContractFact>>,
}

impl Story {
    pub fn id() -> ContractId {
        ContractId::new(Uuid::from_u128(1))
    }

    /// What a decision begins.
    pub fn begins(decision: Decision, actor: &Actor, at: Timestamp) -> Self {
        let event = sealed(
            decision.fact,
            &Self::id().to_string(),
            Link::FIRST,
            actor,
            at,
        );
        Self {
            contract: Contract::begin(Self::id(), &event).unwrap(),
            events: vec![event],
        }
    }

    /// `consumer` asked for `provider`'s asset at the start.
    pub fn requested(provider: &Principal, consumer: &Principal, duration: Duration) -> Self {
        let asset = asset(provider, AccessLevel::Private);
        let decision = request(&asset, consumer, true, wish(duration)).unwrap();
        Self::begins(decision, &Actor::Caller(consumer.clone()), start())
    }

    /// A negotiation opened a contract between Paula and Carl at the start.
    pub fn opened(expires_at: Option<Timestamp>) -> Self {
        let asset = asset(&paula(), AccessLevel::Private);
        let opening = opening(dataspace(), &carl(), expires_at);
        let decision = open(&asset, &Actor::System, opening, start()).unwrap();
        Self::begins(decision, &Actor::System, start())
    }

    /// Paula drafted 100 EUR for Carl's request.
    pub fn drafted(duration: Duration) -> Self {
        Self::requested(&paula(), &carl(), duration).then(&paula(), draft("100", "EUR"), start())
    }

    /// Carl accepted Paula's draft.
    pub fn signed(duration: Duration) -> Self {
        Self::drafted(duration).then(&carl(), Command::Accept, start())
    }

    /// Paula was paid at the start.
    pub fn active(duration: Duration) -> Self {
        Self::signed(duration).then(&paula(), activate(), start())
    }

    /// Does what the rules let happen, and leaves the story alone where they refuse.
    pub fn attempt(
        &mut self,
        actor: &Actor,
        command: Command,
        at: Timestamp,
    ) -> Result<ContractFact, Refusal> {
        let decision = self.contract.decide(actor, command, at)?;
        let link = self.contract.link();
        let event = sealed(
            decision.fact.clone(),
            &Self::id().to_string(),
            link,
            actor,
            at,
        );
        self.contract = self.contract.clone().apply(&event);
        self.events.push(event);
        Ok(decision.fact)
    }

    /// Goes on with a command that must be let through.
    pub fn then(mut self, by: &Principal, command: Command, at: Timestamp) -> Self {
        let fact = self.attempt(&Actor::Caller(by.clone()), command, at);
        assert!(fact.is_ok(), "{}: {fact:?}", by.user);
        self
    }

    /// The refusal of a command that must not be let through.
    pub fn refused(&self, by: &Principal, command: Command, at: Timestamp) -> Refusal {
        let actor = Actor::Caller(by.clone());
        self.contract.decide(&actor, command, at).unwrap_err()
    }
}

/// The places and rules of a refusal for its values.
pub fn violated(refusal: Refusal) -> Vec<(String, Rule)> {
    match refusal {
        Refusal::Invalid(violations) => violations
            .into_iter()
            .map(|violation| (violation.pointer, violation.fault.rule))
            .collect(),
        other => panic!("refused for another reason: {other:?}"),
    }
}
