//! The contracts that end on a day: what the expiry job asks for.
//!
//! The one rule: only what is due is read. The index holds Active contracts with an end, in
//! partitions of a day and a shard; a day costs one query a shard, however many contracts exist.

use futures::future::try_join_all;
use sharepact_domain::id::ContractId;
use sharepact_domain::time::Timestamp;

use crate::{Boxed, Store, StoreError, item, keys};

impl Store {
    /// The contracts recorded as Active that end on the day of `day` (UTC), and not after `until`.
    pub fn due(&self, day: Timestamp, until: Timestamp) -> Boxed<'_, Vec<ContractId>> {
        Box::pin(async move {
            let shards = keys::due_buckets(day).map(|bucket| self.shard(bucket, until));
            Ok(try_join_all(shards).await?.concat())
        })
    }

    async fn shard(&self, bucket: String, until: Timestamp) -> Result<Vec<ContractId>, StoreError> {
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
                // Past every contract that ends at this very instant.
                .expression_attribute_values(":until", item::text(format!("{until}#~")))
                .projection_expression("pk, sk, dueAt")
                .set_exclusive_start_key(resume)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("Query", &error))?;
            for found in answer.items() {
                let at = item::read_text(found, "dueAt")?;
                let id = at.rsplit_once('#').map_or(at, |(_, id)| id);
                let id =
                    ContractId::parse(id).map_err(|fault| item::corrupt(found, "dueAt", fault))?;
                due.push(id);
            }
            resume = answer.last_evaluated_key;
            if resume.is_none() {
                return Ok(due);
            }
        }
    }
}
