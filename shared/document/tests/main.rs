//! The document, from the outside: what is in the file, what a reader sees and a machine extracts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test says what is wrong by failing"
)]

mod agreements;
mod bytes;
mod commonmark;
mod hostile;
mod pages;
mod quotas;
mod sample;
mod tools;
