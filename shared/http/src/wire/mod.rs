//! The JSON forms of the domain's values: what goes over the wire, in both directions.
//!
//! The one rule: bodies that come in are plain texts and numbers here, and become domain values
//! with every fault collected; nothing of the domain is exposed by being serialisable.

mod agreement;
mod asset;
mod contract;
mod description;
mod entitlement;
mod grant;
mod history;
mod organization;
mod pages;
mod passcode;
mod profile;
mod proposal;
mod request;
mod session;
mod terms;
mod transfer;
mod wallet;
mod webhook;

pub use agreement::{AgreementView, ApprovalView, SharingView, SignatoryView};
pub use asset::{AssetBody, AssetView, FieldForm, PriceHint};
pub use contract::{AcquiredAsset, ContractView, EndingView, OfferView, PartyView, SignatureView};
pub use description::DescriptionView;
pub use entitlement::{EntitlementView, GroundsView};
pub use grant::{ExtendBody, GrantBody};
pub use history::{DifferenceView, EventView, HistoryView, PriceChangeView, TermsChange};
pub use organization::{
    AccountOwnerView, InvitationView, LogoForm, OrganizationBody, OrganizationView, RedeemBody,
    SettingsForm, SettingsPatch,
};
pub use pages::{
    AcquiredPage, AgreementPage, AssetIds, AssetPage, ContractIds, ContractPage, ProfilePage,
    SessionPage, WebhookPage,
};
pub use passcode::{ConsumerView, KeptPasscode, PasscodeBody, PasscodeView};
pub use profile::{ProfileBody, ProfileName, ProfileView};
pub use proposal::{AgreementBody, AgreementCommandBody, Invited};
pub use request::{AcquisitionBody, DurationForm, FilterForm, RequestBody};
pub use session::{
    MadeSessions, SessionBody, SessionCommandBody, SessionPatchBody, SessionStartBody,
    SessionStopBody, SessionView, SessionWish,
};
pub use terms::{
    ActivateBody, CommandBody, DeclineBody, DraftBody, NegotiateBody, NoBody, RejectBody, StopBody,
    UpdateBody,
};
pub use transfer::{TransferBody, TransferView, transfer_status};
pub use wallet::{
    ChallengeBody, ChallengeView, RegistrationView, WalletBody, WalletStateView, WalletView,
};
pub use webhook::{AttemptView, DeliveriesView, WebhookBody, WebhookView};
