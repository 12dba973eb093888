//! A framework agreement.

use sharepact_domain::agreement::Agreement;

use super::{Item, number, text, versioned};
use crate::{StoreError, keys};

pub(crate) fn write_agreement(agreement: &Agreement) -> Result<Item, StoreError> {
    let key = keys::agreement(agreement.id);
    let mut item = versioned(&key, agreement.version, agreement)?;
    let mut put = |name: &str, attribute| {
        item.insert(name.to_owned(), attribute);
    };
    put("listing", text(keys::agreement_listing(agreement.id)));
    let (provider, consumer) = (&agreement.provider, &agreement.consumer);
    put("providerOrganization", text(provider.organization.as_str()));
    put("consumerOrganization", text(consumer.organization.as_str()));
    if let (true, Some(end)) = (agreement.recorded.is_live(), agreement.frame.valid_to) {
        put("dueBucket", text(keys::due_bucket(end, agreement.id)));
        put("dueAt", text(format!("{end}#{}", agreement.id)));
    }
    Ok(item)
}

/// The guard of a live agreement. It ends with the agreement's own time, recorded or not.
pub(crate) fn write_bond(agreement: &Agreement) -> Item {
    let mut item = super::start(&keys::bond(&agreement.bond()));
    item.insert("agreement".to_owned(), text(agreement.id.to_string()));
    if let Some(end) = agreement.frame.valid_to {
        item.insert("endsAt".to_owned(), text(end.to_string()));
        item.insert(super::TTL.to_owned(), number(end.epoch_seconds() + 1));
    }
    item
}
