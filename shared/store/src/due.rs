//! What time changes on a day: what the expiry job asks for.
//!
//! The one rule: only what is due is read. The index holds what has an instant at which time changes what is to be recorded
//! of it, in partitions of a day and a shard; a day costs one query a shard, however much exists.

use futures::future::try_join_all;
use sharepact_domain::id::{AgreementId, ContractId};
use sharepact_domain::session::SessionId;
use sharepact_domain::time::Timestamp;

use crate::item::{self, Item};
use crate::{Boxed, Store, StoreError, keys};

/// Something whose instant has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// A contract's end.
    Contract(ContractId),
    /// An agreement's end.
    Agreement(AgreementId),
    /// A session's beginning, or its own end.
    Session(SessionId),
}

impl Store {
    /// What is due on the day of `day` (UTC), and not after `until`.
    pub fn due(&self, day: Timestamp, until: Timestamp) -> Boxed<'_, Vec<Due>> {
        Box::pin(async move {
            let shards = keys::due_buckets(day).map(|bucket| self.shard(bucket, until));
            Ok(try_join_all(shards).await?.concat())
        })
    }

    async fn shard(&self, bucket: String, until: Timestamp) -> Result<Vec<Due>, StoreError> {
        let mut due = Vec::new();
        let mut resume = None;
        loop {
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .index_name("by-due")
                .key_condition_expression("dueBucket = :bucket AND dueAt <= :until")
                .expression_attribute_values(":bucket", item::text(&bucket))
                // Past everything that is due at this very instant.
                .expression_attribute_values(":until", item::text(format!("{until}#~")))
                .projection_expression("pk, sk")
                .set_exclusive_start_key(resume)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("Query", &error))?;
            let found = answer.items().iter().map(read);
            due.extend(found.collect::<Result<Vec<_>, _>>()?);
            resume = answer.last_evaluated_key;
            if resume.is_none() {
                return Ok(due);
            }
        }
    }
}

fn read(found: &Item) -> Result<Due, StoreError> {
    let corrupt = |reason: String| item::corrupt(found, "pk", reason);
    let (kind, id) = item::read_text(found, "pk")?
        .split_once('#')
        .unwrap_or_default();
    let due = match kind {
        "CONTRACT" => ContractId::parse(id).map(Due::Contract),
        "AGREEMENT" => AgreementId::parse(id).map(Due::Agreement),
        "SESSION" => SessionId::parse(id).map(Due::Session),
        _ => return Err(corrupt("nothing that is ever due".to_owned())),
    };
    due.map_err(|fault| corrupt(fault.to_string()))
}
