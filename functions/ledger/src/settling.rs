//! What is under way → what the chain has made of it.
//!
//! The one rule: the chain is asked afresh each time until a transaction is deep enough; one that has vanished from its
//! block is simply not there yet.

use sharepact_domain::chain::{Block, ChainHash};
use sharepact_domain::id::{BatchId, TransferId};
use sharepact_domain::ledger::batch::{Batch, BatchState, Waiting};
use sharepact_domain::ledger::dispatch::{Dispatch, Observed, Purpose, Step};
use sharepact_domain::time::Timestamp;
use sharepact_domain::transfer::{Failure, TransferFact};
use sharepact_runtime::{App, WorkError, note};
use sharepact_store::{BatchChange, Outcome};

use crate::account::Account;
use crate::{batching, sending};

/// Brings on whatever is under way.
pub(crate) async fn bring_on(
    app: &App,
    account: &Account<'_>,
    open: Vec<Dispatch>,
    now: Timestamp,
) -> Result<(), WorkError> {
    let height = account.chain.height().await?;
    for dispatch in open {
        let (nonce, purpose) = (dispatch.nonce, dispatch.purpose);
        if let Err(error) = one(app, account, dispatch, height, now).await {
            // The others are not held up.
            tracing::error!(nonce, ?purpose, %error, "a dispatch is not brought on");
            note(|notes| notes.count("stuck", 1));
        }
    }
    Ok(())
}

/// Looks at a dispatch right after it was handed over, where being in a block is enough: it may be there already.
pub(crate) async fn at_once(app: &App, account: &Account<'_>, dispatch: Dispatch, now: Timestamp) {
    if account.policy.confirmations > 1 {
        return;
    }
    let looked = async {
        let height = account.chain.height().await?;
        one(app, account, dispatch, height, now).await
    };
    if let Err(error) = looked.await {
        tracing::debug!(%error, "the watch will see");
    }
}

async fn one(
    app: &App,
    account: &Account<'_>,
    dispatch: Dispatch,
    height: u64,
    now: Timestamp,
) -> Result<(), WorkError> {
    if dispatch.network != account.network {
        return over(app, &dispatch, Over::Gone, now).await;
    }
    if let Purpose::Anchor(id) = dispatch.purpose {
        batching::tell(app, batch(app, id).await?, now).await?;
    }
    let observed = observe(account, &dispatch, height).await?;
    match dispatch.step(&observed, now, account.policy) {
        Step::Wait => Ok(()),
        Step::Resend => {
            account.hand_over(&dispatch).await;
            note(|notes| notes.count("resent", 1));
            Ok(())
        }
        Step::Replace(fees) => {
            let attempt = account.sign(&dispatch, fees, now).await?;
            let dispatch = dispatch.with(attempt);
            let written = app.store.retry_dispatch(&dispatch, now).await?;
            if matches!(written, Outcome::Written) {
                account.hand_over(&dispatch).await;
                note(|notes| notes.count("replaced", 1));
            }
            Ok(())
        }
        Step::Settled {
            transaction,
            block,
            succeeded: true,
        } => over(app, &dispatch, Over::Succeeded(transaction, block), now).await,
        Step::Settled {
            succeeded: false, ..
        } => over(app, &dispatch, Over::Reverted, now).await,
        Step::Displaced => over(app, &dispatch, Over::Displaced, now).await,
    }
}

async fn observe(
    account: &Account<'_>,
    dispatch: &Dispatch,
    height: u64,
) -> Result<Observed, WorkError> {
    let mut mined = None;
    // The last attempt is the likeliest.
    for attempt in dispatch.attempts.iter().rev() {
        if let Some(receipt) = account.chain.receipt(&attempt.transaction).await? {
            mined = Some((attempt.transaction, receipt));
            break;
        }
    }
    let settled = if mined.is_some() {
        0
    } else {
        let deep = (height + 1).saturating_sub(account.policy.confirmations);
        account.chain.count_at(&account.address, deep).await?
    };
    Ok(Observed {
        height,
        mined,
        settled,
        fees: account.fees,
    })
}

/// How a dispatch ended.
#[derive(Clone, Copy)]
enum Over {
    Succeeded(ChainHash, Block),
    Reverted,
    Displaced,
    /// The chain that it was for is not served any more.
    Gone,
}

async fn over(app: &App, dispatch: &Dispatch, over: Over, now: Timestamp) -> Result<(), WorkError> {
    match dispatch.purpose {
        Purpose::Anchor(id) => batch_over(app, dispatch, id, over, now).await,
        Purpose::Transfer(id) => transfer_over(app, dispatch, id, over, now).await,
    }
}

async fn batch_over(
    app: &App,
    dispatch: &Dispatch,
    id: BatchId,
    over: Over,
    now: Timestamp,
) -> Result<(), WorkError> {
    let batch = batch(app, id).await?;
    let (batch, back) = match over {
        Over::Succeeded(transaction, block) => {
            let batch = batch.in_state(BatchState::Confirmed { transaction, block });
            app.store
                .note_anchors(&batching::anchors(&batch, Some(now)))
                .await?;
            note(|notes| notes.count("confirmed", batch.leaves.len() as u64));
            (batch, None)
        }
        Over::Reverted | Over::Displaced | Over::Gone => {
            tracing::warn!(batch = %id, nonce = dispatch.nonce, "a batch is lost: its hashes wait again");
            note(|notes| notes.count("lost", 1));
            let back = Waiting {
                id: BatchId::new(app.new_id()),
                since: now,
                leaves: batch.leaves.clone(),
            };
            (batch.in_state(BatchState::Lost), Some(back))
        }
    };
    let change = BatchChange::Ends {
        batch: &batch,
        dispatch,
        back: back.as_ref(),
    };
    // Whoever was faster wrote the same.
    let written = app.store.change_batch(change, now).await;
    written.map(drop).map_err(WorkError::from)
}

async fn transfer_over(
    app: &App,
    dispatch: &Dispatch,
    id: TransferId,
    over: Over,
    now: Timestamp,
) -> Result<(), WorkError> {
    let transfer = app.store.transfer(id).await?;
    let transfer =
        transfer.ok_or_else(|| WorkError::Poison(format!("there is no transfer {id}")))?;
    let fact = match over {
        Over::Succeeded(transaction, block) => TransferFact::Confirmed { transaction, block },
        Over::Reverted => TransferFact::Failed {
            reason: Failure::Reverted,
        },
        Over::Displaced => TransferFact::Displaced {
            nonce: dispatch.nonce,
        },
        Over::Gone => TransferFact::Failed {
            reason: Failure::ChainGone,
        },
    };
    sending::end(app, dispatch, &transfer, fact, now).await
}

async fn batch(app: &App, id: BatchId) -> Result<Batch, WorkError> {
    let found = app.store.ledger_batch(id).await?;
    found.ok_or_else(|| WorkError::Poison(format!("there is no batch {id}")))
}
