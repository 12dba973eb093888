//! `PUT /wallets/{owner}` – a user or an organisation registers its Ethereum address, and shows that it is its own.
//!
//! Who: the user itself, outside any organisation; for an organisation its manager. To anyone else
//! there is no such wallet.

use lambda_http::http::Method;
use sharepact_chain::possession::Signature;
use sharepact_domain::event::Link;
use sharepact_domain::party::Owner;
use sharepact_domain::wallet::{Address, Challenge, Unproven, Wallet, WalletFact};
use sharepact_http::wire::{WalletBody, WalletView};
use sharepact_http::{Call, Check, Place, Problem, ProblemType, Purpose, Reply, entity_tag};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, seal};
use sharepact_store::{Change, Outcome, Registering, Rejected};

use crate::owner::registrant;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "wallet-register",
    method: Method::PUT,
    path: "/wallets/{owner}",
    summary: "register a wallet",
    description: "A user outside any organisation registers its Ethereum address, or a manager \
                  that of the organisation: 201 when it is the first, 200 otherwise. The owner is \
                  the user's or the organisation's id. That the address is the owner's is shown by its signature over \
                  the message of a challenge (`walletChallenge`); each challenge registers one address, once. Another \
                  address takes the place of the one before it, which stays in the history.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<WalletBody>()),
    success: (200, Shape::of::<WalletView>()),
    problems: &[
        "invalid-address",
        "invalid-signature",
        "invalid-challenge",
        "manager-required",
        "signature-mismatch",
        "challenge-expired",
        "challenge-used",
        "address-taken",
        "conflict",
        "stale-version",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(register(app, call)),
};

async fn register(app: &App, call: Call) -> Answer {
    let owner = registrant(&call)?;
    let body = call.body::<WalletBody>()?;
    let mut check = Check::default();
    let address = check.at("/address", Address::parse(&body.address));
    let signature = check.at("/signature", Signature::parse(&body.signature));
    let (address, signature) = check.finish(address.zip(signature))?;
    let challenge = opened(app, &owner, &address, &body.challenge)?;
    let registering = app.store.registering(&owner, challenge.nonce());
    let Registering {
        wallet: existing,
        challenge_used,
    } = registering.await.map_err(failed)?;
    let tag = existing
        .as_ref()
        .map(|wallet| entity_tag(wallet.version, false));
    call.precondition().of_version().check(tag.as_deref())?;
    let signer = signature.signer(&challenge.message());
    let proof = challenge
        .prove(
            signer.as_ref(),
            signature.to_string(),
            challenge_used,
            call.now,
        )
        .map_err(unproven)?;
    if let Some(wallet) = existing
        .as_ref()
        .filter(|wallet| wallet.current.address == address)
    {
        return answer(200, wallet);
    }

    let status = if existing.is_some() { 200 } else { 201 };
    let link = existing.as_ref().map_or(Link::FIRST, Wallet::link);
    let id = owner.id().to_owned();
    let fact = WalletFact::Registered {
        owner,
        address,
        proof: Some(proof),
    };
    let event = seal(app, &call, fact, id, link)?;
    let after = Wallet::after(existing, &event);
    let change = Change::Wallet {
        after: &after,
        event: &event,
        challenge: &challenge,
    };
    let outcome: Outcome<Wallet> = app.commit(change, None, call.now).await.map_err(failed)?;
    match outcome {
        Outcome::Written => answer(status, &after),
        Outcome::Rejected(Rejected::AddressTaken) => Err(Problem::new(
            ProblemType::AddressTaken,
            "the address is registered to another owner; an address has one owner, ever",
        )),
        Outcome::Rejected(Rejected::ChallengeUsed) => Err(unproven(Unproven::Used)),
        Outcome::Rejected(rejected) => {
            let current = rejected.stale().map_err(failed)?;
            // 412 to a caller who made a condition of it, 409 to any other.
            let present = current.map(|wallet| entity_tag(wallet.version, false));
            call.precondition().of_version().check(present.as_deref())?;
            Err(Problem::new(
                ProblemType::Conflict,
                "the wallet was changed in the same instant; read it again",
            ))
        }
    }
}

/// The challenge, if it is one of ours for this owner and this address.
fn opened(app: &App, owner: &Owner, address: &Address, sealed: &str) -> Result<Challenge, Problem> {
    let binding = Challenge::binding(owner, address);
    app.seals
        .open(Purpose::Challenge, &binding, sealed)
        .and_then(|content| Challenge::read(owner.clone(), address.clone(), &content))
        .ok_or_else(|| {
            Problem::at(
                ProblemType::InvalidChallenge,
                Place::Pointer("/challenge".to_owned()),
                "takes the challenge that was issued for this owner and this address, unchanged: ask for one with \
                 POST /wallets/{owner}/challenge",
            )
        })
}

fn unproven(why: Unproven) -> Problem {
    let kind = match why {
        Unproven::Expired => ProblemType::ChallengeExpired,
        Unproven::Used => ProblemType::ChallengeUsed,
        Unproven::OtherSigner => ProblemType::SignatureMismatch,
    };
    Problem::new(kind, why.to_string())
}

fn answer(status: u16, wallet: &Wallet) -> Answer {
    let reply = Reply::json(status, &WalletView::from(wallet))?;
    let reply = reply.tagged(entity_tag(wallet.version, false));
    Ok(match status {
        201 => reply.located(format!("/wallets/{}", wallet.owner.id())),
        _ => reply,
    })
}
