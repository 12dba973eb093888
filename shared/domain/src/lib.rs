//! The rules of Sharepact, as values in and values out.
//!
//! | module | owns |
//! | --- | --- |
//! | [`contract`] | the contract: commands, events, the machine, revisions and their diff |
//! | [`agreement`] | the framework agreement: what two organisations may share, and how |
//! | [`session`] | one asset's data, turned on and off under an agreement |
//! | [`entitlement`] | may a consumer use an asset now, through what, and until when |
//! | [`asset`] | what a contract is about, and its fields |
//! | [`document`] | the contract as PDF: which bytes showed which version of it |
//! | [`evidence`] | all that is recorded of a contract in one file, and its verification |
//! | [`ledger`] | the hashes of events on a blockchain: the tree, its proofs, where each is |
//! | [`wallet`] | the registered Ethereum address of a user or an organisation |
//! | [`transfer`] | ether from the platform's wallet to a registered one |
//! | [`organization`] | an organisation: its name, its settings, who onboarded it, the invitation to it |
//! | [`profile`] | an organisation's template of settings for those that it onboards |
//! | [`passcode`] | the code by which a consumer lets itself be found, and how often one may guess |
//! | [`webhook`] | where a party wants to hear of events: secrets, rotation, retries |
//! | [`selection`] | chosen fields and filters, checked against an asset |
//! | [`party`] | users, organisations, sides, who is acting |
//! | [`event`] | the envelope of every event and the hash chain |
//! | [`money`], [`terms`], [`text`], [`time`], [`id`] | the values all of these are made of |
//! | [`email`] | addresses of people |
//! | [`chain`] | amounts, hashes, fees and blocks of an Ethereum chain |
//! | [`machine`] | state machines as data |
//! | [`trace`] | which request brought an event about |
//! | [`fault`] | what can be wrong with a value, and where |
//!
//! The one rule: nothing here is async, reads a clock, makes an id or knows AWS. Time, ids and the
//! actor are arguments.

pub mod agreement;
pub mod asset;
pub mod chain;
pub mod contract;
pub mod document;
pub mod email;
pub mod entitlement;
pub mod event;
pub mod evidence;
pub mod fault;
pub mod id;
pub mod ledger;
pub mod machine;
pub mod money;
pub mod organization;
pub mod party;
pub mod passcode;
pub mod profile;
pub mod selection;
pub mod session;
pub mod terms;
pub mod text;
pub mod time;
pub mod trace;
pub mod transfer;
pub mod wallet;
pub mod webhook;
