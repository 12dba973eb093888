//! Organisations, their profiles, and what somebody guesses at: one round trip each, consistent.

use sharepact_domain::event::Digest;
use sharepact_domain::id::{OrganizationId, ProfileId};
use sharepact_domain::organization::Organization;
use sharepact_domain::party::Owner;
use sharepact_domain::passcode::{Guesses, Passcode};
use sharepact_domain::profile::Profile;
use sharepact_domain::time::Timestamp;

use super::{Found, remembered};
use crate::item::Ticket;
use crate::keys::{self, Key};
use crate::{Boxed, Store, StoreError};

/// What an attempt needs to know: what is behind the guess, and how often the caller has guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt<T> {
    /// What the guess leads to, if to anything.
    pub behind: Option<T>,
    /// The caller's guesses so far.
    pub guesses: Guesses,
}

impl Store {
    /// An organisation, if it has a record.
    pub fn organization<'a>(
        &'a self,
        id: &'a OrganizationId,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Organization>> {
        Box::pin(async move { self.kept(&keys::organization(id), ticket, now).await })
    }

    /// A profile.
    pub fn profile<'a>(
        &'a self,
        id: ProfileId,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Profile>> {
        Box::pin(async move { self.kept(&keys::profile(id), ticket, now).await })
    }

    /// The organisation that somebody of it tries a token on.
    pub fn joining<'a>(
        &'a self,
        id: &'a OrganizationId,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Attempt<Organization>>> {
        Box::pin(async move {
            let owner = Owner::Organization(id.clone());
            self.attempt(&keys::organization(id), &owner, ticket, now)
                .await
        })
    }

    /// The passcode whose code has this fingerprint, for `owner`, who tries it. It may be over: deletion is late.
    pub fn passcode<'a>(
        &'a self,
        fingerprint: &'a Digest,
        owner: &'a Owner,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Attempt<Passcode>>> {
        Box::pin(async move {
            self.attempt(&keys::code(fingerprint), owner, ticket, now)
                .await
        })
    }

    async fn kept<T: serde::de::DeserializeOwned>(
        &self,
        key: &Key,
        ticket: Option<&Ticket>,
        now: Timestamp,
    ) -> Result<Found<T>, StoreError> {
        let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
        let items = self
            .batch(std::iter::once(key).chain(answer.as_ref()))
            .await?;
        Ok(Found {
            value: items.state(key)?,
            remembered: remembered(&items, answer.as_ref(), now)?,
        })
    }

    async fn attempt<T: serde::de::DeserializeOwned>(
        &self,
        key: &Key,
        owner: &Owner,
        ticket: Option<&Ticket>,
        now: Timestamp,
    ) -> Result<Found<Attempt<T>>, StoreError> {
        let guesses = keys::guesses(owner);
        let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
        let wanted = [Some(key), Some(&guesses), answer.as_ref()];
        let items = self.batch(wanted.into_iter().flatten()).await?;
        Ok(Found {
            value: Some(Attempt {
                behind: items.state(key)?,
                guesses: items.state(&guesses)?.unwrap_or_default(),
            }),
            remembered: remembered(&items, answer.as_ref(), now)?,
        })
    }
}
