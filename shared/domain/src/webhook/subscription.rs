//! The events that a webhook is for.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::fault::{Fault, Rule};

/// Every event that can be delivered: those of a framework agreement, a contract and a session to both its sides, and
/// that a webhook was disabled to the others of its owner.
pub const EVENT_TYPES: [&str; 26] = [
    "agreement.approved",
    "agreement.expired",
    "agreement.onboarded",
    "agreement.proposed",
    "agreement.rejected",
    "agreement.stopped",
    "contract.acquired",
    "contract.activated",
    "contract.declined",
    "contract.drafted",
    "contract.expired",
    "contract.expiring",
    "contract.extended",
    "contract.granted",
    "contract.negotiated",
    "contract.opened",
    "contract.rejected",
    "contract.requested",
    "contract.signed",
    "contract.stopped",
    "session.changed",
    "session.created",
    "session.ended",
    "session.started",
    "session.stopped",
    "webhook.disabled",
];

/// The name of an event that can be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EventType(&'static str);

impl EventType {
    /// Reads a name.
    ///
    /// # Errors
    /// [`Rule::InvalidEventType`], with the names that are known.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let known = EVENT_TYPES.into_iter().find(|known| *known == text);
        known.map(Self).ok_or_else(|| {
            Fault::new(
                Rule::InvalidEventType,
                format!("takes * for all, or one of {}", EVENT_TYPES.join(", ")),
            )
        })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// What stands for every type of event.
const EVERY: &str = "*";

/// What a webhook is for; outside the names, or `*` alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub enum Subscription {
    /// Every event there is, those of later versions too.
    All,
    /// These.
    Types(BTreeSet<EventType>),
}

impl Subscription {
    /// Is it for an event of this name?
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Types(types) => types.iter().any(|kind| kind.as_str() == name),
        }
    }
}

impl TryFrom<Vec<String>> for Subscription {
    type Error = Fault;

    fn try_from(names: Vec<String>) -> Result<Self, Fault> {
        match names.as_slice() {
            [name] if name == EVERY => Ok(Self::All),
            names => {
                let types = names.iter().map(|name| EventType::parse(name));
                types.collect::<Result<_, _>>().map(Self::Types)
            }
        }
    }
}

impl From<Subscription> for Vec<String> {
    fn from(subscription: Subscription) -> Self {
        match &subscription {
            Subscription::All => vec![EVERY.to_owned()],
            Subscription::Types(types) => types.iter().map(ToString::to_string).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::agreement::AgreementFact;
    use crate::contract::ContractFact;
    use crate::session::SessionFact;

    /// The names of a kind's facts: serde lists those of an enum when it meets one that it does not know.
    fn names<T: DeserializeOwned + fmt::Debug>(kind: &str) -> Vec<String> {
        let unknown = serde_json::json!({ "type": format!("{kind}.unknown"), "data": {} });
        let error = serde_json::from_value::<T>(unknown).unwrap_err();
        let text = error.to_string();
        let named = text.split('`').filter(|name| name.starts_with(kind));
        let known = named.filter(|name| !name.ends_with(".unknown"));
        known.map(str::to_owned).collect()
    }

    #[test]
    fn every_event_that_has_two_sides_can_be_delivered() {
        let mut all = names::<ContractFact>("contract");
        all.extend(names::<AgreementFact>("agreement"));
        all.extend(names::<SessionFact>("session"));
        all.push("webhook.disabled".to_owned());
        all.sort_unstable();
        assert_eq!(all, EVENT_TYPES);
    }

    #[test]
    fn a_subscription_covers_what_it_names() {
        let signed = EventType::parse("contract.signed").unwrap();
        let some = Subscription::Types(BTreeSet::from([signed]));
        assert!(some.covers("contract.signed") && !some.covers("contract.drafted"));
        assert!(Subscription::All.covers("contract.invented-later"));
        let fault = EventType::parse("contract.Signed").unwrap_err();
        assert!(fault.detail.contains("contract.signed"), "{fault}");
    }
}
