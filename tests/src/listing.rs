//! Lists, page by page.

use serde_json::Value;

use crate::Person;

/// The most pages that a list of the scenarios can have; more is a cursor that runs in a circle.
const MOST_PAGES: usize = 20_000;

/// A list, read to its end.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The items, in the order they came.
    pub items: Vec<Value>,
    /// How many there were on each page.
    pub pages: Vec<usize>,
}

impl Walk {
    /// The items' ids: of contracts and assets, or the items themselves where they are ids.
    pub fn ids(&self) -> Vec<String> {
        let id = |item: &Value| item.as_str().or(item["id"].as_str()).map(str::to_owned);
        self.items.iter().filter_map(id).collect()
    }

    /// The ids that are among `these`, in the list's order.
    pub fn among(&self, these: &[String]) -> Vec<String> {
        let mut ids = self.ids();
        ids.retain(|id| these.contains(id));
        ids
    }

    /// Is this id in the list?
    pub fn has(&self, id: &str) -> bool {
        self.ids().iter().any(|found| found == id)
    }
}

impl Person {
    /// Reads a list to its end, `limit` items a page.
    pub async fn walks(&self, path: &str, query: &[(&str, &str)], limit: usize) -> Walk {
        self.walks_while(path, query, limit, async |_| {}).await
    }

    /// Reads a list to its end, while after each page something else happens.
    pub async fn walks_while(
        &self,
        path: &str,
        query: &[(&str, &str)],
        limit: usize,
        mut between: impl AsyncFnMut(usize),
    ) -> Walk {
        let mut walk = Walk::default();
        let mut cursor: Option<String> = None;
        for page in 0..MOST_PAGES {
            let mut call = self.get(path).query("limit", limit);
            for (name, value) in query {
                call = call.query(name, value);
            }
            if let Some(cursor) = &cursor {
                call = call.query("cursor", cursor);
            }
            let answer = call
                .await
                .must(200, "a list answers page by page to its end");
            let items = answer["items"]
                .as_array()
                .expect("a page has items")
                .clone();
            assert!(
                items.len() <= limit,
                "a page holds at most limit items\n{answer}"
            );
            walk.pages.push(items.len());
            walk.items.extend(items);
            match answer["nextCursor"].as_str() {
                None => return walk,
                Some(next) => {
                    let moves = cursor.as_deref() != Some(next);
                    assert!(moves, "every page moves the cursor on\n{answer}");
                    cursor = Some(next.to_owned());
                }
            }
            between(page).await;
        }
        panic!("{path} has no end");
    }

    /// A list's ids, whole.
    pub async fn lists(&self, path: &str, query: &[(&str, &str)]) -> Vec<String> {
        self.walks(path, query, 100).await.ids()
    }

    /// Waits until a list holds an id, or no longer does.
    pub async fn finds(
        &self,
        path: &str,
        query: &[(&str, &str)],
        id: &str,
        there: bool,
        rule: &str,
    ) {
        let among = [id.to_owned()];
        let expected = if there { &among[..] } else { &[] };
        self.finds_just(path, query, &among, expected, rule).await;
    }

    /// Waits until a list holds, of the ids that are `among` these, just the expected ones.
    pub async fn finds_just(
        &self,
        path: &str,
        query: &[(&str, &str)],
        among: &[String],
        expected: &[String],
        rule: &str,
    ) {
        self.api
            .until(async || {
                let mut found = self.walks(path, query, 100).await.among(among);
                found.sort();
                let mut expected = expected.to_vec();
                expected.sort();
                (found == expected).then_some(()).ok_or_else(|| {
                    let name = &self.name;
                    format!("{rule}\nGET {path} {query:?} as {name}: {found:?}, not {expected:?}")
                })
            })
            .await;
    }
}
