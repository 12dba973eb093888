//! What a provider sends to make a framework agreement, and the bodies of the commands on one.
//!
//! The one rule: whatever is wrong with the frame itself is told before any passcode is looked at.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sharepact_domain::agreement::{
    AgreementCommand, Extent, Frame, Keyword, Known, Onward, Sharing, Vocabulary,
};
use sharepact_domain::asset::Entity;
use sharepact_domain::email::Email;
use sharepact_domain::fault::{Fault, Rule};
use sharepact_domain::id::ProfileId;
use sharepact_domain::organization::{AccountOwner, Onboarding};
use sharepact_domain::party::Side;
use sharepact_domain::passcode::Code;
use sharepact_domain::text::{Line, Text};
use sharepact_domain::time::Timestamp;
use utoipa::ToSchema;

use super::{NoBody, RejectBody, StopBody};
use crate::problem::Place;
use crate::{Check, Problem, ProblemType};

/// The kind of thing that is shared.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Entity)]
pub enum EntityForm {
    /// What data is about, such as a vehicle.
    #[default]
    Asset,
    /// A communication unit.
    Unit,
}

impl From<EntityForm> for Entity {
    fn from(form: EntityForm) -> Self {
        match form {
            EntityForm::Asset => Self::Asset,
            EntityForm::Unit => Self::Unit,
        }
    }
}

/// How much of an asset's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Extent)]
pub enum ExtentForm {
    /// All fields.
    Full,
    /// The fields that are named.
    Partial,
    /// All fields, without what names or locates persons.
    Anonymised,
}

/// May the consumer share on?
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Onward)]
pub enum OnwardForm {
    /// No.
    None,
    /// With others, who may not.
    Once,
    /// With others, who may too.
    Unlimited,
}

impl From<OnwardForm> for Onward {
    fn from(form: OnwardForm) -> Self {
        match form {
            OnwardForm::None => Self::None,
            OnwardForm::Once => Self::Once,
            OnwardForm::Unlimited => Self::Unlimited,
        }
    }
}

/// Who pays.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Payer)]
pub enum PayerForm {
    /// Who shares.
    Provider,
    /// Who uses what is shared.
    Consumer,
}

impl From<PayerForm> for Side {
    fn from(form: PayerForm) -> Self {
        match form {
            PayerForm::Provider => Self::Provider,
            PayerForm::Consumer => Self::Consumer,
        }
    }
}

/// How sessions are to share.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = SharingPreferences)]
pub struct SharingForm {
    /// How much of an asset's data.
    pub extent: ExtentForm,
    /// With partial, and with nothing else: 1 to 500 names of fields.
    #[serde(default)]
    pub fields: Option<Vec<String>>,
    /// May an asset have several sessions towards the consumer at once?
    pub overlapping_sessions: bool,
    /// May the consumer share on?
    pub onward: OnwardForm,
    /// Do sessions start by themselves when their time begins?
    pub automatic_start: bool,
}

impl SharingForm {
    fn parse(self, check: &mut Check) -> Option<Sharing> {
        let extent = match (self.extent, self.fields) {
            (ExtentForm::Full, None) => Extent::Full,
            (ExtentForm::Anonymised, None) => Extent::Anonymised,
            (ExtentForm::Partial, fields) => {
                let fields = fields.unwrap_or_default();
                let again = |name: &String| {
                    let detail = format!("{name} is named before");
                    Fault::new(Rule::DuplicateField, detail)
                };
                Extent::Partial(each("/sharing/fields", fields, again, Ok, check))
            }
            (ExtentForm::Full | ExtentForm::Anonymised, Some(_)) => {
                let detail = "goes with the extent partial only";
                let fault = Fault::new(Rule::EmptySelection, detail);
                return check.at("/sharing/fields", Err(fault));
            }
        };
        Some(Sharing {
            extent,
            overlap: self.overlapping_sessions,
            onward: self.onward.into(),
            automatic_start: self.automatic_start,
        })
    }
}

/// The first person of an organisation that is brought to the platform.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = Contact)]
pub struct ContactForm {
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// Where the invitation goes.
    #[schema(example = "nora.lind@example.org")]
    pub email: String,
}

impl ContactForm {
    fn parse(self, check: &mut Check) -> Option<AccountOwner> {
        let given = check.at("/consumer/contact/firstName", Line::parse(&self.first_name));
        let family = check.at("/consumer/contact/lastName", Line::parse(&self.last_name));
        let email = check.at("/consumer/contact/email", Email::parse(&self.email));
        let (given, family) = given.zip(family)?;
        let name = Line::parse(&format!("{given} {family}"));
        Some(AccountOwner {
            name: check.at("/consumer/contact", name)?,
            email: email?,
        })
    }
}

/// A consumer that is not on the platform yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = NewConsumer)]
pub struct NewConsumerForm {
    /// What the organisation is called, up to 200 characters on one line.
    pub organization_name: String,
    /// Its first person, who is invited.
    pub contact: ContactForm,
    /// The profile of the provider's own whose settings it gets a copy of.
    pub profile_id: String,
}

impl NewConsumerForm {
    fn parse(self, check: &mut Check) -> Option<Invited> {
        let name = check.at(
            "/consumer/organizationName",
            Line::parse(&self.organization_name),
        );
        let account_owner = self.contact.parse(check);
        let profile = check.at("/consumer/profileId", ProfileId::parse(&self.profile_id));
        Some(Invited::New {
            onboarding: Onboarding {
                name: name?,
                account_owner: account_owner?,
            },
            profile: profile?,
        })
    }
}

/// Whom an agreement is to be with.
pub enum Invited {
    /// The organisation that a passcode stands for.
    Known(Code),
    /// One that comes to the platform with it.
    New {
        /// Its name, and who is invited.
        onboarding: Onboarding,
        /// Which profile its settings are copied from.
        profile: ProfileId,
    },
}

/// What a provider sends to make a framework agreement: with the passcode of a consumer that is on the platform, or with
/// a consumer that is not; with one of these.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AgreementProposal)]
pub struct AgreementBody {
    /// The consumer's passcode; capitals, hyphens and spaces make no difference. The proposal uses it up.
    #[serde(default)]
    #[schema(example = "K7MX-4RTD")]
    pub passcode: Option<String>,
    /// A consumer that is to be brought to the platform.
    #[serde(default)]
    pub consumer: Option<NewConsumerForm>,
    /// What is shared; asset without it.
    #[serde(default)]
    pub entity: EntityForm,
    /// How sessions share.
    pub sharing: SharingForm,
    /// Does a session need a contract?
    pub contract_needed: bool,
    /// The packages of data that the consumer gets: 1 to 100 names that the deployment knows.
    #[schema(example = json!(["vehicle-status", "location"]))]
    pub value_propositions: Vec<String>,
    /// The types of messages that flow, up to 100 names that the deployment knows; all that the value propositions hold
    /// without it.
    #[serde(default)]
    pub messages: Vec<String>,
    /// Who pays. The provider does for a consumer that it brings to the platform, and for one whose bills go to somebody
    /// else.
    pub payer: PayerForm,
    /// Since when it is to hold, RFC 3339; at once without it.
    #[serde(default)]
    pub valid_from: Option<String>,
    /// Until when, RFC 3339; for ever without it.
    #[serde(default)]
    pub valid_to: Option<String>,
}

impl AgreementBody {
    /// Whom the agreement is to be with, and what is to be agreed; `now` is when it begins unless it says otherwise.
    ///
    /// # Errors
    /// Every fault of the frame, and of whom it names.
    pub fn parse(
        self,
        vocabulary: &Vocabulary,
        now: Timestamp,
    ) -> Result<(Invited, Frame), Problem> {
        let mut check = Check::default();
        let invited = match (self.passcode, self.consumer) {
            (Some(code), None) => check
                .at("/passcode", Code::parse(&code))
                .map(Invited::Known),
            (None, Some(consumer)) => consumer.parse(&mut check),
            (given, _) => return Err(one_of_two(given.is_some())),
        };
        let sharing = self.sharing.parse(&mut check);
        let known = &vocabulary.value_propositions;
        let value_propositions = names(
            "/valuePropositions",
            self.value_propositions,
            known,
            &mut check,
        );
        let messages = names("/messages", self.messages, &vocabulary.messages, &mut check);
        let from = check.optional("/validFrom", self.valid_from.as_deref().map(instant));
        let valid_to = check.optional("/validTo", self.valid_to.as_deref().map(instant));
        let (entity, payer) = (self.entity.into(), self.payer.into());
        let frame = sharing.map(|sharing| Frame {
            entity,
            sharing,
            contract_needed: self.contract_needed,
            value_propositions,
            messages,
            payer,
            valid_from: from.unwrap_or(now),
            valid_to,
        });
        let (invited, frame) = check.finish(invited.zip(frame))?;
        Ok((invited, frame.check(now)?))
    }
}

fn one_of_two(both: bool) -> Problem {
    let (kind, place, detail) = match both {
        true => (
            ProblemType::UnknownMember,
            "/consumer",
            "takes passcode or consumer, not both",
        ),
        false => (
            ProblemType::MissingMember,
            "/passcode",
            "missing field `passcode`: takes that, or consumer for one that is not on the platform",
        ),
    };
    Problem::at(kind, Place::Pointer(place.to_owned()), detail)
}

fn names(pointer: &str, texts: Vec<String>, known: &Known, check: &mut Check) -> BTreeSet<Keyword> {
    let again = |name: &Keyword| {
        let detail = format!("{name} is named before");
        Fault::new(Rule::InvalidKeyword, detail)
    };
    each(pointer, texts, again, |text| known.take(&text), check)
}

/// The values of a list, of which none may come twice.
fn each<T: Ord>(
    pointer: &str,
    texts: Vec<String>,
    again: impl Fn(&T) -> Fault,
    parse: impl Fn(String) -> Result<T, Fault>,
    check: &mut Check,
) -> BTreeSet<T> {
    let mut values = BTreeSet::new();
    for (index, text) in texts.into_iter().enumerate() {
        let value = parse(text).and_then(|value| match values.contains(&value) {
            true => Err(again(&value)),
            false => Ok(value),
        });
        values.extend(check.at(&format!("{pointer}/{index}"), value));
    }
    values
}

/// An instant that somebody sent.
pub(super) fn instant(text: &str) -> Result<Timestamp, Fault> {
    let parsed = text.parse::<Timestamp>();
    parsed.map_err(|fault| Fault::new(Rule::InvalidTerm, fault.to_string()))
}

/// A body that is a command on an agreement.
pub trait AgreementCommandBody: DeserializeOwned {
    /// The command, parsed.
    ///
    /// # Errors
    /// Every fault that shows without the agreement.
    fn command(self) -> Result<AgreementCommand, Problem>;
}

impl AgreementCommandBody for NoBody {
    fn command(self) -> Result<AgreementCommand, Problem> {
        Ok(AgreementCommand::Approve)
    }
}

impl AgreementCommandBody for RejectBody {
    fn command(self) -> Result<AgreementCommand, Problem> {
        let mut check = Check::default();
        let reason = check.at("/reason", Text::parse(&self.reason));
        check.finish(reason.map(|reason| AgreementCommand::Reject { reason }))
    }
}

impl AgreementCommandBody for StopBody {
    fn command(self) -> Result<AgreementCommand, Problem> {
        let mut check = Check::default();
        let reason = check.at("/reason", Text::parse(&self.reason));
        let detail = check.optional("/detail", self.detail.as_deref().map(Text::parse));
        check.finish(reason.map(|reason| AgreementCommand::Stop { reason, detail }))
    }
}
