//! The adapter on a real chain, the one that `infra/ledger/node` installs.

#![cfg(test)]

mod faults;
mod gas;
mod place;
mod pool;
mod reading;
mod registry;
