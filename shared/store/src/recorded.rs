//! Events as they were recorded, to be sent again.
//!
//! The one rule: nothing is interpreted. What comes out is the text that went in.

use sharepact_domain::event::Aggregate;

use crate::{Boxed, Store, StoreError, item, keys};

/// An event as the table keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in its aggregate's chain.
    pub sequence: u64,
    /// Its canonical JSON.
    pub event: String,
    /// The `traceparent` that was kept beside it.
    pub trace: Option<String>,
}

/// How many events of a partition are read at once.
const PAGE: usize = 100;

impl Store {
    /// A page of an aggregate's events, from sequence `from` to `to` or the last; empty at the end. Where two aggregates are
    /// named alike, the events of both.
    pub fn recorded<'a>(
        &'a self,
        aggregate: &'a Aggregate,
        from: u64,
        to: Option<u64>,
    ) -> Boxed<'a, Vec<Recorded>> {
        Box::pin(async move {
            let high = to.map_or_else(|| keys::AFTER_EVENTS.to_owned(), keys::event_sort);
            let low = keys::event_sort(from);
            if low > high {
                return Ok(Vec::new());
            }
            let (mut page, mut reached) = (Vec::new(), u64::MAX);
            for partition in keys::partitions(aggregate) {
                let part = self.recorded_in(partition, &low, &high).await?;
                if let Some(last) = part.last().filter(|_| part.len() == PAGE) {
                    reached = reached.min(last.sequence);
                }
                page.extend(part);
            }
            // What lies behind the end of a part that is not read to its end comes with the next page.
            page.retain(|recorded| recorded.sequence <= reached);
            page.sort_by_key(|recorded| recorded.sequence);
            Ok(page)
        })
    }

    async fn recorded_in(
        &self,
        partition: String,
        low: &str,
        high: &str,
    ) -> Result<Vec<Recorded>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", item::text(partition))
            .expression_attribute_values(":low", item::text(low))
            .expression_attribute_values(":high", item::text(high))
            .limit(i32::try_from(PAGE).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("Query", &error))?;
        let recorded = answer.items().iter().map(|found| {
            Ok(Recorded {
                sequence: item::read_number(found, "sequence")?,
                event: item::read_text(found, "event")?.to_owned(),
                trace: match found.get("trace") {
                    Some(_) => Some(item::read_text(found, "trace")?.to_owned()),
                    None => None,
                },
            })
        });
        recorded.collect()
    }
}
