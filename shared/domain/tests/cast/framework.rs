//! The cast of the framework door: organisations, their agreements and quota contracts.
//!
//! The one rule: whatever stands under an agreement is made by the domain's own doors, by somebody who may.

use std::collections::BTreeSet;

use sharepact_domain::agreement::{
    Agreement, AgreementCommand, AgreementFact, AgreementRefusal, Extent, Frame, Keyword, Onward,
    Proposal, Sharing, Signatory, propose,
};
use sharepact_domain::asset::Entity;
use sharepact_domain::contract::{Contract, Decision, Grant, grant};
use sharepact_domain::event::{Event, Link};
use sharepact_domain::id::{AgreementId, ContractId, OrganizationId, UserId};
use sharepact_domain::party::{Actor, Principal, Role, Side};
use sharepact_domain::time::Timestamp;
use uuid::Uuid;

use super::{Story, caller, day, line, note, sealed, start};

/// The organisation that provides.
pub const PROVIDER: &str = "datahaus";
/// The organisation that uses.
pub const CONSUMER: &str = "citylab";

/// Manages an organisation as a whole.
pub fn boss(organization: &str) -> Principal {
    with_role(organization, Role::Manager)
}

/// Concludes agreements and contracts for an organisation.
pub fn contract_manager(organization: &str) -> Principal {
    with_role(organization, Role::ContractManager)
}

/// Turns data on and off for an organisation.
pub fn session_manager(organization: &str) -> Principal {
    with_role(organization, Role::SessionManager)
}

/// Works for an organisation in this role.
pub fn with_role(organization: &str, role: Role) -> Principal {
    let user = format!("{organization}-{role:?}").to_lowercase();
    caller(&user, Some(organization), &[role])
}

/// Works for an organisation in no role.
pub fn member(organization: &str) -> Principal {
    caller(&format!("{organization}-member"), Some(organization), &[])
}

/// Everybody of an organisation who concludes nothing: a plain member, and the other roles.
pub fn not_contract_managers(organization: &str) -> Vec<Principal> {
    let roles = [Role::SessionManager, Role::Administrator, Role::Operator];
    let others = roles.map(|role| with_role(organization, role));
    others.into_iter().chain([member(organization)]).collect()
}

/// Everybody of an organisation who turns no data on.
pub fn not_session_managers(organization: &str) -> Vec<Principal> {
    let roles = [Role::ContractManager, Role::Administrator, Role::Operator];
    let others = roles.map(|role| with_role(organization, role));
    others.into_iter().chain([member(organization)]).collect()
}

/// Callers who are on neither side of anything between the two organisations.
pub fn outsiders() -> Vec<Principal> {
    vec![
        super::stranger(),
        super::operator(),
        boss("other"),
        // The same users, who have left their organisations, or joined another.
        caller("datahaus-manager", None, &[Role::Manager]),
        caller("citylab-manager", None, &[Role::Manager]),
        caller("citylab-manager", Some("other"), &[Role::Manager]),
    ]
}

pub fn signatory(organization: &str) -> Signatory {
    Signatory {
        organization: OrganizationId::parse(organization).unwrap(),
        name: line(&organization.to_uppercase()),
        user: UserId::parse(&format!("{organization}-contractmanager")).unwrap(),
    }
}

pub fn keywords(names: &[&str]) -> BTreeSet<Keyword> {
    names
        .iter()
        .map(|name| Keyword::parse(name).unwrap())
        .collect()
}

pub fn fields(names: &[&str]) -> Extent {
    Extent::Partial(names.iter().map(|name| (*name).to_owned()).collect())
}

/// All fields of assets, for a year; neither overlap nor onward sharing; sessions start by themselves.
pub fn frame() -> Frame {
    Frame {
        entity: Entity::Asset,
        sharing: Sharing {
            extent: Extent::Full,
            overlap: false,
            onward: Onward::None,
            automatic_start: true,
        },
        contract_needed: false,
        value_propositions: keywords(&["fuel", "location"]),
        messages: BTreeSet::new(),
        payer: Side::Provider,
        valid_from: start(),
        valid_to: Some(day(365)),
    }
}

/// A frame that lets what was received be shared on so far.
pub fn passing(onward: Onward) -> Frame {
    let mut frame = frame();
    frame.sharing.onward = onward;
    frame
}

pub fn agreement_id(number: u128) -> AgreementId {
    AgreementId::new(Uuid::from_u128(number))
}

/// An agreement and the events that made it.
#[derive(Clone, Debug)]
pub struct Pact {
    pub agreement: Agreement,
    pub events: Vec<Event<AgreementFact>>,
}

impl Pact {
    /// What a fact begins.
    pub fn begins(number: u128, fact: AgreementFact, actor: &Actor, at: Timestamp) -> Self {
        let id = agreement_id(number);
        let event = sealed(fact, &id.to_string(), Link::FIRST, actor, at);
        Self {
            agreement: Agreement::begin(id, &event).unwrap(),
            events: vec![event],
        }
    }

    /// `provider` proposed it to `consumer` at the start.
    pub fn proposed(number: u128, provider: &str, consumer: &str, frame: Frame) -> Self {
        let by = contract_manager(provider);
        let proposal = Proposal {
            frame,
            provider: signatory(provider),
            consumer: signatory(consumer),
            consumer_is_billed_elsewhere: false,
        };
        let fact = propose(&by, proposal, start()).unwrap();
        Self::begins(number, fact, &Actor::Caller(by), start())
    }

    /// Does what the rules let happen, and leaves the pact alone where they refuse.
    pub fn attempt(
        &mut self,
        actor: &Actor,
        command: AgreementCommand,
        at: Timestamp,
    ) -> Result<AgreementFact, AgreementRefusal> {
        let fact = self.agreement.decide(actor, command, at)?;
        let aggregate = self.agreement.id.to_string();
        let event = sealed(fact.clone(), &aggregate, self.agreement.link(), actor, at);
        self.agreement = self.agreement.clone().apply(&event);
        self.events.push(event);
        Ok(fact)
    }

    /// Goes on with a command that must be let through.
    pub fn then(mut self, by: &Principal, command: AgreementCommand, at: Timestamp) -> Self {
        let fact = self.attempt(&Actor::Caller(by.clone()), command, at);
        assert!(fact.is_ok(), "{}: {fact:?}", by.user);
        self
    }
}

/// An agreement that both organisations agreed to at the start.
pub fn between(number: u128, provider: &str, consumer: &str, frame: Frame) -> Agreement {
    Pact::proposed(number, provider, consumer, frame)
        .then(
            &contract_manager(consumer),
            AgreementCommand::Approve,
            start(),
        )
        .agreement
}

/// The usual two, agreed at the start.
pub fn agreed(frame: Frame) -> Agreement {
    between(1, PROVIDER, CONSUMER, frame)
}

/// The agreement, stopped by its provider at that instant.
pub fn stopped(agreement: &Agreement, at: Timestamp) -> Agreement {
    let by = contract_manager(agreement.provider.organization.as_str());
    let pact = Pact {
        agreement: agreement.clone(),
        events: Vec::new(),
    };
    let stop = AgreementCommand::Stop {
        reason: note("The project is over"),
        detail: None,
    };
    pact.then(&by, stop, at).agreement
}

pub fn quota(assets: u32, from: Option<Timestamp>, to: Option<Timestamp>) -> Grant {
    Grant { assets, from, to }
}

/// A quota contract that the agreement's provider granted at the start.
pub fn granted(agreement: &Agreement, number: u128, wanted: Grant) -> Contract {
    let by = contract_manager(agreement.provider.organization.as_str());
    let Decision { fact, terms } = grant(agreement, &by, wanted, start()).unwrap();
    assert_eq!(terms, None);
    let id = ContractId::new(Uuid::from_u128(number));
    let event = sealed(
        fact,
        &id.to_string(),
        Link::FIRST,
        &Actor::Caller(by),
        start(),
    );
    Contract::begin(id, &event).unwrap()
}

impl Story {
    /// A quota of ten, from the start on, under the usual agreement.
    pub fn granted(to: Timestamp) -> Self {
        let by = contract_manager(PROVIDER);
        let wanted = quota(10, None, Some(to));
        let decision = grant(&agreed(frame()), &by, wanted, start()).unwrap();
        Self::begins(decision, &Actor::Caller(by), start())
    }
}
