//! A wallet.

use sharepact_domain::wallet::Wallet;

use super::{Item, STATE, number, start, value};
use crate::{StoreError, keys};

pub(crate) fn write_wallet(wallet: &Wallet) -> Result<Item, StoreError> {
    let mut item = start(&keys::wallet(&wallet.owner));
    item.insert("version".to_owned(), number(wallet.version));
    item.insert(STATE.to_owned(), value(wallet)?);
    Ok(item)
}
