//! Webhooks, their secrets and their places.

use std::collections::BTreeMap;

use sharepact_domain::webhook::{Registration, Webhook, WebhookFact};

use super::{Item, Tally, chain, number, state, text};

impl Tally {
    pub(super) fn webhook(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        let item = part
            .get("STATE")
            .unwrap_or_else(|| panic!("{pk} has no state"));
        let stored: Webhook = state(item);
        let events = chain::<WebhookFact>(pk, part);
        let (first, rest) = events.split_first().expect("there are events");
        // The address is in no event.
        let registration = Registration {
            url: stored.url.clone(),
            events: stored.events.clone(),
            description: stored.description.clone(),
        };
        let begun = Webhook::begun(stored.id, registration, first).expect("it begins");
        let replayed = rest.iter().fold(begun, Webhook::apply);
        assert_eq!(stored, replayed, "{pk}: not what its events make of it");
        assert_eq!(number(item, "version"), events.len() as u64, "{pk}");
        assert_eq!(
            part.contains_key("SECRETS"),
            !stored.is_removed(),
            "{pk}: it has secrets as long as it is there"
        );
        for event in part.iter().filter(|(sk, _)| sk.starts_with("EVENT#")) {
            assert!(!text(event.1, "event").contains("whsec_"), "{pk}: a secret");
        }
        self.events += events.len();
        self.webhooks.insert(stored.id, stored);
    }

    pub(super) fn places(&mut self, pk: &str, part: &BTreeMap<&str, &Item>) {
        for (sk, item) in part {
            let held: Webhook = state(item);
            let expected = format!("WEBHOOKS#{} / PLACE#{:02}", held.owner, held.place.number());
            assert_eq!(format!("{pk} / {sk}"), expected);
            assert_eq!(text(item, "webhook"), held.id.to_string(), "{expected}");
            self.places.push((expected, held));
        }
    }

    /// Each webhook that is there holds one place, which shows it as it is; and there are no others.
    pub(super) fn places_match(&self) {
        let held: BTreeMap<_, _> = self
            .places
            .iter()
            .map(|(_, webhook)| (webhook.id, webhook.clone()))
            .collect();
        assert_eq!(held.len(), self.places.len(), "a webhook holds two places");
        let there: BTreeMap<_, _> = self
            .webhooks
            .iter()
            .filter(|(_, webhook)| !webhook.is_removed())
            .map(|(id, webhook)| (*id, webhook.clone()))
            .collect();
        assert_eq!(held, there, "left: places; right: webhooks");
    }
}
