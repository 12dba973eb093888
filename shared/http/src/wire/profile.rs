//! A profile on the wire.

use serde::{Deserialize, Serialize};
use sharepact_domain::organization::Settings;
use sharepact_domain::profile::Profile;
use sharepact_domain::text::Line;
use utoipa::ToSchema;

use super::SettingsForm;
use crate::{Check, Problem};

/// What an administrator sends to make a profile or to change it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProfileDefinition)]
pub struct ProfileBody {
    /// What it is called, up to 200 characters on one line.
    #[schema(example = "Rental partners")]
    pub name: String,
    /// What is copied into an organisation that is onboarded with it.
    pub settings: SettingsForm,
}

impl ProfileBody {
    /// Name and settings, parsed.
    ///
    /// # Errors
    /// Every fault.
    pub fn parse(self) -> Result<(Line, Settings), Problem> {
        let mut check = Check::default();
        let name = check.at("/name", Line::parse(&self.name));
        let settings = self.settings.parse("/settings", &mut check);
        check.finish(name.zip(settings))
    }
}

/// A profile in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProfileName {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
}

impl From<&Profile> for ProfileName {
    fn from(profile: &Profile) -> Self {
        Self {
            id: profile.id.to_string(),
            name: profile.name.to_string(),
        }
    }
}

/// A profile.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Profile)]
pub struct ProfileView {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub organization_id: String,
    /// What it is called.
    pub name: String,
    /// What is copied into an organisation that is onboarded with it.
    pub settings: SettingsForm,
    /// When it was made.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
    /// The number of its events so far.
    pub version: u64,
}

impl From<&Profile> for ProfileView {
    fn from(profile: &Profile) -> Self {
        Self {
            id: profile.id.to_string(),
            organization_id: profile.organization.to_string(),
            name: profile.name.to_string(),
            settings: SettingsForm::from(&profile.settings),
            created_at: profile.created_at.to_string(),
            updated_at: profile.updated_at.to_string(),
            version: profile.version,
        }
    }
}
