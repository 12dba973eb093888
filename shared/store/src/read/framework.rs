//! Agreements, sessions with all that they hang from, and what entitles a consumer to an asset.
//!
//! The one rule: a session's id names its parents, so that one batch reads it with them; only what it shares on takes a
//! second one.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use serde::de::DeserializeOwned;
use sharepact_domain::agreement::Agreement;
use sharepact_domain::asset::Asset;
use sharepact_domain::contract::Contract;
use sharepact_domain::document::{Document, Shown};
use sharepact_domain::id::{AgreementId, AllotmentId, AssetId, ContractId, OrganizationId};
use sharepact_domain::party::Owner;
use sharepact_domain::session::{Access, Lineage, Session, SessionId, Upstream};
use sharepact_domain::time::Timestamp;

use super::{Found, Items, remembered};
use crate::item::{self, Ticket};
use crate::keys::{self, Key};
use crate::{Boxed, Store, StoreError};

/// The most keys of one batch.
const BATCH: usize = 100;

/// A session and all that it hangs from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// The session.
    pub session: Session,
    /// What it hangs from.
    pub lineage: Lineage,
}

/// What the making of sessions has to know.
#[derive(Debug)]
pub struct MakingRecord {
    /// The agreement.
    pub agreement: Agreement,
    /// The quota contract, where one was named and there is one.
    pub contract: Option<Contract>,
    /// The assets, in the order asked for.
    pub assets: Vec<Option<Asset>>,
}

/// What may entitle a consumer to an asset.
#[derive(Debug)]
pub struct Entitling {
    /// The asset, if there is one.
    pub asset: Option<Asset>,
    /// The live contracts of the consumer on it.
    pub contracts: Vec<Contract>,
    /// The sessions towards the consumer on it.
    pub sessions: Vec<SessionRecord>,
}

impl Store {
    /// An agreement, and its document.
    pub fn agreement_document(
        &self,
        id: AgreementId,
    ) -> Boxed<'_, Option<(Agreement, Option<Document>)>> {
        Box::pin(async move {
            let (state, document) = (keys::agreement(id), keys::document(Shown::Agreement(id)));
            let items = self.batch([&state, &document]).await?;
            let agreement: Option<Agreement> = items.state(&state)?;
            let document = items.state(&document)?;
            Ok(agreement.map(|agreement| (agreement, document)))
        })
    }

    /// An agreement.
    pub fn agreement<'a>(
        &'a self,
        id: AgreementId,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Agreement>> {
        Box::pin(async move {
            let state = keys::agreement(id);
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let items = self.batch([Some(&state), answer.as_ref()].into_iter().flatten());
            let items = items.await?;
            Ok(Found {
                value: items.state(&state)?,
                remembered: remembered(&items, answer.as_ref(), now)?,
            })
        })
    }

    /// A session with all that it hangs from: one round trip, and one more where it shares on what was received.
    pub fn session<'a>(
        &'a self,
        id: &'a SessionId,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<SessionRecord>> {
        Box::pin(async move {
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let wanted = family([id]).into_iter().chain(answer.clone());
            let items = self.batches(wanted.collect()).await?;
            let records = self.lineages(std::slice::from_ref(id), &items).await?;
            Ok(Found {
                value: records.into_iter().flatten().next(),
                remembered: remembered(&items, answer.as_ref(), now)?,
            })
        })
    }

    /// Several sessions with all that they hang from, in their order; those that are not there are left out.
    pub fn sessions<'a>(&'a self, ids: &'a [SessionId]) -> Boxed<'a, Vec<SessionRecord>> {
        Box::pin(async move {
            let items = self.batches(family(ids)).await?;
            let records = self.lineages(ids, &items).await?;
            Ok(records.into_iter().flatten().collect())
        })
    }

    /// What sessions that were listed hang from, in their order.
    pub fn hanging<'a>(&'a self, sessions: &'a [Session]) -> Boxed<'a, Vec<SessionRecord>> {
        Box::pin(async move {
            let of = |session: &Session| {
                let parents = parents(&session.id);
                parents
                    .into_iter()
                    .chain(family(&session.upstream))
                    .collect::<Vec<_>>()
            };
            let wanted: BTreeSet<Key> = sessions.iter().flat_map(of).collect();
            let items = self.batches(wanted.into_iter().collect()).await?;
            sessions
                .iter()
                .map(|session| record(session.clone(), &items, &items))
                .collect()
        })
    }

    /// The agreement, the contract and the assets that sessions are to be made of.
    pub fn making<'a>(
        &'a self,
        agreement: AgreementId,
        contract: Option<ContractId>,
        assets: &'a [AssetId],
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<MakingRecord>> {
        Box::pin(async move {
            let under = keys::agreement(agreement);
            let contract = contract.map(keys::contract);
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let distinct: BTreeSet<_> = assets.iter().map(keys::asset).collect();
            let wanted = std::iter::once(under.clone()).chain(contract.clone());
            let wanted = wanted.chain(answer.clone()).chain(distinct);
            let items = self.batches(wanted.collect()).await?;
            let agreement: Option<Agreement> = items.state(&under)?;
            let remembered = remembered(&items, answer.as_ref(), now)?;
            let Some(agreement) = agreement else {
                return Ok(Found {
                    value: None,
                    remembered,
                });
            };
            let contract = contract.map(|key| items.state(&key)).transpose()?.flatten();
            let assets = assets.iter().map(|asset| items.state(&keys::asset(asset)));
            let value = Some(MakingRecord {
                agreement,
                contract,
                assets: assets.collect::<Result<_, _>>()?,
            });
            Ok(Found { value, remembered })
        })
    }

    /// The places of the sessions of assets towards a consumer, in the order of the assets.
    pub fn accesses<'a>(
        &'a self,
        consumer: &'a OrganizationId,
        assets: &'a [AssetId],
    ) -> Boxed<'a, Vec<Access>> {
        Box::pin(async move {
            let keys: Vec<_> = assets
                .iter()
                .map(|asset| keys::access(consumer, asset))
                .collect();
            let items = self.batches(keys.clone()).await?;
            let found = keys.iter().map(|key| items.state(key));
            found
                .map(|found| found.map(Option::unwrap_or_default))
                .collect()
        })
    }

    /// Those of the allotments that were made.
    pub fn allotted<'a>(
        &'a self,
        ids: &'a BTreeSet<AllotmentId>,
    ) -> Boxed<'a, BTreeSet<AllotmentId>> {
        Box::pin(async move {
            let items = self.batches(ids.iter().copied().map(keys::allotment).collect());
            let items = items.await?;
            let made = |id: &&AllotmentId| items.get(&keys::allotment(**id)).is_some();
            Ok(ids.iter().filter(made).copied().collect())
        })
    }

    /// What may entitle one of `owners` – a user, the organisation it acts for – to an asset: one round trip for what there
    /// is, one for how it stands, and one more where something received is shared on.
    pub fn entitling<'a>(
        &'a self,
        owners: &'a [Owner],
        asset: &'a AssetId,
    ) -> Boxed<'a, Entitling> {
        Box::pin(async move {
            let entry = keys::asset(asset);
            let slots: Vec<_> = owners
                .iter()
                .map(|owner| keys::live_slot(owner, asset))
                .collect();
            let access = owners.iter().find_map(|owner| match owner {
                Owner::Organization(organization) => Some(keys::access(organization, asset)),
                Owner::User(_) => None,
            });
            let wanted = std::iter::once(&entry).chain(&slots).chain(&access);
            let items = self.batches(wanted.cloned().collect()).await?;
            let asset: Option<Asset> = items.state(&entry)?;
            let contracts: Vec<_> = slots
                .iter()
                .filter_map(|slot| items.get(slot))
                .map(|slot| {
                    ContractId::parse(item::read_text(slot, "contract")?)
                        .map_err(|fault| item::corrupt(slot, "contract", fault))
                })
                .map(|id| id.map(keys::contract))
                .collect::<Result<_, _>>()?;
            let places: Option<Access> = access
                .map(|access| items.state(&access))
                .transpose()?
                .flatten();
            let places = places.unwrap_or_default().places;
            let sessions: Vec<_> = places.into_iter().map(|place| place.session).collect();
            if asset.is_none() || (contracts.is_empty() && sessions.is_empty()) {
                return Ok(Entitling {
                    asset,
                    contracts: Vec::new(),
                    sessions: Vec::new(),
                });
            }
            let wanted: BTreeSet<_> = family(&sessions)
                .into_iter()
                .chain(contracts.clone())
                .collect();
            let items = self.batches(wanted.into_iter().collect()).await?;
            let found = contracts.iter().map(|key| items.state(key).transpose());
            let contracts = found.flatten().collect::<Result<_, _>>()?;
            let sessions = self.lineages(&sessions, &items).await?;
            Ok(Entitling {
                asset,
                contracts,
                sessions: sessions.into_iter().flatten().collect(),
            })
        })
    }

    /// Sessions of what was read with their parents, and what they share on.
    async fn lineages(
        &self,
        ids: &[SessionId],
        items: &Items,
    ) -> Result<Vec<Option<SessionRecord>>, StoreError> {
        let sessions = ids.iter().map(|id| items.state(&keys::session(id)));
        let sessions: Vec<Option<Session>> = sessions.collect::<Result<_, _>>()?;
        let upstream: BTreeSet<Key> = sessions
            .iter()
            .flatten()
            .flat_map(|session| family(&session.upstream))
            .collect();
        let above = match upstream.is_empty() {
            true => Items(Vec::new()),
            false => self.batches(upstream.into_iter().collect()).await?,
        };
        let records = sessions
            .into_iter()
            .map(|session| session.map(|session| record(session, items, &above)));
        records.map(Option::transpose).collect()
    }

    /// Reads any number of items, by as many batches at once as that takes.
    async fn batches(&self, wanted: Vec<Key>) -> Result<Items, StoreError> {
        let parts = wanted.chunks(BATCH).map(|part| self.batch(part));
        let found = try_join_all(parts).await?;
        Ok(Items(found.into_iter().flat_map(|items| items.0).collect()))
    }
}

/// Sessions and their parents, each once.
fn family<'a>(ids: impl IntoIterator<Item = &'a SessionId>) -> Vec<Key> {
    let of = |id: &SessionId| {
        std::iter::once(keys::session(id))
            .chain(parents(id))
            .collect::<Vec<_>>()
    };
    let keys: BTreeSet<Key> = ids.into_iter().flat_map(of).collect();
    keys.into_iter().collect()
}

fn parents(id: &SessionId) -> Vec<Key> {
    let agreement = std::iter::once(keys::agreement(id.agreement()));
    agreement.chain(id.contract().map(keys::contract)).collect()
}

/// A session of which `beside` has the parents, and `above` what it shares on.
fn record(session: Session, beside: &Items, above: &Items) -> Result<SessionRecord, StoreError> {
    let (agreement, contract) = hung(&session.id, beside)?;
    let upstream = session.upstream.iter().map(|id| {
        let key = keys::session(id);
        let (agreement, contract) = hung(id, above)?;
        Ok(Upstream {
            session: there(above.state(&key)?, &key)?,
            agreement,
            contract,
        })
    });
    let lineage = Lineage {
        agreement,
        contract,
        upstream: upstream.collect::<Result<_, StoreError>>()?,
    };
    Ok(SessionRecord { session, lineage })
}

/// The parents of a session.
fn hung(id: &SessionId, items: &Items) -> Result<(Agreement, Option<Contract>), StoreError> {
    let key = keys::agreement(id.agreement());
    let agreement = there(items.state(&key)?, &key)?;
    let contract = id.contract().map(|contract| {
        let key = keys::contract(contract);
        there(items.state(&key)?, &key)
    });
    Ok((agreement, contract.transpose()?))
}

/// What must be there, since nothing is ever deleted.
fn there<T: DeserializeOwned>(found: Option<T>, key: &Key) -> Result<T, StoreError> {
    found.ok_or_else(|| item::corrupt(&item::key(key), item::STATE, "the item is missing"))
}
