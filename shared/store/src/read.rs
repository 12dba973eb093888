//! Single aggregates and what a command needs to know: one round trip each, consistent.

mod framework;
mod organization;
mod proposal;
mod webhook;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::future::try_join;
use sharepact_domain::asset::Asset;
use sharepact_domain::contract::{Contract, ContractFact, Revision};
use sharepact_domain::document::{Document, Shown};
use sharepact_domain::event::Event;
use sharepact_domain::id::{AssetId, ContractId};
use sharepact_domain::party::{Owner, Party};
use sharepact_domain::terms::Terms;
use sharepact_domain::time::Timestamp;
use sharepact_domain::wallet::{Nonce, Wallet};

use crate::item::{self, ContractRecord, Item, Remembered, Ticket};
use crate::keys::{self, Key};
use crate::{Boxed, Store, StoreError};

pub use framework::{Entitling, MakingRecord, SessionRecord};
pub use organization::Attempt;
pub use proposal::{Onboarding, Proposing};
pub use webhook::{Delivery, Told, WebhookRecord};

/// What a command found.
#[derive(Debug)]
pub struct Found<T> {
    /// The thing, if there is one.
    pub value: Option<T>,
    /// What was answered to this very idempotency key before.
    pub remembered: Option<Remembered>,
}

/// What a consumer's request or acquisition has to know.
#[derive(Debug)]
pub struct Beginning {
    /// The asset.
    pub asset: Option<Asset>,
    /// Has the consumer's side a wallet?
    pub has_wallet: bool,
}

/// What the registration of a wallet has to know.
#[derive(Debug)]
pub struct Registering {
    /// The wallet, if there is one.
    pub wallet: Option<Wallet>,
    /// Has the challenge registered an address already?
    pub challenge_used: bool,
}

/// What a document is made of, and the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printable {
    /// The contract and its terms.
    pub record: ContractRecord,
    /// Its document, where there is one.
    pub document: Option<Document>,
}

/// A page of a contract's history.
#[derive(Debug)]
pub struct History {
    /// Provider and consumer; none where there are no events.
    pub parties: Option<[Party; 2]>,
    /// The events in order.
    pub events: Vec<Event<ContractFact>>,
    /// Are there later ones?
    pub more: bool,
    /// The revisions to compare, where they were asked for; what does not exist is none.
    pub compared: Option<[Option<Revision>; 2]>,
}

/// How often keys that a batch left out are asked for again.
const ATTEMPTS: u32 = 3;

impl Store {
    /// A contract with the terms of its last revision.
    pub fn contract<'a>(
        &'a self,
        id: ContractId,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<ContractRecord>> {
        Box::pin(async move {
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let (value, items) = self.whole(id, answer.as_ref()).await?;
            Ok(Found {
                value,
                remembered: remembered(&items, answer.as_ref(), now)?,
            })
        })
    }

    /// A contract with the terms of its last revision, and how many places of its quota are taken.
    pub fn contract_in_use(&self, id: ContractId) -> Boxed<'_, Option<(ContractRecord, u32)>> {
        Box::pin(async move {
            let quota = keys::quota(id);
            let (record, items) = self.whole(id, Some(&quota)).await?;
            // A quota that was never used has no item.
            let used = items
                .get(&quota)
                .map(|found| item::read_number(found, item::USED));
            let used = used.transpose()?.unwrap_or_default();
            Ok(record.map(|record| (record, used)))
        })
    }

    /// A contract with the terms of its last revision, and its document.
    pub fn printable(&self, id: ContractId) -> Boxed<'_, Option<Printable>> {
        Box::pin(async move {
            let document = keys::document(Shown::Contract(id));
            let (record, items) = self.whole(id, Some(&document)).await?;
            let document = items.state(&document)?;
            Ok(record.map(|record| Printable { record, document }))
        })
    }

    /// State and terms of one moment, and what was read beside them.
    async fn whole(
        &self,
        id: ContractId,
        beside: Option<&Key>,
    ) -> Result<(Option<ContractRecord>, Items), StoreError> {
        let (state, terms) = (keys::contract(id), keys::contract_terms(id));
        let mut torn = None;
        for _ in 0..ATTEMPTS {
            let wanted = [Some(&state), Some(&terms), beside];
            let items = self.batch(wanted.into_iter().flatten()).await?;
            let contract: Option<Contract> = items.state(&state)?;
            let Some(contract) = contract else {
                return Ok((None, items));
            };
            match matching(&contract, items.get(&terms))? {
                Ok(terms) => return Ok((Some(ContractRecord { contract, terms }), items)),
                // A batch is no transaction: a commit may fall between two of its items.
                Err(error) => torn = Some(error),
            }
        }
        // What still does not fit together was not caught in between, it is damaged.
        Err(torn.unwrap_or_else(|| StoreError::Unavailable("no attempt".to_owned())))
    }

    /// The asset and the wallet that a request of `owner` depends on.
    pub fn beginning<'a>(
        &'a self,
        asset: &'a AssetId,
        owner: &'a Owner,
        ticket: Option<&'a Ticket>,
        now: Timestamp,
    ) -> Boxed<'a, Found<Beginning>> {
        Box::pin(async move {
            let (asset, wallet) = (keys::asset(asset), keys::wallet(owner));
            let answer = ticket.map(|ticket| keys::answer(&ticket.scope));
            let wanted = [Some(&asset), Some(&wallet), answer.as_ref()];
            let items = self.batch(wanted.into_iter().flatten()).await?;
            Ok(Found {
                value: Some(Beginning {
                    asset: items.state(&asset)?,
                    has_wallet: items.get(&wallet).is_some(),
                }),
                remembered: remembered(&items, answer.as_ref(), now)?,
            })
        })
    }

    /// A contract, and where its document is.
    pub fn documented(&self, id: ContractId) -> Boxed<'_, Option<(Contract, Option<Document>)>> {
        Box::pin(async move {
            let (state, document) = (keys::contract(id), keys::document(Shown::Contract(id)));
            let items = self.batch([&state, &document]).await?;
            let contract: Option<Contract> = items.state(&state)?;
            let document = items.state(&document)?;
            Ok(contract.map(|contract| (contract, document)))
        })
    }

    /// An asset of the register.
    pub fn asset<'a>(&'a self, id: &'a AssetId) -> Boxed<'a, Option<Asset>> {
        Box::pin(async move {
            let key = keys::asset(id);
            self.batch([&key]).await?.state(&key)
        })
    }

    /// The wallets of several owners, in their order; those who have none are left out.
    pub fn wallets<'a>(&'a self, owners: &'a [Owner]) -> Boxed<'a, Vec<Wallet>> {
        Box::pin(async move {
            let keys: Vec<_> = owners.iter().map(keys::wallet).collect();
            let items = self.batch(&keys).await?;
            let wallets = keys.iter().map(|key| items.state(key).transpose());
            wallets.flatten().collect()
        })
    }

    /// The wallet that a challenge is to change, and whether the challenge was used.
    pub fn registering<'a>(&'a self, owner: &'a Owner, nonce: Nonce) -> Boxed<'a, Registering> {
        Box::pin(async move {
            let (wallet, challenge) = (keys::wallet(owner), keys::challenge(nonce));
            let items = self.batch([&wallet, &challenge]).await?;
            Ok(Registering {
                wallet: items.state(&wallet)?,
                challenge_used: items.get(&challenge).is_some(),
            })
        })
    }

    /// Up to `limit` events of a contract after the one with sequence `after`, and at the same time
    /// the two revisions to compare.
    pub fn history(
        &self,
        id: ContractId,
        after: u64,
        limit: u32,
        compared: Option<[u32; 2]>,
    ) -> Boxed<'_, History> {
        Box::pin(async move {
            let (page, compared) = try_join(self.events(id, after, limit), async {
                match compared {
                    Some(numbers) => self.revisions(id, numbers).await.map(Some),
                    None => Ok(None),
                }
            })
            .await?;
            Ok(History { compared, ..page })
        })
    }

    async fn revisions(
        &self,
        id: ContractId,
        numbers: [u32; 2],
    ) -> Result<[Option<Revision>; 2], StoreError> {
        let [from, to] = numbers.map(|number| keys::revision(id, number));
        let wanted = std::iter::once(&from).chain((from != to).then_some(&to));
        let items = self.batch(wanted).await?;
        Ok([items.state(&from)?, items.state(&to)?])
    }

    async fn events(&self, id: ContractId, after: u64, limit: u32) -> Result<History, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", item::text(keys::contract(id).pk))
            .expression_attribute_values(":low", item::text(keys::event_sort(after + 1)))
            .expression_attribute_values(":high", item::text(keys::AFTER_EVENTS))
            // One more than asked for: DynamoDB names a last key wherever a limit ends a page, and
            // behind the last event a further page would be empty.
            .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("Query", &error))?;
        let events = answer.items().iter().take(limit).map(item::read_event);
        Ok(History {
            parties: answer.items().first().map(item::read_parties).transpose()?,
            events: events.collect::<Result<_, _>>()?,
            more: answer.items().len() > limit || answer.last_evaluated_key().is_some(),
            compared: None,
        })
    }

    /// Reads up to 100 items at once.
    pub(crate) async fn batch<'k>(
        &self,
        wanted: impl IntoIterator<Item = &'k Key>,
    ) -> Result<Items, StoreError> {
        let mut keys = KeysAndAttributes::builder().consistent_read(true);
        for key in wanted {
            keys = keys.keys(item::key(key));
        }
        let keys = keys
            .build()
            .map_err(|error| StoreError::Unwritable(error.to_string()))?;
        let mut request = HashMap::from([(self.table.to_string(), keys)]);
        let mut items = Items(Vec::new());
        for _ in 0..ATTEMPTS {
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(request))
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("BatchGetItem", &error))?;
            items
                .0
                .extend(answer.responses.unwrap_or_default().into_values().flatten());
            match answer.unprocessed_keys {
                Some(left) if !left.is_empty() => request = left,
                Some(_) | None => return Ok(items),
            }
        }
        Err(StoreError::Unavailable(
            "BatchGetItem left keys out".to_owned(),
        ))
    }
}

/// What a batch brought, in no order.
pub(crate) struct Items(Vec<Item>);

impl Items {
    pub(crate) fn get(&self, key: &Key) -> Option<&Item> {
        let is = |item: &Item, name: &str, value: &str| {
            item.get(name)
                .and_then(|stored: &AttributeValue| stored.as_s().ok())
                .is_some_and(|s| s == value)
        };
        self.0
            .iter()
            .find(|item| is(item, "pk", &key.pk) && is(item, "sk", &key.sk))
    }

    pub(crate) fn state<T: serde::de::DeserializeOwned>(
        &self,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        self.get(key)
            .map(|found| item::read(found, item::STATE))
            .transpose()
    }
}

/// The terms of the contract's last revision; or what is wrong, where state and terms are not of
/// one moment.
fn matching(
    contract: &Contract,
    found: Option<&Item>,
) -> Result<Result<Option<Terms>, StoreError>, StoreError> {
    let expected = contract.offer.as_ref().map(|offer| offer.revision);
    let stored = found
        .map(|found| item::read_number::<u32>(found, "revision"))
        .transpose()?;
    if stored == expected {
        return Ok(Ok(found.map(item::read_terms).transpose()?));
    }
    let reason = format!("the contract's last revision is {expected:?}, and these are {stored:?}");
    let missing = item::key(&keys::contract_terms(contract.id));
    let place = found.unwrap_or(&missing);
    Ok(Err(item::corrupt(place, "revision", reason)))
}

pub(crate) fn remembered(
    items: &Items,
    key: Option<&Key>,
    now: Timestamp,
) -> Result<Option<Remembered>, StoreError> {
    match key.and_then(|key| items.get(key)) {
        Some(found) => item::read_answer(found, now),
        None => Ok(None),
    }
}
