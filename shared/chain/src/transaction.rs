//! What is signed, and in which form it is sent: EIP-1559 transactions.
//!
//! The one rule: a signature is checked against its signer's address before anything leaves with it.

use ethers_core::types::transaction::eip2718::TypedTransaction;
use ethers_core::types::{Bytes, Eip1559TransactionRequest, NameOrAddress, U256};
use ethers_core::utils::keccak256;
use sharepact_domain::chain::{ChainHash, Fees, Unsigned, Wei};
use sharepact_runtime::{ChainError, Signed};

use crate::Signer;
use crate::hexadecimal::{address, bytes_of};

/// A transaction of the domain as the library has it.
pub(crate) fn of(unsigned: &Unsigned) -> Result<Eip1559TransactionRequest, ChainError> {
    let to = bytes_of(&unsigned.message.to)?;
    let data = unsigned.message.data.clone();
    let bare = bare(
        unsigned.chain_id,
        unsigned.nonce,
        unsigned.gas,
        unsigned.fees,
        data,
    );
    Ok(Eip1559TransactionRequest {
        to: Some(NameOrAddress::Address(to)),
        value: Some(amount(unsigned.message.value)),
        ..bare
    })
}

/// A transaction that goes to nobody: one that makes a contract.
pub(crate) fn bare(
    chain_id: u64,
    nonce: u64,
    gas: u64,
    fees: Fees,
    data: Vec<u8>,
) -> Eip1559TransactionRequest {
    Eip1559TransactionRequest {
        from: None,
        to: None,
        gas: Some(gas.into()),
        value: Some(U256::zero()),
        data: Some(Bytes::from(data)),
        nonce: Some(nonce.into()),
        access_list: ethers_core::types::transaction::eip2930::AccessList::default(),
        max_priority_fee_per_gas: Some(amount(fees.priority)),
        max_fee_per_gas: Some(amount(fees.max)),
        chain_id: Some(chain_id.into()),
    }
}

fn amount(wei: Wei) -> U256 {
    wei.get().into()
}

/// Signs it.
pub(crate) async fn signed(
    request: Eip1559TransactionRequest,
    signer: &dyn Signer,
) -> Result<Signed, ChainError> {
    let transaction = TypedTransaction::Eip1559(request);
    let digest = transaction.sighash();
    let (signature, owner) = tokio::try_join!(signer.sign(&digest.0), signer.address())?;
    let signature = ethers_core::types::Signature {
        r: U256::from_big_endian(&signature.r),
        s: U256::from_big_endian(&signature.s),
        v: u64::from(signature.odd),
    };
    let found = signature.recover(digest).ok();
    if found.and_then(|found| address(&found).ok()).as_ref() != Some(&owner) {
        return Err(ChainError::Unusable(format!(
            "what signs for {owner} has signed for another address"
        )));
    }
    let raw = transaction.rlp_signed(&signature).to_vec();
    let hash = ChainHash::new(keccak256(&raw));
    Ok(Signed { raw, hash })
}

#[cfg(test)]
mod tests;
