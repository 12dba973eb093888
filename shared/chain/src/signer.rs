//! Whoever signs for the platform: a key in an encrypted file now, a key that never leaves its keeper tomorrow.
//!
//! The one rule: a signer is given a digest and gives a signature. No key comes out, and none is asked for.

use sharepact_domain::wallet::Address;
use sharepact_runtime::Asked;

/// A signature over secp256k1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Its first half.
    pub r: [u8; 32],
    /// Its second half, in the lower half of the curve's order (EIP-2).
    pub s: [u8; 32],
    /// Is the y of the point behind `r` odd?
    pub odd: bool,
}

/// Signs with one key.
pub trait Signer: Send + Sync {
    /// The address of the key.
    fn address(&self) -> Asked<'_, Address>;

    /// Signs a digest as it is.
    fn sign<'a>(&'a self, digest: &'a [u8; 32]) -> Asked<'a, Signature>;
}
