//! An organisation on the wire.

use serde::{Deserialize, Deserializer, Serialize};
use sharepact_domain::organization::{
    Changes, HostName, Invitation, Language, Logo, LogoUrl, Organization, Settings, Standing,
    TimeZone,
};
use sharepact_domain::text::Line;
use sharepact_domain::time::Timestamp;
use utoipa::ToSchema;

use crate::{Check, Problem, entity_tag};

/// A logo.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Logo)]
pub struct LogoForm {
    /// Where its picture is: https, at most 2,048 characters.
    #[schema(example = "https://example.org/logo.svg")]
    pub url: String,
    /// Is it shown?
    pub visible: bool,
}

impl LogoForm {
    fn parse(self, pointer: &str, check: &mut Check) -> Option<Logo> {
        let url = check.at(&format!("{pointer}/url"), LogoUrl::parse(&self.url))?;
        Some(Logo {
            url,
            visible: self.visible,
        })
    }
}

impl From<&Logo> for LogoForm {
    fn from(logo: &Logo) -> Self {
        Self {
            url: logo.url.to_string(),
            visible: logo.visible,
        }
    }
}

/// What an organisation sets for itself, or a profile for those that are onboarded with it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = Settings)]
pub struct SettingsForm {
    /// The name of a time zone in the IANA database.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// A language tag as in BCP 47.
    #[schema(example = "de")]
    pub language: String,
    /// A host name.
    #[serde(default)]
    #[schema(example = "fleet.example.org")]
    pub domain: Option<String>,
    /// May support act in the organisation's name?
    #[serde(default)]
    pub impersonation: bool,
    /// The logo.
    #[serde(default)]
    pub logo: Option<LogoForm>,
}

impl SettingsForm {
    /// The settings, parsed, with every fault below `pointer`.
    pub(super) fn parse(self, pointer: &str, check: &mut Check) -> Option<Settings> {
        let time_zone = TimeZone::parse(&self.time_zone);
        let time_zone = check.at(&format!("{pointer}/timeZone"), time_zone);
        let language = Language::parse(&self.language);
        let language = check.at(&format!("{pointer}/language"), language);
        let domain = self.domain.as_deref().map(HostName::parse);
        let domain = check.optional(&format!("{pointer}/domain"), domain);
        let logo = self.logo;
        let logo = logo.and_then(|logo| logo.parse(&format!("{pointer}/logo"), check));
        Some(Settings {
            time_zone: time_zone?,
            language: language?,
            domain,
            impersonation: self.impersonation,
            logo,
        })
    }
}

impl From<&Settings> for SettingsForm {
    fn from(settings: &Settings) -> Self {
        Self {
            time_zone: settings.time_zone.to_string(),
            language: settings.language.to_string(),
            domain: settings.domain.as_ref().map(ToString::to_string),
            impersonation: settings.impersonation,
            logo: settings.logo.as_ref().map(LogoForm::from),
        }
    }
}

/// A member that may be absent but not null.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    reader: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(reader).map(Some)
}

/// A member that may be absent, and that null removes.
#[expect(
    clippy::option_option,
    reason = "absent, null and given are three things"
)]
pub(super) fn removable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    reader: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(reader).map(Some)
}

/// What an administrator sends to change settings: a merge patch (RFC 7396), but that a logo is given whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SettingsPatch {
    /// The name of a time zone in the IANA database; Etc/UTC until one is given.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// A language tag as in BCP 47; en until one is given.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, example = "de")]
    pub language: Option<String>,
    /// A host name; null for none.
    #[serde(default, deserialize_with = "removable")]
    #[schema(value_type = Option<String>, example = "fleet.example.org")]
    pub domain: Option<Option<String>>,
    /// May support act in the organisation's name? Not until that is given.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    pub impersonation: Option<bool>,
    /// The logo; null for none.
    #[serde(default, deserialize_with = "removable")]
    #[schema(value_type = Option<LogoForm>)]
    pub logo: Option<Option<LogoForm>>,
}

/// What an administrator sends to name its organisation, or to change it: a merge patch (RFC 7396).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = OrganizationPatch)]
pub struct OrganizationBody {
    /// What it is called, up to 200 characters on one line. Required the first time, which makes the organisation's record.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, example = "Nordic Mobility")]
    pub name: Option<String>,
    /// What of its settings is to be different.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = SettingsPatch, required = false)]
    pub settings: Option<SettingsPatch>,
}

impl OrganizationBody {
    /// The changes, parsed.
    ///
    /// # Errors
    /// Every fault.
    pub fn parse(self) -> Result<Changes, Problem> {
        let mut check = Check::default();
        let settings = self.settings.unwrap_or_default();
        let name = check.optional("/name", self.name.as_deref().map(Line::parse));
        let zone = settings.time_zone.as_deref().map(TimeZone::parse);
        let language = settings.language.as_deref().map(Language::parse);
        let domain = settings.domain.map(|domain| {
            let domain = domain.as_deref().map(HostName::parse);
            check.optional("/settings/domain", domain)
        });
        let logo = settings.logo.map(|logo| {
            let logo = logo.map(|logo| logo.parse("/settings/logo", &mut check));
            logo.flatten()
        });
        let changes = Changes {
            name,
            time_zone: check.optional("/settings/timeZone", zone),
            language: check.optional("/settings/language", language),
            domain,
            impersonation: settings.impersonation,
            logo,
        };
        check.finish(Some(changes))
    }
}

/// What the first person of an onboarded organisation sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Redemption)]
pub struct RedeemBody {
    /// The token of the invitation.
    pub token: String,
}

/// The first person of an organisation that somebody else has onboarded.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AccountOwner)]
pub struct AccountOwnerView {
    /// Their name.
    pub name: String,
    /// Where the invitation went.
    pub email: String,
}

/// An invitation. Its token is in no answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invitation)]
pub struct InvitationView {
    /// Its id.
    pub id: String,
    /// Whom it went to.
    pub email: String,
    /// open, accepted or expired.
    pub status: String,
    /// When it was sent.
    pub sent_at: String,
    /// When it ends, or ended.
    pub expires_at: String,
    /// The id of the user who followed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<String>,
}

impl InvitationView {
    /// The invitation as it stands now.
    #[must_use]
    pub fn new(invitation: &Invitation, now: Timestamp) -> Self {
        let joined = invitation.joined.as_ref();
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.to_string(),
            status: invitation.standing(now).name().to_owned(),
            sent_at: invitation.sent_at.to_string(),
            expires_at: invitation.expires_at.to_string(),
            joined_by: joined.map(|joined| joined.user.to_string()),
            joined_at: joined.map(|joined| joined.at.to_string()),
        }
    }
}

/// An organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Organization)]
pub struct OrganizationView {
    /// Its id: what the identity provider calls it.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it sets for itself.
    pub settings: SettingsForm,
    /// Its first person, where another organisation has onboarded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_owner: Option<AccountOwnerView>,
    /// Which organisation has onboarded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_organization_id: Option<String>,
    /// Which organisation is billed for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_owner_id: Option<String>,
    /// Why it has a parent: Data sharing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relationship: Option<String>,
    /// The last invitation to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation: Option<InvitationView>,
    /// Since when there is a record of it.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
    /// The number of its events so far.
    pub version: u64,
}

impl OrganizationView {
    /// The organisation as it stands now.
    #[must_use]
    pub fn new(organization: &Organization, now: Timestamp) -> Self {
        let onboarded = organization.onboarded.as_ref();
        let invitation = organization.invitation.as_ref();
        Self {
            id: organization.id.to_string(),
            name: organization.name.to_string(),
            settings: SettingsForm::from(&organization.settings),
            account_owner: onboarded.map(|onboarded| AccountOwnerView {
                name: onboarded.account_owner.name.to_string(),
                email: onboarded.account_owner.email.to_string(),
            }),
            parent_organization_id: onboarded.map(|onboarded| onboarded.parent.to_string()),
            billing_owner_id: onboarded.map(|onboarded| onboarded.billing_owner.to_string()),
            relationship: onboarded.map(|onboarded| onboarded.relationship.name().to_owned()),
            invitation: invitation.map(|invitation| InvitationView::new(invitation, now)),
            created_at: organization.created_at.to_string(),
            updated_at: organization.updated_at.to_string(),
            version: organization.version,
        }
    }

    /// The entity tag: an invitation whose time is over shows without a write.
    #[must_use]
    pub fn tag(organization: &Organization, now: Timestamp) -> String {
        let standing = organization.invitation.as_ref();
        let standing = standing.map(|invitation| invitation.standing(now));
        entity_tag(organization.version, standing == Some(Standing::Expired))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(json: &str) -> Result<Changes, Problem> {
        crate::body::read::<OrganizationBody>(json.as_bytes()).and_then(OrganizationBody::parse)
    }

    #[test]
    fn absent_null_and_given_are_three_things() {
        let nothing = changes("{}").unwrap();
        assert_eq!(nothing, Changes::default());
        let removed = changes(r#"{"settings":{"domain":null,"logo":null}}"#).unwrap();
        assert_eq!((removed.domain, removed.logo), (Some(None), Some(None)));
        let given = changes(r#"{"settings":{"domain":"a.org","timeZone":"Asia/Tokyo"}}"#).unwrap();
        assert!(matches!(given.domain, Some(Some(_))));
        assert!(given.time_zone.is_some() && given.language.is_none() && given.logo.is_none());
    }

    #[test]
    fn what_cannot_be_removed_is_refused_with_its_place() {
        for (json, pointer) in [
            (r#"{"name":null}"#, "/name"),
            (r#"{"settings":null}"#, "/settings"),
            (r#"{"settings":{"timeZone":null}}"#, "/settings/timeZone"),
            (
                r#"{"settings":{"impersonation":null}}"#,
                "/settings/impersonation",
            ),
        ] {
            let document = changes(json).unwrap_err().document(None);
            assert_eq!(
                document.errors[0].pointer.as_deref(),
                Some(pointer),
                "{json}"
            );
        }
        let faults = changes(
            r#"{"name":"","settings":{"timeZone":"Mars","domain":"x","logo":{"url":"y","visible":true}}}"#,
        );
        let places: Vec<_> = faults
            .unwrap_err()
            .document(None)
            .errors
            .into_iter()
            .filter_map(|e| e.pointer)
            .collect();
        assert_eq!(
            places,
            [
                "/name",
                "/settings/domain",
                "/settings/logo/url",
                "/settings/timeZone"
            ]
        );
    }
}
