//! A session, and the places of an asset's sessions towards a consumer.

use sharepact_domain::id::{AssetId, OrganizationId};
use sharepact_domain::session::{Access, Session, SessionStatus};

use super::{Item, text, versioned};
use crate::{StoreError, keys};

pub(crate) fn write_session(session: &Session) -> Result<Item, StoreError> {
    let id = &session.id;
    let mut item = versioned(&keys::session(id), session.version, session)?;
    let mut put = |name: &str, attribute| {
        item.insert(name.to_owned(), attribute);
    };
    put("listing", text(keys::session_listing(id)));
    if let Some(organization) = &session.consumer.organization {
        put("consumerOrganization", text(organization.as_str()));
    }
    if let Some(organization) = &session.provider.organization {
        put("providerOrganization", text(organization.as_str()));
    }
    if session.recorded != SessionStatus::Ended {
        let parent = match id.contract() {
            Some(contract) => keys::under_contract(contract),
            None => keys::under_agreement(id.agreement()),
        };
        put("parent", text(parent));
        let end = session.valid_to.map(|end| end.to_string());
        let end = end.as_deref().unwrap_or(keys::NO_END);
        put("endsAt", text(format!("{end}#{id}")));
        if let Some(source) = session.upstream.first() {
            put("source", text(format!("SESSION#{source}")));
        }
    }
    if let Some(due) = session.due_at() {
        put("dueBucket", text(keys::due_bucket(due, id)));
        put("dueAt", text(format!("{due}#{id}")));
    }
    Ok(item)
}

pub(crate) fn write_access(
    consumer: &OrganizationId,
    asset: &AssetId,
    access: &Access,
) -> Result<Item, StoreError> {
    versioned(&keys::access(consumer, asset), access.version, access)
}
