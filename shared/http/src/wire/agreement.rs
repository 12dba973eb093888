//! A framework agreement on the wire.

use serde::Serialize;
use sharepact_domain::agreement::{
    Agreement, AgreementCommandKind, AgreementPhase, Approval, Extent, Frame, Sharing, Signatory,
};
use sharepact_domain::party::{Author, Principal};
use sharepact_domain::time::Timestamp;
use utoipa::ToSchema;

use super::EndingView;
use crate::entity_tag;

/// One side of a framework agreement.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Signatory)]
pub struct SignatoryView {
    /// The organisation's id.
    pub organization_id: String,
    /// What it was called when the agreement was proposed.
    pub name: String,
    /// Who proposed, or issued the passcode; for an organisation that was onboarded the provider's user.
    pub user_id: String,
}

impl From<&Signatory> for SignatoryView {
    fn from(signatory: &Signatory) -> Self {
        Self {
            organization_id: signatory.organization.to_string(),
            name: signatory.name.to_string(),
            user_id: signatory.user.to_string(),
        }
    }
}

/// How sessions under an agreement share.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Sharing)]
pub struct SharingView {
    /// full, partial or anonymised.
    pub extent: String,
    /// With partial the fields; null otherwise.
    pub fields: Option<Vec<String>>,
    /// May an asset have several sessions towards the consumer at once?
    pub overlapping_sessions: bool,
    /// May the consumer share on: none, once or unlimited.
    pub onward: String,
    /// Do sessions start by themselves when their time begins?
    pub automatic_start: bool,
}

impl From<&Sharing> for SharingView {
    fn from(sharing: &Sharing) -> Self {
        Self {
            extent: sharing.extent.name().to_owned(),
            fields: match &sharing.extent {
                Extent::Partial(fields) => Some(fields.iter().cloned().collect()),
                Extent::Full | Extent::Anonymised => None,
            },
            overlapping_sessions: sharing.overlap,
            onward: sharing.onward.name().to_owned(),
            automatic_start: sharing.automatic_start,
        }
    }
}

/// Who agreed for the consumer, and when.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Approval)]
pub struct ApprovalView {
    /// The user; null for the platform.
    pub user_id: Option<String>,
    /// The organisation that the user acted for: the provider's, where it onboarded the consumer.
    pub organization_id: Option<String>,
    /// When.
    pub approved_at: String,
}

impl From<&Approval> for ApprovalView {
    fn from(approval: &Approval) -> Self {
        let (user, organization) = match &approval.author {
            Author::User { user, organization } => (Some(user), organization.as_ref()),
            Author::System => (None, None),
        };
        Self {
            user_id: user.map(ToString::to_string),
            organization_id: organization.map(ToString::to_string),
            approved_at: approval.at.to_string(),
        }
    }
}

/// A framework agreement as the caller sees it now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FrameworkAgreement)]
pub struct AgreementView {
    /// Its id, a UUID.
    pub id: String,
    /// The status that holds now: Pending, Active, Rejected, Stopped or Expired.
    pub status: String,
    /// The number of events so far; the entity tag is made of it.
    pub version: u64,
    /// Who shares.
    pub provider: SignatoryView,
    /// Who uses what is shared.
    pub consumer: SignatoryView,
    /// Did the provider bring the consumer to the platform with it?
    pub onboarded: bool,
    /// What is shared: asset or unit.
    pub entity: String,
    /// How sessions share.
    pub sharing: SharingView,
    /// Does a session need a contract?
    pub contract_needed: bool,
    /// The packages of data that the consumer gets.
    pub value_propositions: Vec<String>,
    /// The types of messages that flow; none for all that the value propositions hold.
    pub messages: Vec<String>,
    /// Who pays: provider or consumer.
    pub payer: String,
    /// Since when it holds.
    pub valid_from: String,
    /// Until when; null for no end.
    pub valid_to: Option<String>,
    /// Who agreed for the consumer, from Active on.
    pub approval: Option<ApprovalView>,
    /// Why it ended.
    pub ending: Option<EndingView>,
    /// What the caller may do now.
    pub allowed: Vec<String>,
    /// When it was proposed.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

impl AgreementView {
    /// The agreement as `principal` sees it at `now`.
    #[must_use]
    pub fn new(agreement: &Agreement, principal: &Principal, now: Timestamp) -> Self {
        let Frame {
            entity,
            sharing,
            contract_needed,
            value_propositions,
            messages,
            payer,
            valid_from,
            valid_to,
        } = &agreement.frame;
        let allowed = agreement.allowed(principal, now).into_iter();
        Self {
            id: agreement.id.to_string(),
            status: agreement.status(now).name().to_owned(),
            version: agreement.version,
            provider: SignatoryView::from(&agreement.provider),
            consumer: SignatoryView::from(&agreement.consumer),
            onboarded: agreement.onboarded,
            entity: entity.name().to_owned(),
            sharing: SharingView::from(sharing),
            contract_needed: *contract_needed,
            value_propositions: value_propositions.iter().map(ToString::to_string).collect(),
            messages: messages.iter().map(ToString::to_string).collect(),
            payer: payer.name().to_owned(),
            valid_from: valid_from.to_string(),
            valid_to: valid_to.map(|end| end.to_string()),
            approval: agreement.approval.as_ref().map(ApprovalView::from),
            ending: agreement.ending.as_ref().map(EndingView::from),
            allowed: allowed
                .map(AgreementCommandKind::name)
                .map(str::to_owned)
                .collect(),
            created_at: agreement.created_at.to_string(),
            updated_at: agreement.updated_at.to_string(),
        }
    }

    /// The entity tag of the agreement at `now`.
    #[must_use]
    pub fn tag(agreement: &Agreement, now: Timestamp) -> String {
        let lapsed = agreement.phase(now) == AgreementPhase::Due;
        entity_tag(agreement.version, lapsed)
    }
}
