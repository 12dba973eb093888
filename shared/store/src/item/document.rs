use sharepact_domain::document::Document;

use super::{Item, STATE, number, start, value};
use crate::{StoreError, keys};

pub(crate) fn write_document(document: &Document) -> Result<Item, StoreError> {
    let mut item = start(&keys::document(document.shown));
    item.insert("version".to_owned(), number(document.version));
    item.insert(STATE.to_owned(), value(document)?);
    Ok(item)
}
