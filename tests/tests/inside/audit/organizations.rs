//! Organisations, profiles, passcodes with what their codes are found by, and guesses.

use std::collections::BTreeMap;

use sharepact_domain::organization::{Organization, OrganizationFact, Token};
use sharepact_domain::passcode::{Guesses, Passcode, PasscodeFact};
use sharepact_domain::profile::{Profile, ProfileFact};
use sharepact_domain::time::Timestamp;

use super::{Item, Tally, chain, number, state, text};

/// The item of a state; an aggregate of these kinds has nothing beside it but events.
fn alone<'a>(pk: &str, part: &BTreeMap<&str, &'a Item>) -> &'a Item {
    let known = |sk: &&str| *sk == "STATE" || sk.starts_with("EVENT#");
    assert!(part.keys().all(known), "{pk} has {:?}", part.keys());
    part.get("STATE")
        .unwrap_or_else(|| panic!("{pk} has no state"))
}

impl Tally {
    pub(super) fn organization(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = alone(pk, part);
        let stored: Organization = state(item);
        let events = chain::<OrganizationFact>(pk, part);
        let replayed = events.iter().fold(None, |before, event| {
            Organization::after(before, &stored.id, event)
        });
        assert_eq!(Some(&stored), replayed.as_ref(), "{pk}: not its events'");
        assert_eq!(number(item, "version"), events.len() as u64, "{pk}");
        let sent = events.iter().rev().find_map(|event| match &event.fact {
            OrganizationFact::Onboarded { invitation, .. }
            | OrganizationFact::Invited { invitation } => Some(invitation),
            _ => None,
        });
        let kept = stored.invitation.as_ref();
        assert_eq!(sent.map(|sent| sent.id), kept.map(|kept| kept.id), "{pk}");
        if let (Some(sent), Some(kept)) = (sent, kept) {
            let token = sent.token.reveal();
            assert_eq!(kept.token_hash, Token::hash(token), "{pk}");
            assert!(!format!("{item:?}").contains(token), "{pk}: a token");
        }
        self.events += events.len();
        self.organizations.insert(stored.id.to_string());
    }

    pub(super) fn profile(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = alone(pk, part);
        let stored: Profile = state(item);
        let events = chain::<ProfileFact>(pk, part);
        let replayed = events.iter().fold(None, |before, event| {
            Profile::after(before, stored.id, event)
        });
        assert_eq!(Some(&stored), replayed.as_ref(), "{pk}: not its events'");
        assert_eq!(number(item, "version"), events.len() as u64, "{pk}");
        self.events += events.len();
        self.profiles.insert(stored.id.to_string());
    }

    pub(super) fn passcode(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = alone(pk, part);
        let stored: Passcode = state(item);
        let events = chain::<PasscodeFact>(pk, part);
        let (first, rest) = events.split_first().expect("there are events");
        let begun = Passcode::begun(stored.id, first).expect("it begins");
        let replayed = rest.iter().fold(begun, Passcode::apply);
        assert_eq!(stored, replayed, "{pk}: not its events'");
        assert_eq!(number(item, "version"), events.len() as u64, "{pk}");
        self.events += events.len();
        self.passcodes.insert(stored.id.to_string(), stored);
    }

    /// What a code is found by.
    pub(super) fn code(&mut self, pk: &str, item: &Item) {
        let held: Passcode = state(item);
        assert_eq!(text(item, "passcode"), held.id.to_string(), "{pk}");
        assert_eq!(text(item, "endsAt"), held.expires_at.to_string(), "{pk}");
        let end = u64::try_from(held.expires_at.epoch_seconds()).expect("a time");
        assert_eq!(number(item, "ttl"), end + 1, "{pk}");
        let before = self.codes.insert(held.id.to_string(), held);
        assert!(before.is_none(), "{pk}: a passcode has one code");
    }

    pub(super) fn guesses(pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = part.get("ONLY").unwrap_or_else(|| panic!("{pk} is empty"));
        let stored: Guesses = state(item);
        assert_eq!(number(item, "version"), stored.version, "{pk}");
        assert!(number(item, "ttl") > 0, "{pk} stays for ever");
        assert!(stored.wrong.len() <= 10, "{pk}: {stored:?}");
        assert!(stored.wrong.len() as u64 <= stored.version, "{pk}");
    }

    /// A code is found as long as its passcode can be used, and shows that one as it is.
    pub(super) fn codes_match(&self, now: Timestamp) {
        for (id, held) in &self.codes {
            let passcode = self.passcodes.get(id);
            assert_eq!(passcode, Some(held), "a code shows another passcode");
        }
        for (id, passcode) in &self.passcodes {
            let found = self.codes.contains_key(id);
            assert!(found || !passcode.is_open(now), "{passcode:?} has no code");
            assert!(!found || passcode.used.is_none(), "{passcode:?} is used");
        }
    }
}
