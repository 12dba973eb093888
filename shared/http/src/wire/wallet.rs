//! A wallet on the wire.

use serde::{Deserialize, Serialize};
use sharepact_domain::chain::Wei;
use sharepact_domain::party::Owner;
use sharepact_domain::wallet::{Address, Challenge, Registration, Wallet};
use utoipa::ToSchema;

use crate::{Check, Problem};

/// What an owner sends to register an address. A private key has no place in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WalletRegistration)]
pub struct WalletBody {
    /// An Ethereum address with its EIP-55 checksum.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    pub address: String,
    /// The challenge that was issued for this owner and address, unchanged.
    pub challenge: String,
    /// The signature over the challenge's message by the address's key, as `personal_sign` (EIP-191) makes it: 65 bytes,
    /// 0x and 130 hexadecimal digits.
    pub signature: String,
}

/// What an owner sends to be told what to sign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChallengeRequest)]
pub struct ChallengeBody {
    /// The Ethereum address to register, with its EIP-55 checksum.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    pub address: String,
}

impl ChallengeBody {
    /// The address, parsed.
    ///
    /// # Errors
    /// Its fault.
    pub fn parse(self) -> Result<Address, Problem> {
        let mut check = Check::default();
        let address = check.at("/address", Address::parse(&self.address));
        check.finish(address)
    }
}

/// What to sign with the wallet of an address.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Challenge)]
pub struct ChallengeView {
    /// To be sent back, unchanged, with the signature.
    pub challenge: String,
    /// The text to sign with `personal_sign` (EIP-191), to the letter.
    pub message: String,
    /// From when on it is too late to send the signature.
    pub expires_at: String,
}

impl ChallengeView {
    /// A challenge, and what it was sealed to.
    #[must_use]
    pub fn new(challenge: &Challenge, sealed: String) -> Self {
        Self {
            challenge: sealed,
            message: challenge.message(),
            expires_at: challenge.expires_at().to_string(),
        }
    }
}

/// An address, and since when it was registered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Registration)]
pub struct RegistrationView {
    /// The address.
    pub address: String,
    /// Since when.
    pub registered_at: String,
}

impl From<&Registration> for RegistrationView {
    fn from(registration: &Registration) -> Self {
        Self {
            address: registration.address.to_string(),
            registered_at: registration.since.to_string(),
        }
    }
}

/// The wallet of a user or an organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Wallet)]
pub struct WalletView {
    /// The id of the user or the organisation.
    pub owner: String,
    /// user or organization.
    pub owner_kind: String,
    /// The address in use.
    pub address: String,
    /// Since when.
    pub registered_at: String,
    /// The addresses before it, newest first.
    pub former: Vec<RegistrationView>,
    /// The number of events so far; the entity tag is made of it.
    pub version: u64,
}

/// A wallet, and what the chain says of it at this moment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WalletState)]
pub struct WalletStateView {
    /// The id of the user or the organisation.
    pub owner: String,
    /// user or organization.
    pub owner_kind: String,
    /// The address in use.
    pub address: String,
    /// Since when.
    pub registered_at: String,
    /// The addresses before it, newest first.
    pub former: Vec<RegistrationView>,
    /// The number of events so far; the entity tag is made of it.
    pub version: u64,
    /// on, off (no blockchain is configured) or unreachable.
    pub ledger: String,
    /// What the address holds in the newest block, in ether; null where that is not known.
    pub balance: Option<String>,
    /// The ether that the platform sends once, so that the wallet can pay for gas: none, or how far that transfer has come
    /// (ordered, submitted, confirmed, failed).
    pub funding: String,
}

impl WalletStateView {
    /// The wallet with what is known of the chain, and of its funding.
    #[must_use]
    pub fn new(wallet: &Wallet, ledger: &str, balance: Option<Wei>, funding: &str) -> Self {
        let WalletView {
            owner,
            owner_kind,
            address,
            registered_at,
            former,
            version,
        } = WalletView::from(wallet);
        Self {
            owner,
            owner_kind,
            address,
            registered_at,
            former,
            version,
            ledger: ledger.to_owned(),
            balance: balance.map(Wei::ether),
            funding: funding.to_owned(),
        }
    }
}

impl From<&Wallet> for WalletView {
    fn from(wallet: &Wallet) -> Self {
        let kind = match wallet.owner {
            Owner::User(_) => "user",
            Owner::Organization(_) => "organization",
        };
        let current = RegistrationView::from(&wallet.current);
        Self {
            owner: wallet.owner.id().to_owned(),
            owner_kind: kind.to_owned(),
            address: current.address,
            registered_at: current.registered_at,
            former: wallet.former.iter().map(RegistrationView::from).collect(),
            version: wallet.version,
        }
    }
}
