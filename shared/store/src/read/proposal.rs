//! What the making of a framework agreement has to know: one round trip each, consistent.

use sharepact_domain::event::Digest;
use sharepact_domain::id::{OrganizationId, ProfileId};
use sharepact_domain::organization::Organization;
use sharepact_domain::party::Owner;
use sharepact_domain::passcode::Passcode;
use sharepact_domain::profile::Profile;
use sharepact_domain::time::Timestamp;

use super::{Attempt, Found, remembered};
use crate::item::Ticket;
use crate::{Boxed, Store, keys};

/// What a proposal to the organisation of a passcode has to know.
#[derive(Debug)]
pub struct Proposing {
    /// The passcode that was tried, and the provider's guesses.
    pub attempt: Attempt<Passcode>,
    /// The provider, if it has a record.
    pub provider: Option<Organization>,
}

/// What the onboarding of a consumer has to know.
#[derive(Debug)]
pub struct Onboarding {
    /// The provider, if it has a record.
    pub provider: Option<Organization>,
    /// The profile that it named, whosever it is.
    pub profile: Option<Profile>,
}

impl Store {
    /// The passcode whose code has this fingerprint, and the provider, who tries it. It may be over: deletion is late.
    pub fn proposing<'a>(
        &'a self,
        fingerprint: &'a Digest,
        provider: &'a OrganizationId,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Proposing>> {
        Box::pin(async move {
            let code = keys::code(fingerprint);
            let guesses = keys::guesses(&Owner::Organization(provider.clone()));
            let provider = keys::organization(provider);
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let wanted = [
                Some(&code),
                Some(&guesses),
                Some(&provider),
                answer.as_ref(),
            ];
            let items = self.batch(wanted.into_iter().flatten()).await?;
            Ok(Found {
                value: Some(Proposing {
                    attempt: Attempt {
                        behind: items.state(&code)?,
                        guesses: items.state(&guesses)?.unwrap_or_default(),
                    },
                    provider: items.state(&provider)?,
                }),
                remembered: remembered(&items, answer.as_ref(), now)?,
            })
        })
    }

    /// The provider that onboards a consumer, and the profile that it does so with.
    pub fn onboarding<'a>(
        &'a self,
        provider: &'a OrganizationId,
        profile: ProfileId,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Onboarding>> {
        Box::pin(async move {
            let (provider, profile) = (keys::organization(provider), keys::profile(profile));
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let wanted = [Some(&provider), Some(&profile), answer.as_ref()];
            let items = self.batch(wanted.into_iter().flatten()).await?;
            Ok(Found {
                value: Some(Onboarding {
                    provider: items.state(&provider)?,
                    profile: items.state(&profile)?,
                }),
                remembered: remembered(&items, answer.as_ref(), now)?,
            })
        })
    }
}
