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

/// How many events are read at once.
const PAGE: i32 = 100;

impl Store {
    /// A page of an aggregate's events, from sequence `from` to `to` or the last; empty at the end.
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
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .consistent_read(true)
                .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
                .expression_attribute_values(":pk", item::text(keys::partition(aggregate)))
                .expression_attribute_values(":low", item::text(low))
                .expression_attribute_values(":high", item::text(high))
                .limit(PAGE)
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
        })
    }
}
