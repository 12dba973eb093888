//! A registry of one's own: what a chain needs before anything can be anchored there.
//!
//! The one rule: it is there when its address is told, deep enough in the chain or not; whoever relies on it waits.

use std::time::Duration;

use ethers_core::utils::get_contract_address;
use serde_json::json;
use sharepact_domain::wallet::Address;
use sharepact_runtime::{Chain as _, ChainError, Sent};
use tokio::time::{sleep, timeout};

use crate::Ethereum;
use crate::hexadecimal::{address, bytes, bytes_of, text};
use crate::transaction::{bare, signed};

/// How long a registry is waited for: ten slots of the main chain.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

impl Ethereum {
    /// Puts a contract on the chain (`0x` and the digits of its creation code) and waits until it is in a block. Its owner
    /// is the platform's wallet.
    ///
    /// # Errors
    /// As those of the port; [`ChainError::Unreachable`] when it is in no block after two minutes. Whoever tries again
    /// deploys a second one, which harms nothing.
    pub async fn deploy(&self, bytecode: &str) -> Result<Address, ChainError> {
        let code = bytes(&json!(bytecode), "creation code")
            .map_err(|_| ChainError::Unusable("the creation code is no hexadecimal".to_owned()))?;
        let signer = self.signer()?;
        let (network, owner) = tokio::try_join!(self.network(), signer.address())?;
        let call = json!({ "from": owner.as_str(), "data": text(&code) });
        let (nonce, fees, gas) =
            tokio::try_join!(self.count(&owner, true), self.offer(), self.estimate(call))?;
        let signed = signed(bare(network.chain_id, nonce, gas, fees, code), signer).await?;
        let method = "eth_sendRawTransaction";
        let refused = |reason: &str| ChainError::Refused {
            method,
            reason: reason.to_owned(),
        };
        match self.hand_over(&signed.raw).await? {
            Sent::Taken => {}
            Sent::NonceUsed | Sent::Underpriced => {
                return Err(refused("another transaction of the wallet came before it"));
            }
        }
        let receipt = async {
            loop {
                if let Some(receipt) = self.find(&signed.hash).await? {
                    return Ok(receipt);
                }
                sleep(PAUSE).await;
            }
        };
        let receipt = timeout(PATIENCE, receipt)
            .await
            .map_err(|_| ChainError::Unreachable("the registry is in no block yet".to_owned()))??;
        if !receipt.succeeded {
            return Err(refused("the contract could not be made"));
        }
        address(&get_contract_address(bytes_of(&owner)?, nonce))
    }
}
