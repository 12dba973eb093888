//! An organisation, and the profiles that it keeps.

use sharepact_domain::organization::Organization;
use sharepact_domain::profile::Profile;

use super::{Item, text, versioned};
use crate::{StoreError, keys};

pub(crate) fn write_organization(organization: &Organization) -> Result<Item, StoreError> {
    let key = keys::organization(&organization.id);
    versioned(&key, organization.version, organization)
}

pub(crate) fn write_profile(profile: &Profile) -> Result<Item, StoreError> {
    let mut item = versioned(&keys::profile(profile.id), profile.version, profile)?;
    let mut put = |name: &str, value: String| item.insert(name.to_owned(), text(value));
    put("listing", keys::profile_listing(profile.id));
    put("providerOrganization", profile.organization.to_string());
    Ok(item)
}
