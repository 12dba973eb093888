//! Sessions, their places, their quotas, and the allotments that made them.

use std::collections::BTreeMap;

use sharepact_domain::agreement::Agreement;
use sharepact_domain::contract::Contract;
use sharepact_domain::id::ContractId;
use sharepact_domain::session::{
    Access, Allotment, AllotmentFact, Lineage, Session, SessionFact, SessionId, SessionStatus,
    Upstream,
};
use sharepact_domain::time::Timestamp;

use super::{Item, Items, Tally, chain, number, state};

impl Tally {
    pub(super) fn session(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let stored: Session = state(part["STATE"]);
        let events = chain::<SessionFact>(pk, part);
        let (first, rest) = events.split_first().expect("there are events");
        let begun = Session::begin(stored.id, first).expect("the first event begins it");
        let replayed = rest.iter().fold(begun, Session::apply);
        assert_eq!(stored, replayed, "{pk}: not what its events make of it");
        assert_eq!(pk, format!("SESSION#{}", stored.id));
        assert_eq!(
            number(part["STATE"], "version"),
            events.len() as u64,
            "{pk}"
        );
        self.events += events.len();
        self.sessions.insert(stored.id, stored);
    }

    pub(super) fn allotment(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let stored: Allotment = state(part["STATE"]);
        let events = chain::<AllotmentFact>(pk, part);
        let [made] = events.as_slice() else {
            panic!("{pk} has {} events", events.len());
        };
        assert_eq!(stored, Allotment::of(stored.id, made), "{pk}");
        self.events += 1;
        let sessions = made.fact.sessions();
        self.allotted.extend(sessions.into_iter().map(|(id, _)| id));
    }

    pub(super) fn access(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let stored: Access = state(part["ONLY"]);
        assert_eq!(number(part["ONLY"], "version"), stored.version, "{pk}");
        for place in &stored.places {
            let holder = (pk.to_owned(), place.session);
            assert!(self.held.insert(holder), "{pk}: {place:?} stands twice");
        }
    }

    pub(super) fn quota(&mut self, contract: ContractId, item: &Item) {
        self.used.insert(contract, number(item, "used"));
    }

    /// Whoever has not ended holds its place; and `used` counts the sessions whose end is not recorded, with those that were
    /// decided and are still to be made.
    pub(super) fn sessions_match(&self, items: &Items, now: Timestamp) {
        for session in self.sessions.values() {
            let standing = session.standing(&lineage(items, session), now);
            let consumer = session.consumer.organization.as_ref();
            let consumer = consumer.expect("sessions are between organisations");
            let holder = (
                format!("ACCESS#{consumer}#{}", session.asset.id),
                session.id,
            );
            assert!(
                standing.status == SessionStatus::Ended || self.held.contains(&holder),
                "{} has not ended and holds no place",
                session.id
            );
            assert!(
                session.recorded != SessionStatus::Ended || !self.held.contains(&holder),
                "the end of {} is recorded, and it holds a place",
                session.id
            );
        }
        let mut expected = BTreeMap::<ContractId, u64>::new();
        let recorded = self.sessions.values();
        let lives = recorded.filter(|session| session.recorded != SessionStatus::Ended);
        let lives = lives.map(|session| session.id);
        let come = |id: &&SessionId| !self.sessions.contains_key(id);
        let to_come = self.allotted.iter().filter(come).copied();
        for contract in lives.chain(to_come).filter_map(|id| id.contract()) {
            *expected.entry(contract).or_default() += 1;
        }
        let used = self.used.iter().filter(|(_, used)| **used > 0);
        let used: BTreeMap<_, _> = used.map(|(contract, used)| (*contract, *used)).collect();
        assert_eq!(used, expected, "left: places in use; right: sessions");
        for (contract, used) in &self.used {
            let quota = self.contracts[contract].quota().expect("it has a quota");
            assert!(
                *used <= u64::from(quota.assets),
                "{contract} is over its quota"
            );
        }
    }

    /// Does an answer tell of sessions that are there, or will be?
    pub(super) fn knows_session(&self, id: &str) -> bool {
        let id = SessionId::parse(id);
        id.is_ok_and(|id| self.sessions.contains_key(&id) || self.allotted.contains(&id))
    }
}

fn at<T: serde::de::DeserializeOwned>(items: &Items, pk: &str) -> T {
    let found = items.get(&(pk.to_owned(), "STATE".to_owned()));
    state(found.unwrap_or_else(|| panic!("there is no {pk}")))
}

fn parents(items: &Items, id: &SessionId) -> (Agreement, Option<Contract>) {
    let agreement = at(items, &format!("AGREEMENT#{}", id.agreement()));
    let contract = id.contract();
    let contract = contract.map(|contract| at(items, &format!("CONTRACT#{contract}")));
    (agreement, contract)
}

fn lineage(items: &Items, session: &Session) -> Lineage {
    let (agreement, contract) = parents(items, &session.id);
    let upstream = session.upstream.iter().map(|id| {
        let (agreement, contract) = parents(items, id);
        Upstream {
            session: at(items, &format!("SESSION#{id}")),
            agreement,
            contract,
        }
    });
    Lineage {
        agreement,
        contract,
        upstream: upstream.collect(),
    }
}
