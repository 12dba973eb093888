//! Lists: several queries at once, merged into one stable order, page by page.
//!
//! The one rule: the order is that of an immutable sort key (or, for what waits, of the instant it
//! began to wait), and a page starts strictly after the last position of the page before. So the
//! same cursor serves every query of a list, and a change between two pages neither repeats nor
//! hides what did not change.

use std::cmp::Ordering;
use std::collections::VecDeque;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;
use serde::de::DeserializeOwned;

use crate::item::{self, Item};
use crate::keys::{Index, Position};
use crate::{Boxed, Store, StoreError};

/// How many rounds of queries one page may cost when most items are filtered out. A page that
/// ends for this reason is short and has a cursor.
const MOST_ROUNDS: usize = 10;
/// The most items of one query.
const MOST_ITEMS: usize = 200;

/// The most that the items of one page weigh, in bytes as stored. A function's answer holds 6 MB at
/// most, and JSON spells some of it longer; a page that ends for this reason is short and has a
/// cursor.
const HEAVIEST: usize = 3 * 1024 * 1024;

/// The direction of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest sort key first.
    Ascending,
    /// Largest sort key first.
    Descending,
}

/// One query of a list: a partition of an index, and the prefix of its sort keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The index.
    pub index: Index,
    /// Its partition.
    pub partition: String,
    /// What the sort keys begin with; may be empty.
    pub prefix: String,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Position>,
}

/// One query under way: what it brought and nobody took yet.
struct Stream<'a> {
    source: &'a Source,
    buffer: VecDeque<(String, Item)>,
    resume: Option<Item>,
    exhausted: bool,
}

impl Store {
    /// A page of at most `limit` items that `keep` keeps, from all sources, each item once.
    ///
    /// One round trip for each source and page, more only where items are filtered out.
    pub fn list<'a, T, K>(
        &'a self,
        sources: &'a [Source],
        order: Order,
        after: Option<&'a Position>,
        limit: usize,
        keep: K,
    ) -> Boxed<'a, Page<T>>
    where
        T: DeserializeOwned + Send + 'a,
        K: Fn(&T) -> bool + Send + 'a,
    {
        Box::pin(async move {
            let mut streams: Vec<_> = sources
                .iter()
                .map(|source| Stream {
                    source,
                    buffer: VecDeque::new(),
                    resume: None,
                    exhausted: false,
                })
                .collect();
            let mut items = Vec::new();
            let mut weight = 0;
            let mut last: Option<String> = None;
            let mut seen: Option<String> = None;
            for _ in 0..MOST_ROUNDS {
                let dry = streams
                    .iter_mut()
                    .filter(|s| s.buffer.is_empty() && !s.exhausted);
                try_join_all(dry.map(|stream| self.fill(stream, order, after, limit + 1))).await?;
                // Take while every stream shows its head: only then is the smallest known.
                while streams.iter().all(|s| s.exhausted || !s.buffer.is_empty()) {
                    let Some((position, found)) = take(&mut streams, order) else {
                        return Ok(Page { items, next: None });
                    };
                    if seen.as_deref() == Some(position.as_str()) {
                        continue;
                    }
                    let value: T = item::read(&found, item::STATE)?;
                    seen = Some(position.clone());
                    if !keep(&value) {
                        continue;
                    }
                    weight += weigh(found.values());
                    if items.len() == limit || (weight > HEAVIEST && !items.is_empty()) {
                        return Ok(Page {
                            items,
                            next: last.map(Position),
                        });
                    }
                    items.push(value);
                    last = Some(position);
                }
            }
            Ok(Page {
                items,
                next: seen.map(Position),
            })
        })
    }

    async fn fill(
        &self,
        stream: &mut Stream<'_>,
        order: Order,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<(), StoreError> {
        let source = stream.source;
        let (mut low, mut high) = (format!("{} ", source.prefix), format!("{}~", source.prefix));
        if let Some(Position(after)) = after {
            match order {
                Order::Ascending => low = low.max(after.clone()),
                Order::Descending => high = high.min(after.clone()),
            }
        }
        if low > high {
            stream.exhausted = true;
            return Ok(());
        }
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .index_name(source.index.name())
            .key_condition_expression("#partition = :partition AND #sort BETWEEN :low AND :high")
            .expression_attribute_names("#partition", source.index.partition())
            .expression_attribute_names("#sort", source.index.sort())
            .expression_attribute_values(":partition", item::text(&source.partition))
            .expression_attribute_values(":low", item::text(low))
            .expression_attribute_values(":high", item::text(high))
            .scan_index_forward(order == Order::Ascending)
            // One more for the position itself, which BETWEEN includes.
            .limit(i32::try_from((limit + 1).min(MOST_ITEMS)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(stream.resume.take())
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("Query", &error))?;
        stream.resume = answer.last_evaluated_key;
        stream.exhausted = stream.resume.is_none();
        for found in answer.items.unwrap_or_default() {
            let position = item::read_text(&found, source.index.sort())?.to_owned();
            if after.is_none_or(|after| after.0 != position) {
                stream.buffer.push_back((position, found));
            }
        }
        Ok(())
    }
}

/// About what the values weigh. The names of attributes count a few bytes each.
fn weigh<'a>(values: impl IntoIterator<Item = &'a AttributeValue>) -> usize {
    const NAME: usize = 12;
    values
        .into_iter()
        .map(|value| match value {
            AttributeValue::S(text) | AttributeValue::N(text) => text.len() + NAME,
            AttributeValue::L(list) => weigh(list) + NAME,
            AttributeValue::M(members) => weigh(members.values()) + NAME,
            AttributeValue::B(bytes) => bytes.as_ref().len() + NAME,
            // Truth values; the store writes no other kinds.
            _ => NAME,
        })
        .sum()
}

/// Takes the first item of all streams in the list's order.
fn take(streams: &mut [Stream<'_>], order: Order) -> Option<(String, Item)> {
    let compare = |a: &String, b: &String| match order {
        Order::Ascending => a.cmp(b),
        Order::Descending => b.cmp(a),
    };
    streams
        .iter_mut()
        .filter(|stream| !stream.buffer.is_empty())
        .min_by(|a, b| match (a.buffer.front(), b.buffer.front()) {
            (Some((a, _)), Some((b, _))) => compare(a, b),
            (_, _) => Ordering::Equal,
        })
        .and_then(|stream| stream.buffer.pop_front())
}
