//! Framework agreements, the place that one of two organisations holds, and the passcodes that they were made with.

use std::collections::BTreeMap;

use sharepact_domain::agreement::{Agreement, AgreementFact, AgreementStatus};
use sharepact_domain::id::AgreementId;
use sharepact_domain::time::Timestamp;

use super::{Item, Tally, chain, number, state, text};

impl Tally {
    pub(super) fn agreement(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let known =
            |sk: &&str| *sk == "STATE" || sk.starts_with("EVENT#") || sk.starts_with("ANCHOR#");
        assert!(part.keys().all(known), "{pk} has {:?}", part.keys());
        let item = part.get("STATE");
        let item = item.unwrap_or_else(|| panic!("{pk} has no state"));
        let stored: Agreement = state(item);
        let events = chain::<AgreementFact>(pk, part);
        let (first, rest) = events.split_first().expect("there are events");
        let begun = Agreement::begin(stored.id, first).expect("the first event begins it");
        let replayed = rest.iter().fold(begun, Agreement::apply);
        assert_eq!(stored, replayed, "{pk}: not what its events make of it");
        assert_eq!(number(item, "version"), events.len() as u64, "{pk}");
        self.events += events.len();
        self.agreements.insert(stored.id.to_string(), stored);
    }

    /// Each live agreement holds its place, and each place is held by a live agreement; a passcode was used for an
    /// agreement with whom it stood for.
    pub(super) fn bonds_match(&self, now: Timestamp) {
        let place = |agreement: &Agreement| {
            let bond = agreement.bond();
            let entity = bond.entity.name().to_uppercase();
            let (provider, consumer) = (bond.provider, bond.consumer);
            format!("UNIQUE#AGREEMENT#{provider}#{consumer}#{entity}")
        };
        for agreement in self.agreements.values() {
            assert!(
                !agreement.onboarded
                    || self
                        .organizations
                        .contains(agreement.consumer.organization.as_str()),
                "{agreement:?} has onboarded nobody"
            );
            if !agreement.status(now).is_live() {
                continue;
            }
            let pk = place(agreement);
            let guard = self.bonds.get(&pk);
            let guard = guard.unwrap_or_else(|| panic!("{pk} is free, and live"));
            assert_eq!(text(guard, "agreement"), agreement.id.to_string(), "{pk}");
            let end = guard
                .get("endsAt")
                .map(|_| text(guard, "endsAt").to_owned());
            let expected = agreement.frame.valid_to.map(|end| end.to_string());
            assert_eq!(end, expected, "{pk}");
        }
        for (pk, guard) in &self.bonds {
            let holder = self.agreements.get(text(guard, "agreement"));
            let holder = holder.unwrap_or_else(|| panic!("{pk} guards nothing"));
            assert_eq!(pk, &place(holder), "{pk} guards another's place");
            let over =
                holder.recorded == AgreementStatus::Expired && holder.ended_at(now).is_some();
            assert!(
                holder.recorded.is_live() || over,
                "{pk} is held by an agreement that has ended"
            );
        }
        for passcode in self.passcodes.values() {
            let Some(usage) = &passcode.used else {
                continue;
            };
            // Tests of passcodes alone use them for nothing that could be.
            if AgreementId::parse(&usage.agreement).is_err() {
                continue;
            }
            let made = self.agreements.get(&usage.agreement);
            let made = made.unwrap_or_else(|| panic!("{passcode:?} was used for nothing"));
            let parties = (&made.provider.organization, &made.consumer.organization);
            assert_eq!(parties, (&usage.by, &passcode.organization));
        }
    }
}
