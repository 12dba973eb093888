//! An asset of the register.

use sharepact_domain::asset::{AccessLevel, Asset};

use super::{Item, STATE, number, start, text, value};
use crate::{StoreError, keys};

pub(crate) fn write_asset(asset: &Asset) -> Result<Item, StoreError> {
    let mut item = start(&keys::asset(&asset.id));
    let mut put = |name: &str, attribute| {
        item.insert(name.to_owned(), attribute);
    };
    put("version", number(asset.version));
    put(STATE, value(asset)?);
    put("listing", text(keys::asset_listing(&asset.id)));
    put("providerUser", text(asset.owner.user.as_str()));
    if let Some(organization) = &asset.owner.organization {
        put("providerOrganization", text(organization.as_str()));
    }
    match asset.definition.access_level {
        AccessLevel::Public | AccessLevel::Private => put("catalogue", text(keys::CATALOGUE)),
        // Sparse: what only its owner may see is not in the catalogue.
        AccessLevel::Confidential => {}
    }
    Ok(item)
}
