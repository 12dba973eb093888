//! Fact + state → state. No rules here: what a fact says has happened.

use super::{
    Acceptance, Contract, ContractFact, Ending, Matter, Offer, Origin, Scope, Status, Subject,
};
use crate::event::Event;
use crate::id::ContractId;
use crate::money::Vat;
use crate::party::{Party, Side};

impl Contract {
    /// The contract that an event begins; `None` for an event that begins none.
    #[must_use]
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a beginning; apart they would hide what is set"
    )]
    pub fn begin(id: ContractId, event: &Event<ContractFact>) -> Option<Self> {
        let at = event.occurred_at;
        let blank = |origin: Origin, matter: Matter, provider: &Party, consumer: &Party| Self {
            id,
            version: event.sequence,
            head: event.hash,
            origin,
            recorded: Status::Active,
            turn: None,
            matter,
            provider: provider.clone(),
            consumer: consumer.clone(),
            offer: None,
            acceptance: None,
            effective_at: None,
            expires_at: None,
            warned: None,
            payment_reference: None,
            ending: None,
            created_at: at,
            updated_at: at,
        };
        let about = |asset: &Subject, scope: &Scope| Matter::Asset {
            subject: asset.clone(),
            scope: scope.clone(),
        };
        let offer = |price, vat, terms_hash| {
            Some(Offer {
                revision: 1,
                by: Side::Provider,
                price,
                vat,
                terms_hash,
                at,
            })
        };
        match &event.fact {
            ContractFact::Requested {
                asset,
                provider,
                consumer,
                scope,
            } => Some(Self {
                recorded: Status::Request,
                ..blank(Origin::Marketplace, about(asset, scope), provider, consumer)
            }),
            ContractFact::Acquired {
                asset,
                provider,
                consumer,
                scope,
                price,
                terms_hash,
            } => Some(Self {
                offer: offer(*price, Vat::ZERO, *terms_hash),
                acceptance: Some(Acceptance {
                    by: Side::Consumer,
                    author: event.actor.clone(),
                    revision: 1,
                    hash: event.hash,
                    at,
                }),
                effective_at: Some(at),
                ..blank(Origin::Marketplace, about(asset, scope), provider, consumer)
            }),
            ContractFact::Opened {
                origin,
                asset,
                provider,
                consumer,
                scope,
                price,
                vat,
                terms_hash,
                effective_at,
                expires_at,
            } => Some(Self {
                offer: offer(*price, *vat, *terms_hash),
                effective_at: Some(*effective_at),
                expires_at: *expires_at,
                ..blank(origin.clone(), about(asset, scope), provider, consumer)
            }),
            ContractFact::Granted {
                agreement,
                quota,
                provider,
                consumer,
                effective_at,
                expires_at,
            } => Some(Self {
                effective_at: Some(*effective_at),
                expires_at: Some(*expires_at),
                ..blank(
                    Origin::Framework {
                        agreement: *agreement,
                    },
                    Matter::Quota(*quota),
                    provider,
                    consumer,
                )
            }),
            ContractFact::Declined { .. }
            | ContractFact::Drafted { .. }
            | ContractFact::Negotiated { .. }
            | ContractFact::Signed { .. }
            | ContractFact::Rejected { .. }
            | ContractFact::Activated { .. }
            | ContractFact::Extended { .. }
            | ContractFact::Stopped { .. }
            | ContractFact::Expiring { .. }
            | ContractFact::Expired { .. } => None,
        }
    }

    /// The contract after an event.
    #[must_use]
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a fact; apart they would hide what is set"
    )]
    pub fn apply(self, event: &Event<ContractFact>) -> Self {
        let at = event.occurred_at;
        let next = Self {
            version: event.sequence,
            head: event.hash,
            updated_at: at,
            ..self
        };
        let ended = |recorded, by, reason, detail, contract: Self| Self {
            recorded,
            turn: None,
            ending: Some(Ending {
                by,
                reason,
                detail,
                at,
            }),
            ..contract
        };
        match event.fact.clone() {
            // A contract begins once; `begin` is what reads these.
            ContractFact::Requested { .. }
            | ContractFact::Acquired { .. }
            | ContractFact::Opened { .. }
            | ContractFact::Granted { .. } => next,
            ContractFact::Declined { reason } => {
                ended(Status::Declined, Some(Side::Provider), reason, None, next)
            }
            ContractFact::Drafted {
                revision,
                price,
                vat,
                terms_hash,
            } => Self {
                recorded: Status::Draft,
                turn: Some(Side::Consumer),
                offer: Some(Offer {
                    revision,
                    by: Side::Provider,
                    price,
                    vat,
                    terms_hash,
                    at,
                }),
                ..next
            },
            ContractFact::Negotiated {
                revision,
                by,
                price,
                terms_hash,
                comment: _,
            } => Self {
                recorded: Status::Negotiate,
                turn: Some(by.other()),
                offer: next.offer.map(|offer| Offer {
                    revision,
                    by,
                    price,
                    terms_hash,
                    at,
                    ..offer
                }),
                ..next
            },
            ContractFact::Signed {
                by,
                revision,
                terms_hash: _,
            } => Self {
                recorded: Status::Signed,
                turn: None,
                acceptance: Some(Acceptance {
                    by,
                    author: event.actor.clone(),
                    revision,
                    hash: event.hash,
                    at,
                }),
                ..next
            },
            ContractFact::Rejected { by, reason } => {
                ended(Status::Rejected, Some(by), Some(reason), None, next)
            }
            ContractFact::Activated {
                payment_reference,
                effective_at,
                expires_at,
            } => Self {
                recorded: Status::Active,
                payment_reference: Some(payment_reference),
                effective_at: Some(effective_at),
                expires_at,
                ..next
            },
            ContractFact::Extended { expires_at } => Self {
                expires_at: Some(expires_at),
                warned: None,
                ..next
            },
            ContractFact::Stopped { by, reason, detail } => {
                ended(Status::Stopped, Some(by), Some(reason), detail, next)
            }
            ContractFact::Expiring { days, .. } => Self {
                warned: Some(days),
                ..next
            },
            // However late it was recorded, the contract ended when its time was over.
            ContractFact::Expired { expires_at } => Self {
                recorded: Status::Expired,
                turn: None,
                ending: Some(Ending {
                    by: None,
                    reason: None,
                    detail: None,
                    at: expires_at,
                }),
                ..next
            },
        }
    }
}
