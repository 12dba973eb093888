//! A passcode, what its code is found by, and how often a caller has guessed.
//!
//! The one rule: the item that a code is found by goes with the code: it is deleted when the code is used, and ages out
//! otherwise. It holds a copy of the passcode, so that one read tells whose code it is.

use sharepact_domain::event::Digest;
use sharepact_domain::party::Owner;
use sharepact_domain::passcode::{Guesses, Passcode};
use sharepact_domain::time::Timestamp;

use super::{Item, TTL, number, text, versioned};
use crate::{StoreError, keys};

/// The attribute that says which passcode a code is of.
pub(crate) const HOLDER: &str = "passcode";
/// The attribute that says when a code ends.
pub(crate) const ENDS: &str = "endsAt";

pub(crate) fn write_passcode(passcode: &Passcode) -> Result<Item, StoreError> {
    versioned(&keys::passcode(passcode.id), passcode.version, passcode)
}

pub(crate) fn write_code(fingerprint: &Digest, passcode: &Passcode) -> Result<Item, StoreError> {
    let mut item = versioned(&keys::code(fingerprint), passcode.version, passcode)?;
    let end = passcode.expires_at;
    item.insert(HOLDER.to_owned(), text(passcode.id.to_string()));
    item.insert(ENDS.to_owned(), text(end.to_string()));
    item.insert(TTL.to_owned(), number(end.epoch_seconds() + 1));
    Ok(item)
}

pub(crate) fn write_guesses(
    owner: &Owner,
    guesses: &Guesses,
    now: Timestamp,
) -> Result<Item, StoreError> {
    let mut item = versioned(&keys::guesses(owner), guesses.version, guesses)?;
    let end = guesses.forgotten_at(now).epoch_seconds() + 1;
    item.insert(TTL.to_owned(), number(end));
    Ok(item)
}
