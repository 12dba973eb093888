//! Why a command is refused. Every refusal says what would be allowed instead.

use thiserror::Error;

use super::{CommandKind, Status};
use crate::agreement::AgreementStatus;
use crate::fault::Violation;
use crate::id::ContractId;
use crate::party::Side;

/// A command that the rules do not let through. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The caller is on neither side, and is not told that the contract exists.
    #[error("there is no such contract for this caller")]
    NotAParty,
    /// The command belongs to the other side.
    #[error("only the {} may {}", needs.name(), command.name())]
    WrongSide {
        /// The command.
        command: CommandKind,
        /// The side that it belongs to.
        needs: Side,
        /// What the caller may do now.
        allowed: Vec<CommandKind>,
    },
    /// Only the provider of an agreement grants quotas under it.
    #[error("only the provider of the agreement grants contracts under it")]
    OnlyProvider,
    /// Nothing is granted under an agreement that is not in force.
    #[error("the agreement is {}: contracts are granted under an Active one", status.name())]
    AgreementNotActive {
        /// What it is.
        status: AgreementStatus,
    },
    /// In an organisation only the manager binds it.
    #[error("only the manager of the organisation may bind it; members look and request")]
    NotManager,
    /// The command is not for contracts of this status (or origin).
    #[error("a contract of status {} takes no {}", status.name(), command.name())]
    IllegalStatus {
        /// The command.
        command: CommandKind,
        /// The contract's status.
        status: Status,
        /// What the caller may do now.
        allowed: Vec<CommandKind>,
    },
    /// It is the other side's turn.
    #[error("it is the {}'s turn", turn.name())]
    NotYourTurn {
        /// Whose turn it is.
        turn: Side,
        /// What the caller may do now.
        allowed: Vec<CommandKind>,
    },
    /// A user outside any organisation, or the manager of one, has no wallet yet.
    #[error("register a wallet first: PUT /wallets/{owner}")]
    WalletRequired {
        /// The id of the user or the organisation.
        owner: String,
    },
    /// Nobody requests their own asset.
    #[error("the asset is your own side's")]
    OwnAsset,
    /// A public asset is acquired, not requested.
    #[error(
        "the asset has a public licence: acquire it with POST /assets/{{assetId}}/acquisitions"
    )]
    PublicAsset,
    /// An asset without a public licence is requested, not acquired.
    #[error("the asset has no public licence: request it with POST /contracts")]
    NotPublic,
    /// The consumer's side has a live contract on the asset.
    #[error("your side has a live contract on this asset: {contract}")]
    LiveContract {
        /// That contract.
        contract: ContractId,
    },
    /// A value of the command does not fit the contract.
    #[error("the command holds values that cannot be taken")]
    Invalid(Vec<Violation>),
}
