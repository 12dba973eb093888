//! The cast of sessions: vehicles, and the switches that turn their data on and off.
//!
//! The one rule: a session begins by `create`, and goes on by `decide`.

use sharepact_domain::agreement::{Agreement, Frame, Onward};
use sharepact_domain::asset::{AccessLevel, Asset, Entity};
use sharepact_domain::contract::Contract;
use sharepact_domain::event::{Event, Link};
use sharepact_domain::id::AssetId;
use sharepact_domain::party::{Actor, Principal};
use sharepact_domain::session::{
    Begun, Candidate, CreateRefusal, Lineage, Making, Session, SessionCommand, SessionFact,
    SessionId, SessionRefusal, Source, Upstream, Wanted, create,
};
use sharepact_domain::time::Timestamp;
use uuid::Uuid;

use super::framework::{between, boss, session_manager};
use super::{definition, sealed, start};

pub fn vehicle_id(number: usize) -> AssetId {
    AssetId::parse(&format!("vehicle-{number}")).unwrap()
}

/// A vehicle of that organisation, with the usual three fields.
pub fn vehicle(number: usize, owner: &str, entity: Entity) -> Asset {
    let mut definition = definition(AccessLevel::Private);
    definition.entity = entity;
    let (by, id) = (boss(owner), vehicle_id(number));
    let fact = Asset::register(None, &by, definition).unwrap().unwrap();
    let event = sealed(fact, id.as_str(), Link::FIRST, &Actor::Caller(by), start());
    Asset::after(None, &id, &event).unwrap()
}

/// An asset of the provider's own.
pub fn own(asset: Asset) -> Candidate {
    Candidate {
        id: asset.id.clone(),
        asset: Some(asset),
        source: None,
    }
}

/// So many vehicles of that organisation's own.
pub fn fleet(owner: &str, size: usize) -> Vec<Candidate> {
    (0..size)
        .map(|number| own(vehicle(number, owner, Entity::Asset)))
        .collect()
}

/// Sessions for these, from now until their parents' end.
pub fn wanted(candidates: Vec<Candidate>) -> Wanted {
    Wanted {
        candidates,
        valid_from: None,
        valid_to: None,
    }
}

/// What the provider's session manager makes at that instant.
pub fn made(
    agreement: &Agreement,
    contract: Option<&Contract>,
    wanted: &Wanted,
    at: Timestamp,
) -> Result<Vec<Begun>, CreateRefusal> {
    let principal = session_manager(agreement.provider.organization.as_str());
    let making = Making {
        agreement,
        contract,
        principal: &principal,
    };
    create(making, wanted, at)
}

/// A session, what it hangs from, and the events that made it.
#[derive(Clone, Debug)]
pub struct Switch {
    pub session: Session,
    pub lineage: Lineage,
    pub events: Vec<Event<SessionFact>>,
}

impl Switch {
    /// What a making begins.
    pub fn begins(lineage: Lineage, begun: Begun, number: u128, at: Timestamp) -> Self {
        let contract = lineage.contract.as_ref().map(|contract| contract.id);
        let id = SessionId::new(lineage.agreement.id, contract, Uuid::from_u128(number));
        let provider = lineage.agreement.provider.organization.as_str();
        let actor = Actor::Caller(session_manager(provider));
        let fact = SessionFact::Created(begun);
        let event = sealed(fact, &id.to_string(), Link::FIRST, &actor, at);
        Self {
            session: Session::begin(id, &event).unwrap(),
            lineage,
            events: vec![event],
        }
    }

    /// A session on the provider's first vehicle, made at the start.
    pub fn made(agreement: &Agreement, contract: Option<&Contract>, term: Term) -> Self {
        let provider = agreement.provider.organization.as_str();
        let wanted = Wanted {
            candidates: fleet(provider, 1),
            valid_from: term.0,
            valid_to: term.1,
        };
        let begun = made(agreement, contract, &wanted, start()).unwrap();
        let lineage = Lineage {
            agreement: agreement.clone(),
            contract: contract.cloned(),
            upstream: Vec::new(),
        };
        Self::begins(lineage, begun[0].clone(), 1, start())
    }

    /// The session that shares this one on under `agreement`, made at the start.
    pub fn passed_on(&self, agreement: &Agreement, number: u128) -> Result<Self, CreateRefusal> {
        let candidate = self.candidate();
        let begun = made(agreement, None, &wanted(vec![candidate]), start())?;
        let lineage = Lineage {
            agreement: agreement.clone(),
            contract: None,
            upstream: self.chain(),
        };
        Ok(Self::begins(lineage, begun[0].clone(), number, start()))
    }

    /// The vehicle, as something that the consumer of this session has.
    pub fn candidate(&self) -> Candidate {
        let owner = self
            .lineage
            .upstream
            .last()
            .map_or(&self.session.provider, |from| &from.session.provider);
        let owner = owner.organization.clone().unwrap();
        let asset = vehicle(0, owner.as_str(), self.lineage.agreement.frame.entity);
        Candidate {
            source: Some(Source {
                chain: self.chain(),
                status: self.session.standing(&self.lineage, start()).status,
            }),
            ..own(asset)
        }
    }

    /// This session and what it shares on, the nearest first.
    pub fn chain(&self) -> Vec<Upstream> {
        let nearest = Upstream {
            session: self.session.clone(),
            agreement: self.lineage.agreement.clone(),
            contract: self.lineage.contract.clone(),
        };
        let farther = self.lineage.upstream.iter().cloned();
        std::iter::once(nearest).chain(farther).collect()
    }

    /// Does what the rules let happen, and leaves the switch alone where they refuse.
    pub fn attempt(
        &mut self,
        actor: &Actor,
        command: SessionCommand,
        at: Timestamp,
    ) -> Result<SessionFact, SessionRefusal> {
        let fact = self.session.decide(&self.lineage, actor, command, at)?;
        let (aggregate, link) = (self.session.id.to_string(), self.session.link());
        let event = sealed(fact.clone(), &aggregate, link, actor, at);
        self.session = self.session.clone().apply(&event);
        self.events.push(event);
        Ok(fact)
    }

    /// Goes on with a command that must be let through.
    pub fn then(mut self, by: &Principal, command: SessionCommand, at: Timestamp) -> Self {
        let fact = self.attempt(&Actor::Caller(by.clone()), command, at);
        assert!(fact.is_ok(), "{}: {fact:?}", by.user);
        self
    }
}

/// Since when and until when, where that is said.
pub type Term = (Option<Timestamp>, Option<Timestamp>);
/// Since now, until what it hangs from ends.
pub const OPEN: Term = (None, None);

/// Who shares what was received with whom: each with the next.
pub const RELAY: [&str; 6] = ["datahaus", "citylab", "delta", "echo", "foxtrot", "golf"];

/// Sessions on one vehicle, the owner's first, each sharing on the one before it, up to the first that is refused.
pub fn relay(frames: &[Frame]) -> (Vec<Switch>, Option<CreateRefusal>) {
    let mut switches: Vec<Switch> = Vec::new();
    for (number, (frame, pair)) in (1..).zip(frames.iter().zip(RELAY.windows(2))) {
        let agreement = between(number, pair[0], pair[1], frame.clone());
        let next = switches.last().map_or_else(
            || Ok(Switch::made(&agreement, None, OPEN)),
            |nearest| nearest.passed_on(&agreement, number),
        );
        match next {
            Ok(next) => switches.push(next),
            Err(refusal) => return (switches, Some(refusal)),
        }
    }
    (switches, None)
}

/// The last of so many sessions, each of which shares on the one before it.
pub fn relayed(sessions: usize) -> Switch {
    let frames = vec![super::framework::passing(Onward::Unlimited); sessions];
    let (switches, refusal) = relay(&frames);
    assert_eq!(refusal, None);
    switches.last().unwrap().clone()
}
