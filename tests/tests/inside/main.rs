//! The API with a look behind it: what it asks of DynamoDB, what it leaves there, and what bad luck
//! does to it. Local only: a deployed bundle shows none of this.
//!
//! | module | holds |
//! | --- | --- |
//! | `world` | a stack for each test, a clock, callers |
//! | `cases` | every operation on every path, with the calls it may make |
//! | `trips` | round trips, and rights used against rights granted |
//! | `audit` | what must hold of the whole table at any moment |
//! | `faults` | DynamoDB throttles, vanishes, loses its answer |
//! | `killed` | a stack that is killed at any moment |
//! | `cast` | what the tests of the store itself write |
//! | `aggregates` | what is written is read back |
//! | `guards` | what only one can have |
//! | `races` | many at the same instant |
//! | `cascade` | what ends with its parent, and what time begins and ends |
//! | `passcodes` | passcodes and guesses |
//! | `invitations` | organisations that others have onboarded |
//! | `proposals` | framework agreements at the same instant, and as time passes |
//! | `listing` | lists, page by page |
//! | `receiver` | an endpoint of a party, on loopback |
//! | `deliveries` | what reaches webhooks, and when they are given up |
//! | `misdelivered` | twice, late, poison, a crash on the way there |
//! | `corrupt` | items that cannot be read |
//! | `telemetry` | what functions tell of their invocations |
//! | `spy` | a rule and a queue that hear everything on the bus |
//! | `relay` | from the commit to the bus |
//! | `sessions` | places that are raced for, requests that die half-way, what time has ended |
//! | `agreement_documents` | framework agreements and quota contracts as PDF, and what comes of events twice, late and early |
//! | `documents` | the contract as PDF, rendered and linked to |
//! | `evidence` | evidence and verification, with the table and the bucket altered |
//! | `expiry` | what time has ended, recorded, and the warning before |
//! | `town` | a world with a real Ethereum node, and a proxy on the way there |
//! | `ledger` | the hashes of events in the chain, whatever happens to either |
//! | `transfers` | ether from the platform's wallet, once |
//! | `storm` | a thousand transitions while workers are killed |

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::large_futures,
    clippy::match_wildcard_for_single_variants,
    clippy::panic,
    clippy::print_stderr,
    clippy::single_match_else,
    clippy::unnecessary_wraps,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and says so by panicking or on the terminal; tables of cases keep one form"
)]

mod aggregates;
mod agreement_documents;
mod audit;
mod cascade;
mod cases;
mod cast;
mod corrupt;
mod deliveries;
mod documents;
mod evidence;
mod expiry;
mod faults;
mod guards;
mod invitations;
mod killed;
mod ledger;
mod listing;
mod misdelivered;
mod passcodes;
mod proposals;
mod races;
mod receiver;
mod relay;
mod sessions;
mod spy;
mod storm;
mod telemetry;
mod town;
mod transfers;
mod trips;
mod world;
