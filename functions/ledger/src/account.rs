//! The platform's wallet on the chain that the node serves: what it gives a nonce to, and signs.
//!
//! The one rule: nothing is signed for a wallet that could not pay for it.

use sharepact_domain::chain::{Fees, Message, Network};
use sharepact_domain::ledger::dispatch::{Attempt, Dispatch, Policy, Purpose, Sender, first_fees};
use sharepact_domain::time::Timestamp;
use sharepact_domain::wallet::Address;
use sharepact_runtime::{App, Chain, ChainError, WorkError};

/// How often a nonce is asked for that others take at the same time.
pub(crate) const ATTEMPTS: u32 = 8;

/// The platform's wallet.
pub(crate) struct Account<'a> {
    pub(crate) chain: &'a dyn Chain,
    pub(crate) policy: &'a Policy,
    pub(crate) network: Network,
    pub(crate) address: Address,
    /// What a transaction would have to offer now.
    pub(crate) fees: Fees,
}

impl<'a> Account<'a> {
    /// Asks the chain.
    pub(crate) async fn open(app: &'a App) -> Result<Self, WorkError> {
        let chain = app.links.chain()?;
        Ok(Self {
            chain,
            policy: app.links.policy()?,
            network: chain.network().await?,
            address: chain.platform().await?,
            fees: chain.fees().await?,
        })
    }

    /// The next nonce, a dispatch that has it, and the sender after that. None of it is written, and nothing sent.
    pub(crate) async fn prepare(
        &self,
        app: &App,
        purpose: Purpose,
        message: Message,
        gas: u64,
        now: Timestamp,
    ) -> Result<(Sender, Dispatch), WorkError> {
        let fresh = Sender::new(self.network, self.address.clone());
        let name = fresh.name();
        let sender = app.store.sender(&name).await?.unwrap_or(fresh);
        let mined = self.chain.count(&self.address, false).await?;
        let fees = first_fees(self.fees, self.policy.ceiling);
        let needed = message.value.plus(fees.max.times(gas));
        if self.chain.balance(&self.address).await? < needed {
            return Err(ChainError::InsufficientFunds.into());
        }
        let (nonce, sender) = sender.give(mined);
        let dispatch = Dispatch {
            sender: name,
            network: self.network,
            nonce,
            purpose,
            message,
            gas,
            attempts: Vec::new(),
            version: 0,
        };
        let attempt = self.sign(&dispatch, fees, now).await?;
        Ok((sender, dispatch.with(attempt)))
    }

    /// Signs a dispatch with these fees.
    pub(crate) async fn sign(
        &self,
        dispatch: &Dispatch,
        fees: Fees,
        at: Timestamp,
    ) -> Result<Attempt, WorkError> {
        let signed = self.chain.sign(&dispatch.unsigned(fees)).await?;
        Ok(Attempt {
            transaction: signed.hash,
            raw: signed.raw,
            fees,
            at,
        })
    }

    /// Hands the last attempt of a dispatch to the node. Whether that has it is seen at the next look: it is handed over
    /// until it is in a block.
    pub(crate) async fn hand_over(&self, dispatch: &Dispatch) {
        let Some(attempt) = dispatch.attempts.last() else {
            return;
        };
        let sent = self.chain.send(&attempt.raw).await;
        let (nonce, transaction) = (dispatch.nonce, attempt.transaction);
        match sent {
            Ok(sent) => tracing::debug!(nonce, %transaction, ?sent, "handed over"),
            Err(error) => tracing::warn!(nonce, %transaction, %error, "not handed over"),
        }
    }
}
