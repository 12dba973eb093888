//! What can be asked of a contract that exists.

use crate::money::{Money, Vat};
use crate::party::Side;
use crate::terms::Terms;
use crate::text::{Line, Note};
use crate::time::Timestamp;

/// A command with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The provider refuses the request.
    Decline {
        /// Why.
        reason: Option<Note>,
    },
    /// The provider answers the request with price and terms.
    Draft {
        /// The net price; its currency is fixed from here on.
        price: Money,
        /// The VAT rate, fixed from here on.
        vat: Vat,
        /// The terms.
        terms: Terms,
    },
    /// The side whose turn it is offers another price, other terms or both.
    Negotiate {
        /// The new net price as a decimal string, in the draft's currency.
        price: Option<String>,
        /// The new terms.
        terms: Option<Terms>,
        /// A word to the other side.
        comment: Option<Note>,
    },
    /// The side whose turn it is accepts the other's last revision.
    Accept,
    /// Either side walks away.
    Reject {
        /// Why.
        reason: Note,
    },
    /// The provider states that payment was completed.
    Activate {
        /// By which it can be found: an invoice number, a transaction.
        payment_reference: Line,
    },
    /// The provider moves the end of a quota contract.
    Extend {
        /// The new end, strictly later.
        until: Timestamp,
    },
    /// Either side ends an active contract.
    Stop {
        /// Why.
        reason: Note,
        /// More about it.
        detail: Option<Note>,
    },
    /// Sharepact records that the framework agreement was stopped, and the contract with it.
    Follow {
        /// The side that stopped the agreement.
        by: Side,
        /// Why.
        reason: Note,
        /// More about it.
        detail: Option<Note>,
    },
    /// Sharepact says that the contract's time is over soon.
    Warn {
        /// How many days ahead, at the most.
        days: u16,
    },
    /// Sharepact records that the contract's time is over.
    Expire,
}

/// A command without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommandKind {
    /// See [`Command::Decline`].
    Decline,
    /// See [`Command::Draft`].
    Draft,
    /// See [`Command::Negotiate`].
    Negotiate,
    /// See [`Command::Accept`].
    Accept,
    /// See [`Command::Reject`].
    Reject,
    /// See [`Command::Activate`].
    Activate,
    /// See [`Command::Extend`].
    Extend,
    /// See [`Command::Stop`].
    Stop,
    /// See [`Command::Follow`].
    Follow,
    /// See [`Command::Warn`].
    Warn,
    /// See [`Command::Expire`].
    Expire,
}

impl CommandKind {
    /// Every command, in the order of the pipeline.
    pub const ALL: [Self; 11] = [
        Self::Decline,
        Self::Draft,
        Self::Negotiate,
        Self::Accept,
        Self::Reject,
        Self::Activate,
        Self::Extend,
        Self::Stop,
        Self::Follow,
        Self::Warn,
        Self::Expire,
    ];

    /// The command's name, as in the route that issues it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Decline => "decline",
            Self::Draft => "draft",
            Self::Negotiate => "negotiate",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Activate => "activate",
            Self::Extend => "extend",
            Self::Stop => "stop",
            Self::Follow => "follow",
            Self::Warn => "warn",
            Self::Expire => "expire",
        }
    }
}

impl Command {
    /// The command without its data.
    #[must_use]
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::Decline { .. } => CommandKind::Decline,
            Self::Draft { .. } => CommandKind::Draft,
            Self::Negotiate { .. } => CommandKind::Negotiate,
            Self::Accept => CommandKind::Accept,
            Self::Reject { .. } => CommandKind::Reject,
            Self::Activate { .. } => CommandKind::Activate,
            Self::Extend { .. } => CommandKind::Extend,
            Self::Stop { .. } => CommandKind::Stop,
            Self::Follow { .. } => CommandKind::Follow,
            Self::Warn { .. } => CommandKind::Warn,
            Self::Expire => CommandKind::Expire,
        }
    }
}
