//! `POST /wallets/{owner}/challenge` – what to sign, to show that an address is one's own.
//!
//! Who: whoever may register the wallet. Nothing is read or written: the challenge is sealed, and comes back with the
//! registration.

use std::future::ready;

use lambda_http::http::Method;
use sharepact_domain::wallet::{Challenge, Nonce};
use sharepact_http::wire::{ChallengeBody, ChallengeView};
use sharepact_http::{Call, Purpose, Reply};
use sharepact_runtime::{Access, Answer, App, Operation, Shape};

use crate::owner::registrant;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "wallet-challenge",
    method: Method::POST,
    path: "/wallets/{owner}/challenge",
    summary: "what to sign with a wallet",
    description: "Whoever may register the wallet gets a message to sign with the key of the address, as \
                  personal_sign (EIP-191) does it, and a challenge to send back with the signature: within five \
                  minutes, once, for this owner and this address. Nothing is changed.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<ChallengeBody>()),
    success: (200, Shape::of::<ChallengeView>()),
    problems: &["invalid-address", "manager-required"],
    grants: &[],
    run: |app, call| Box::pin(ready(challenge(app, &call))),
};

fn challenge(app: &App, call: &Call) -> Answer {
    let owner = registrant(call)?;
    let address = call.body::<ChallengeBody>()?.parse()?;
    let nonce = Nonce::new(app.random()?);
    let binding = Challenge::binding(&owner, &address);
    let challenge = Challenge::issue(owner, address, nonce, call.now);
    let sealed = app
        .seals
        .seal(Purpose::Challenge, &binding, &challenge.content());
    Reply::json(200, &ChallengeView::new(&challenge, sealed))
}
