//! A page of a list, as every list operation answers it.

use serde::de::DeserializeOwned;
use sharepact_http::{Call, Problem};
use sharepact_store::{Order, Position, Source};

use crate::{App, failed};

/// A page: its items, and the cursor of the next one.
#[derive(Debug)]
pub struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins, signed for this list and this caller.
    pub next_cursor: Option<String>,
}

/// The page that the call asks for with `limit` and `cursor`.
///
/// # Errors
/// A limit or a cursor that cannot be taken, or the store's failure.
pub async fn list<T: DeserializeOwned + Send>(
    app: &App,
    call: &Call,
    sources: &[Source],
    order: Order,
    keep: impl Fn(&T) -> bool + Send,
) -> Result<Listed<T>, Problem> {
    let after = call.cursor(&app.seals)?.map(Position);
    let page = app
        .store
        .list(sources, order, after.as_ref(), call.limit()?, keep)
        .await
        .map_err(failed)?;
    Ok(Listed {
        items: page.items,
        next_cursor: page.next.map(|Position(next)| call.seal(&app.seals, &next)),
    })
}
