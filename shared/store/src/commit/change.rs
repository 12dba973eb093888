//! What is written: the aggregate after an event, the event, and what hangs on both.
//!
//! The one rule: a change names all that its event brings with it, so that none of it can be forgotten.

use sharepact_domain::agreement::{Agreement, AgreementFact};
use sharepact_domain::asset::{Asset, AssetFact};
use sharepact_domain::contract::{Contract, ContractFact, Revision};
use sharepact_domain::document::{Document, DocumentFact};
use sharepact_domain::event::{Digest, Event};
use sharepact_domain::id::{AgreementId, AssetId, ContractId, OrganizationId};
use sharepact_domain::ledger::dispatch::{Dispatch, Sender};
use sharepact_domain::organization::{Organization, OrganizationFact};
use sharepact_domain::party::Owner;
use sharepact_domain::passcode::{Guesses, Passcode, PasscodeFact};
use sharepact_domain::profile::{Profile, ProfileFact};
use sharepact_domain::session::{Access, Allotment, AllotmentFact, Session, SessionFact};
use sharepact_domain::transfer::{Transfer, TransferFact};
use sharepact_domain::wallet::{Challenge, Wallet, WalletFact};
use sharepact_domain::webhook::{Secrets, Webhook, WebhookFact};

/// What a command changed: the aggregate after the event, the event, and what hangs on both.
#[derive(Debug)]
pub enum Change<'a> {
    /// A contract.
    Contract {
        /// The contract after the event.
        after: &'a Contract,
        /// The event.
        event: &'a Event<ContractFact>,
        /// The revision that the event brought.
        revision: Option<&'a Revision>,
        /// What happens to the place that only one live contract can hold.
        claim: Claim,
    },
    /// An asset.
    Asset {
        /// The asset after the event.
        after: &'a Asset,
        /// The event.
        event: &'a Event<AssetFact>,
    },
    /// The document of a contract or an agreement.
    Document {
        /// The document after the event.
        after: &'a Document,
        /// The event.
        event: &'a Event<DocumentFact>,
    },
    /// A wallet.
    Wallet {
        /// The wallet after the event.
        after: &'a Wallet,
        /// The event.
        event: &'a Event<WalletFact>,
        /// The challenge that it uses up.
        challenge: &'a Challenge,
    },
    /// A webhook.
    Webhook {
        /// The webhook after the event.
        after: &'a Webhook,
        /// The event.
        event: &'a Event<WebhookFact>,
        /// Its secrets, where the event brought new ones.
        secrets: Option<&'a Secrets>,
    },
    /// A framework agreement.
    Agreement {
        /// The agreement after the event.
        after: &'a Agreement,
        /// The event.
        event: &'a Event<AgreementFact>,
        /// What happens to the place that only one live agreement can hold.
        claim: Claim,
    },
    /// A session.
    Session {
        /// The session after the event.
        after: &'a Session,
        /// The event.
        event: &'a Event<SessionFact>,
    },
    /// Many sessions that will be.
    Allotment {
        /// The allotment after its event.
        after: &'a Allotment,
        /// The event.
        event: &'a Event<AllotmentFact>,
    },
    /// The places of an asset's sessions towards a consumer: no aggregate, it hangs on sessions.
    Access {
        /// The consumer.
        consumer: &'a OrganizationId,
        /// The asset.
        asset: &'a AssetId,
        /// The places, one version later.
        access: &'a Access,
    },
    /// Nothing: only that what the rest depends on is still as it was read.
    Unchanged(Parent),
    /// Places of a quota contract.
    Quota {
        /// The contract.
        contract: ContractId,
        /// What happens to them.
        places: Places,
    },
    /// An organisation.
    Organization {
        /// The organisation after the event.
        after: &'a Organization,
        /// The event.
        event: &'a Event<OrganizationFact>,
    },
    /// A profile.
    Profile {
        /// The profile after the event.
        after: &'a Profile,
        /// The event.
        event: &'a Event<ProfileFact>,
    },
    /// A passcode. Its code begins to be found when it is issued, and is found no more when it is used; of two uses at the
    /// same time one is too late, and so is one after its end.
    Passcode {
        /// The passcode after the event.
        after: &'a Passcode,
        /// The event.
        event: &'a Event<PasscodeFact>,
        /// The fingerprint of its code.
        fingerprint: &'a Digest,
    },
    /// How often a caller has guessed: no aggregate, and without an event.
    Guesses {
        /// Who guessed.
        owner: &'a Owner,
        /// The guesses after the attempt, which take the next version.
        after: &'a Guesses,
    },
    /// A transfer.
    Transfer {
        /// The transfer after the event.
        after: &'a Transfer,
        /// The event.
        event: &'a Event<TransferFact>,
        /// What became of its dispatch.
        sending: Sending<'a>,
    },
}

/// What an event changes about what the platform's wallet sends.
#[derive(Clone, Copy, Debug)]
pub enum Sending<'a> {
    /// Nothing.
    Untouched,
    /// A nonce is given to a dispatch.
    Begins {
        /// The sender after that.
        sender: &'a Sender,
        /// The dispatch.
        dispatch: &'a Dispatch,
    },
    /// A dispatch, as it was read, is settled.
    Ends(&'a Dispatch),
}

/// What sessions are made under, and the version that was read of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// An agreement.
    Agreement(AgreementId, u64),
    /// A quota contract.
    Contract(ContractId, u64),
}

/// What happens to the places of a quota contract: each asset with a session that has not ended holds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// So many are taken, if that leaves no more than `limit` taken.
    Take {
        /// How many.
        count: u32,
        /// How many there are.
        limit: u32,
    },
    /// One is given back.
    Release,
}

/// What happens to the place that one live contract of a consumer's side on an asset holds, or one live agreement of two
/// organisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing.
    Untouched,
    /// It is taken, if it is free or its holder's time is over.
    Take,
    /// It is held until the end; time alone frees it then, recorded or not.
    Hold,
    /// It is given back.
    Release,
}
