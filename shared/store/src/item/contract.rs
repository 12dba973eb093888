//! A contract: its state, the terms of its last revision, and every revision.
//!
//! Terms can be 100,000 characters long, so they stand in items of their own: a list never reads
//! them, and the state stays small in every index.

use sharepact_domain::contract::{Contract, Revision, Status};
use sharepact_domain::id::ContractId;
use sharepact_domain::terms::Terms;

use super::{Item, STATE, number, read_text, start, text, value};
use crate::{StoreError, keys};

/// A contract and the text of its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractRecord {
    /// The state.
    pub contract: Contract,
    /// The terms of the last revision, from the draft on.
    pub terms: Option<Terms>,
}

pub(crate) fn write_contract(contract: &Contract) -> Result<Item, StoreError> {
    let mut item = start(&keys::contract(contract.id));
    let mut put = |name: &str, attribute| {
        item.insert(name.to_owned(), attribute);
    };
    put("version", number(contract.version));
    put(STATE, value(contract)?);
    put("listing", text(keys::contract_listing(contract.id)));
    put("consumerUser", text(contract.consumer.user.as_str()));
    put("providerUser", text(contract.provider.user.as_str()));
    if let Some(organization) = &contract.consumer.organization {
        put("consumerOrganization", text(organization.as_str()));
    }
    if let Some(organization) = &contract.provider.organization {
        put("providerOrganization", text(organization.as_str()));
    }
    if let (true, Some(asset)) = (contract.recorded.is_live(), contract.asset()) {
        put("liveAsset", text(asset.id.as_str()));
        put(
            "liveConsumer",
            text(format!("{}#{}", contract.consumer.user, contract.id)),
        );
    }
    if let (true, Some(agreement)) = (contract.recorded.is_live(), contract.agreement()) {
        put("parent", text(keys::under_agreement(agreement)));
        let end = contract.expires_at.map(|end| end.to_string());
        let end = end.as_deref().unwrap_or(keys::NO_END);
        put("endsAt", text(format!("{end}#{}", contract.id)));
    }
    if let Some(side) = contract.waiting_for() {
        put("waitingFor", text(contract.party(side).owner().to_string()));
        put(
            "waitingSince",
            text(format!("{}#{}", contract.updated_at, contract.id)),
        );
    }
    if let (Status::Active, Some(end)) = (contract.recorded, contract.expires_at) {
        put("dueBucket", text(keys::due_bucket(end, contract.id)));
        put("dueAt", text(format!("{end}#{}", contract.id)));
    }
    Ok(item)
}

pub(crate) fn write_terms(id: ContractId, revision: u32, terms: &Terms) -> Item {
    let mut item = start(&keys::contract_terms(id));
    item.insert("revision".to_owned(), number(revision));
    item.insert("text".to_owned(), text(terms.as_str()));
    item
}

pub(crate) fn read_terms(item: &Item) -> Result<Terms, StoreError> {
    let stored = read_text(item, "text")?;
    Terms::parse(stored).map_err(|fault| super::corrupt(item, "text", fault))
}

pub(crate) fn write_revision(id: ContractId, revision: &Revision) -> Result<Item, StoreError> {
    let mut item = start(&keys::revision(id, revision.number));
    item.insert(STATE.to_owned(), value(revision)?);
    Ok(item)
}
