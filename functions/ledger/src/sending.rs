//! An ordered transfer → one under way.
//!
//! The one rule: the transfer's own version decides who gives it a nonce, so that it never has two that could both be in
//! the chain.

use sharepact_domain::chain::Message;
use sharepact_domain::ledger::dispatch::{Dispatch, Purpose};
use sharepact_domain::time::Timestamp;
use sharepact_domain::transfer::{Failure, Transfer, TransferFact, TransferStatus};
use sharepact_runtime::{App, ChainError, WorkError, note, seal_by_system};
use sharepact_store::{Change, Outcome, Sending};

use crate::account::{ATTEMPTS, Account};
use crate::settling;

/// What came of writing a fact.
enum Written {
    /// It is written.
    Done,
    /// The transfer has changed.
    Changed(Box<Transfer>),
    /// Something beside it has.
    Met,
}

/// Sends a transfer, unless it has a nonce already.
pub(crate) async fn send(
    app: &App,
    account: &Account<'_>,
    mut transfer: Transfer,
    now: Timestamp,
) -> Result<(), WorkError> {
    for _ in 0..ATTEMPTS {
        if transfer.status != TransferStatus::Ordered {
            return Ok(());
        }
        let message = Message {
            to: transfer.address.clone(),
            value: transfer.amount,
            data: Vec::new(),
        };
        let gas = match account.chain.gas(&account.address, &message).await {
            // What the chain would not carry out is not sent to find out.
            Err(ChainError::Refused { .. }) => return refused(app, &transfer, now).await,
            gas => gas?,
        };
        let purpose = Purpose::Transfer(transfer.id);
        let prepared = account.prepare(app, purpose, message, gas, now);
        let (sender, dispatch) = prepared.await?;
        let Some(attempt) = dispatch.attempts.last() else {
            return Err(WorkError::Poison(
                "a dispatch without an attempt".to_owned(),
            ));
        };
        let fact = TransferFact::Submitted {
            chain_id: dispatch.network.chain_id,
            nonce: dispatch.nonce,
            transaction: attempt.transaction,
        };
        let sending = Sending::Begins {
            sender: &sender,
            dispatch: &dispatch,
        };
        match write(app, &transfer, fact, sending, now).await? {
            Written::Done => {
                account.hand_over(&dispatch).await;
                settling::at_once(app, account, dispatch, now).await;
                note(|notes| notes.count("transfers", 1));
                return Ok(());
            }
            Written::Changed(current) => transfer = *current,
            Written::Met => {}
        }
    }
    Err(WorkError::Passing("others take every nonce".to_owned()))
}

async fn refused(app: &App, transfer: &Transfer, now: Timestamp) -> Result<(), WorkError> {
    let fact = TransferFact::Failed {
        reason: Failure::Reverted,
    };
    write(app, transfer, fact, Sending::Untouched, now)
        .await
        .map(drop)
}

/// Writes what the chain has made of a transfer's dispatch.
pub(crate) async fn end(
    app: &App,
    dispatch: &Dispatch,
    transfer: &Transfer,
    fact: TransferFact,
    now: Timestamp,
) -> Result<(), WorkError> {
    // Whoever was faster wrote the same, or will be looked at again.
    write(app, transfer, fact, Sending::Ends(dispatch), now)
        .await
        .map(drop)
}

async fn write(
    app: &App,
    transfer: &Transfer,
    fact: TransferFact,
    sending: Sending<'_>,
    now: Timestamp,
) -> Result<Written, WorkError> {
    if !transfer.admits(&fact) {
        let (id, status) = (transfer.id, transfer.status);
        return Err(WorkError::Poison(format!(
            "the transfer {id} is {status:?} already"
        )));
    }
    let event = seal_by_system(app, fact, transfer.id.to_string(), transfer.link(), now)?;
    let after = transfer.clone().apply(&event);
    let change = Change::Transfer {
        after: &after,
        event: &event,
        sending,
    };
    match app.commit(change, None, now).await? {
        Outcome::Written => Ok(Written::Done),
        Outcome::Rejected(rejected) => Ok(match rejected.stale()? {
            Some(current) => Written::Changed(Box::new(current)),
            None => Written::Met,
        }),
    }
}
