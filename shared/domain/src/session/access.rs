//! Which sessions give a consumer an asset, and who stands in whose way.
//!
//! The one rule: one session that has not ended for a consumer and an asset, unless the agreement lets several overlap; and
//! never two under one contract.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::SessionId;
use crate::time::Timestamp;

/// How long a place is kept for a session that is still to come to exist: sessions that are made by the hundred take their
/// places first.
pub const RESERVED: TimeDelta = TimeDelta::seconds(60);

/// A session's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The session.
    pub session: SessionId,
    /// Since when.
    pub since: Timestamp,
}

/// The sessions of one consumer on one asset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Access {
    /// How often it was changed.
    pub version: u64,
    /// Their places.
    pub places: Vec<Place>,
}

impl Access {
    /// The sessions that stand in the way of one more, unless they have ended: all of them where sessions may not overlap,
    /// those under the same contract where they may. No session stands in its own way.
    #[must_use]
    pub fn in_the_way(&self, newcomer: &SessionId, overlap: bool) -> Vec<Place> {
        let places = self.places.iter().copied();
        let same = |place: &Place| {
            newcomer.contract().is_some() && place.session.contract() == newcomer.contract()
        };
        let others = places.filter(|place| place.session != *newcomer);
        others.filter(|place| !overlap || same(place)).collect()
    }

    /// With a place for one more; those who have gone leave theirs.
    #[must_use]
    pub fn with(&self, session: SessionId, gone: &[SessionId], since: Timestamp) -> Self {
        let stays = |place: &&Place| !gone.contains(&place.session) && place.session != session;
        let places = self.places.iter().filter(stays).copied();
        Self {
            version: self.version + 1,
            places: places.chain([Place { session, since }]).collect(),
        }
    }

    /// Without a session that has ended.
    #[must_use]
    pub fn without(&self, session: &SessionId) -> Self {
        let places = self.places.iter().copied();
        Self {
            version: self.version + 1,
            places: places.filter(|place| place.session != *session).collect(),
        }
    }
}
