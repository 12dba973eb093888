//! What waits → a batch under way.
//!
//! The one rule: one transaction takes the hashes from where they wait, gives the nonce and keeps the signed bytes. Of
//! two workers that want the same, one finds it done.

use sharepact_domain::event::Aggregate;
use sharepact_domain::id::BatchId;
use sharepact_domain::ledger::anchor::Anchor;
use sharepact_domain::ledger::batch::{Batch, BatchState, Waiting, due, leaves};
use sharepact_domain::ledger::dispatch::{Dispatch, Purpose, Sender};
use sharepact_domain::time::Timestamp;
use sharepact_runtime::{App, WorkError, note};
use sharepact_store::{BatchChange, Outcome, Sending};

use crate::account::{ATTEMPTS, Account};
use crate::settling;

/// Makes every batch that is due and sends it. Where that is not possible now, the hashes go on waiting.
///
/// # Errors
/// Why they do.
pub(crate) async fn bring_on(app: &App) -> Result<(), WorkError> {
    let policy = app.links.policy()?;
    let mut account = None;
    let mut met = 0;
    loop {
        let now = app.clock.now();
        let waiting = app.store.waiting(policy.batch).await?;
        let taken = due(&waiting, now, policy);
        if taken.is_empty() {
            return Ok(());
        }
        if app.links.chain.is_none() {
            return Err(WorkError::Passing("the ledger is off".to_owned()));
        }
        // Asked once, and only where there is something to send.
        let account = match &account {
            Some(account) => account,
            None => account.insert(Account::open(app).await?),
        };
        if send(app, account, taken, now).await? {
            met = 0;
        } else {
            met += 1;
            if met == ATTEMPTS {
                return Err(WorkError::Passing("others are at it".to_owned()));
            }
        }
    }
}

/// Makes a batch of what waits and sends it; `false` when somebody else was faster.
async fn send(
    app: &App,
    account: &Account<'_>,
    taken: &[Waiting],
    now: Timestamp,
) -> Result<bool, WorkError> {
    let leaves = leaves(taken);
    let tree =
        Batch::tree(&leaves).ok_or_else(|| WorkError::Poison("an empty batch".to_owned()))?;
    let (id, root) = (BatchId::new(app.new_id()), tree.root());
    let message = account.chain.anchoring(&root)?;
    let gas = account.chain.gas(&account.address, &message).await?;
    let (sender, dispatch) = account
        .prepare(app, Purpose::Anchor(id), message, gas, now)
        .await?;
    let Some(transaction) = dispatch.attempts.last().map(|attempt| attempt.transaction) else {
        return Err(WorkError::Poison(
            "a dispatch without an attempt".to_owned(),
        ));
    };
    let batch = Batch {
        id,
        network: account.network,
        registry: account.chain.registry()?.clone(),
        root,
        leaves,
        state: BatchState::Signed { transaction },
        version: 1,
    };
    if !begin(app, &batch, &sender, &dispatch, taken, now).await? {
        return Ok(false);
    }
    account.hand_over(&dispatch).await;
    note(|notes| {
        notes.count("batches", 1);
        notes.count("submitted", batch.leaves.len() as u64);
    });
    tell(app, batch, now).await?;
    settling::at_once(app, account, dispatch, now).await;
    Ok(true)
}

async fn begin(
    app: &App,
    batch: &Batch,
    sender: &Sender,
    dispatch: &Dispatch,
    taken: &[Waiting],
    now: Timestamp,
) -> Result<bool, WorkError> {
    let taken: Vec<_> = taken.iter().map(|waiting| waiting.id).collect();
    let change = BatchChange::Begins {
        batch,
        sending: Sending::Begins { sender, dispatch },
        taken: &taken,
    };
    let outcome = app.store.change_batch(change, now).await?;
    Ok(matches!(outcome, Outcome::Written))
}

/// Tells each event of a batch that it was sent.
pub(crate) async fn tell(app: &App, batch: Batch, now: Timestamp) -> Result<(), WorkError> {
    let BatchState::Signed { transaction } = batch.state else {
        return Ok(());
    };
    app.store.note_anchors(&anchors(&batch, None)).await?;
    let told = batch.in_state(BatchState::Submitted { transaction });
    // Where somebody else has told them in the meantime, all is well too.
    let told = app.store.change_batch(BatchChange::Told(&told), now);
    told.await.map(drop).map_err(WorkError::from)
}

/// Where the events of a batch are in the ledger.
pub(crate) fn anchors(
    batch: &Batch,
    confirmed_at: Option<Timestamp>,
) -> Vec<(Aggregate, u64, Anchor)> {
    let (transaction, block) = match batch.state {
        BatchState::Signed { transaction } | BatchState::Submitted { transaction } => {
            (transaction, None)
        }
        BatchState::Confirmed { transaction, block } => (transaction, Some(block)),
        BatchState::Lost => return Vec::new(),
    };
    let Some(tree) = Batch::tree(&batch.leaves) else {
        return Vec::new();
    };
    let proven = batch.leaves.iter().enumerate().filter_map(|(index, leaf)| {
        let anchor = Anchor {
            proof: tree.proof(index)?,
            root: batch.root,
            chain_id: batch.network.chain_id,
            registry: batch.registry.clone(),
            transaction,
            block,
            confirmed_at,
        };
        Some((leaf.aggregate.clone(), leaf.sequence, anchor))
    });
    proven.collect()
}
