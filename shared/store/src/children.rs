//! What stands under an agreement or a quota contract, and what shares on what a session received: all that a cascade has
//! to look at.
//!
//! The one rule: the indexes hold what has not ended; what ends leaves them.

use sharepact_domain::id::{AgreementId, ContractId};
use sharepact_domain::session::SessionId;
use sharepact_domain::time::Timestamp;

use crate::item::{self, Item};
use crate::keys::{self, Index};
use crate::{Boxed, Store, StoreError};

/// Something that hangs from something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// A quota contract.
    Contract(ContractId),
    /// A session.
    Session(SessionId),
}

/// A page of what hangs from something, and where the next one begins.
type Page = (Vec<Child>, Option<Item>);

impl Store {
    /// All that stands under an agreement: its quota contracts, and the sessions without one.
    pub fn under_agreement(&self, id: AgreementId) -> Boxed<'_, Vec<Child>> {
        Box::pin(self.hanging_from(Index::Parent, keys::under_agreement(id), None))
    }

    /// The sessions under a quota contract.
    pub fn under_contract(&self, id: ContractId) -> Boxed<'_, Vec<Child>> {
        Box::pin(self.hanging_from(Index::Parent, keys::under_contract(id), None))
    }

    /// The sessions under a quota contract whose own end is over, and not recorded.
    pub fn overdue(&self, id: ContractId, now: Timestamp) -> Boxed<'_, Vec<Child>> {
        Box::pin(self.hanging_from(Index::Parent, keys::under_contract(id), Some(now)))
    }

    /// The sessions that share on what this one received.
    pub fn downstream<'a>(&'a self, id: &'a SessionId) -> Boxed<'a, Vec<Child>> {
        let partition = keys::session(id).pk;
        Box::pin(self.hanging_from(Index::Source, partition, None))
    }

    async fn hanging_from(
        &self,
        index: Index,
        partition: String,
        until: Option<Timestamp>,
    ) -> Result<Vec<Child>, StoreError> {
        let (mut found, mut resume) = (Vec::new(), None);
        loop {
            let (page, next) = self.children(index, &partition, until, resume).await?;
            found.extend(page);
            resume = next;
            if resume.is_none() {
                return Ok(found);
            }
        }
    }

    async fn children(
        &self,
        index: Index,
        partition: &str,
        until: Option<Timestamp>,
        resume: Option<Item>,
    ) -> Result<Page, StoreError> {
        // Past every session that ends at this very instant; `~` is past every instant, and what has none.
        let last = until.map_or("~~".to_owned(), |until| format!("{until}#~"));
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name(index.name())
            .key_condition_expression("#partition = :partition AND #sort <= :last")
            .expression_attribute_names("#partition", index.partition())
            .expression_attribute_names("#sort", index.sort())
            .expression_attribute_values(":partition", item::text(partition))
            .expression_attribute_values(":last", item::text(last))
            .projection_expression("pk, sk")
            .set_exclusive_start_key(resume)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("Query", &error))?;
        let found = answer.items().iter().map(child);
        Ok((found.collect::<Result<_, _>>()?, answer.last_evaluated_key))
    }
}

fn child(found: &Item) -> Result<Child, StoreError> {
    let pk = item::read_text(found, "pk")?;
    let corrupt = |reason: String| item::corrupt(found, "pk", reason);
    match pk.split_once('#') {
        Some(("CONTRACT", id)) => ContractId::parse(id)
            .map(Child::Contract)
            .map_err(|fault| corrupt(fault.to_string())),
        Some(("SESSION", id)) => SessionId::parse(id)
            .map(Child::Session)
            .map_err(|fault| corrupt(fault.to_string())),
        Some(_) | None => Err(corrupt("no contract and no session".to_owned())),
    }
}
