//! All that is recorded of a contract and its document, read at once.
//!
//! The one rule: events are the texts that went in; what came between two of the reads is left to the next request.

use futures::future::try_join3;
use sharepact_domain::contract::{Contract, Revision};
use sharepact_domain::document::{Document, Shown};
use sharepact_domain::evidence::{Anchored, Kind};
use sharepact_domain::id::ContractId;

use crate::item::{self, Item};
use crate::keys::{self, Key};
use crate::{Boxed, Store, StoreError};

/// How often is read again when a commit fell between two reads.
const ATTEMPTS: u32 = 3;

/// All that is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The contract's state.
    pub contract: Contract,
    /// The state of its document, where there is one.
    pub document: Option<Document>,
    /// The contract's events, as they were recorded.
    pub events: Vec<String>,
    /// The document's events, as they were recorded.
    pub document_events: Vec<String>,
    /// The terms of its revisions, where they were asked for.
    pub terms: Option<Vec<String>>,
    /// The anchors of both.
    pub anchors: Vec<Anchored>,
}

impl Record {
    /// Are states and events of one moment?
    fn is_whole(&self) -> bool {
        let document = self.document.as_ref();
        let version = document.map_or(0, |document| document.version);
        let shown = document.map_or(0, |document| document.rendering.version);
        self.contract.version == self.events.len() as u64
            && version == self.document_events.len() as u64
            && shown <= self.contract.version
            && self.terms.as_ref().is_none_or(|terms| {
                let offer = self.contract.offer.as_ref();
                terms.len() == offer.map_or(0, |offer| offer.revision as usize)
            })
    }
}

impl Store {
    /// All that is recorded of a contract; its terms where `terms` says so. One round trip, more where DynamoDB pages
    /// or a commit falls in between. What does not fit together even then is handed over as it is.
    pub fn record(&self, id: ContractId, terms: bool) -> Boxed<'_, Option<Record>> {
        Box::pin(async move {
            let mut found = None;
            for _ in 0..ATTEMPTS {
                found = self.records(id, terms).await?;
                if found.as_ref().is_none_or(Record::is_whole) {
                    break;
                }
            }
            Ok(found)
        })
    }

    async fn records(&self, id: ContractId, terms: bool) -> Result<Option<Record>, StoreError> {
        let (contract, document) = (keys::contract(id), keys::document(Shown::Contract(id)));
        let revisions = match terms {
            true => keys::REVISIONS,
            false => keys::STATE,
        };
        let (happened, kept, rendered) = try_join3(
            self.range(&contract, keys::ANCHORS, keys::AFTER_EVENTS),
            self.range(&contract, revisions, keys::STATE),
            self.range(&document, keys::ANCHORS, keys::STATE),
        )
        .await?;
        let Some(state) = kept.iter().find(|item| sort(item) == keys::STATE) else {
            return Ok(None);
        };
        let written = rendered.iter().find(|item| sort(item) == keys::STATE);
        let mut anchors = read_anchors(Kind::Contract, &happened)?;
        anchors.extend(read_anchors(Kind::Document, &rendered)?);
        Ok(Some(Record {
            contract: item::read(state, item::STATE)?,
            document: written
                .map(|item| item::read(item, item::STATE))
                .transpose()?,
            events: read_events(&happened)?,
            document_events: read_events(&rendered)?,
            terms: terms.then(|| read_terms(&kept)).transpose()?,
            anchors,
        }))
    }

    /// The items of a partition whose sort keys lie between two others, all of them, consistent.
    fn range<'a>(&'a self, state: &'a Key, low: &'a str, high: &'a str) -> Boxed<'a, Vec<Item>> {
        Box::pin(async move {
            let mut items = Vec::new();
            let mut resume = None;
            loop {
                let answer = self
                    .client
                    .query()
                    .table_name(&*self.table)
                    .consistent_read(true)
                    .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
                    .expression_attribute_values(":pk", item::text(&state.pk))
                    .expression_attribute_values(":low", item::text(low))
                    .expression_attribute_values(":high", item::text(high))
                    .set_exclusive_start_key(resume)
                    .send()
                    .await
                    .map_err(|error| StoreError::from_sdk("Query", &error))?;
                resume = answer.last_evaluated_key;
                items.extend(answer.items.unwrap_or_default());
                if resume.is_none() {
                    return Ok(items);
                }
            }
        })
    }
}

fn sort(item: &Item) -> &str {
    let sort = item.get("sk").and_then(|sort| sort.as_s().ok());
    sort.map_or("", String::as_str)
}

fn read_events(items: &[Item]) -> Result<Vec<String>, StoreError> {
    let events = items
        .iter()
        .filter(|item| sort(item).starts_with(keys::EVENTS));
    let texts = events.map(|item| item::read_text(item, "event").map(str::to_owned));
    texts.collect()
}

fn read_terms(items: &[Item]) -> Result<Vec<String>, StoreError> {
    let revisions = items
        .iter()
        .filter(|item| sort(item).starts_with(keys::REVISIONS));
    let texts = revisions.map(|item| {
        let revision: Revision = item::read(item, item::STATE)?;
        Ok(revision.terms.into())
    });
    texts.collect()
}

fn read_anchors(aggregate: Kind, items: &[Item]) -> Result<Vec<Anchored>, StoreError> {
    let anchors = items.iter().filter_map(|item| {
        let sequence = sort(item).strip_prefix(keys::ANCHORS)?;
        Some((item, sequence))
    });
    let read = anchors.map(|(item, sequence)| {
        Ok(Anchored {
            aggregate,
            sequence: sequence
                .parse()
                .map_err(|error| item::corrupt(item, "sk", error))?,
            anchor: item::read(item, item::STATE)?,
        })
    });
    read.collect()
}
