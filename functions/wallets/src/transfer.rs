//! `POST /wallets/{ethaddress}/transfers` – an operator sends ether from the platform's wallet (the seed's
//! `sendEthersToWallet`).
//!
//! Who: platform operators; to anyone else there is no such wallet. The order is kept here and sent behind: a transfer has
//! one id for its address and key, for ever.

use lambda_http::http::Method;
use sharepact_domain::chain::Wei;
use sharepact_domain::event::Link;
use sharepact_domain::id::TransferId;
use sharepact_domain::transfer::{Cause, Key, Transfer, TransferFact};
use sharepact_domain::wallet::Address;
use sharepact_http::wire::{TransferBody, TransferView};
use sharepact_http::{Call, Place, Problem, ProblemType, entity_tag};
use sharepact_runtime::{
    Access, Answer, App, ChainError, Grant, Operation, Reply, Shape, failed, idempotency, seal,
};
use sharepact_store::{Change, Outcome, Rejected, Sending, Ticket};

/// The gas of a plain transfer.
const GAS: u64 = 21_000;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "wallet-transfer",
    method: Method::POST,
    path: "/wallets/{ethaddress}/transfers",
    summary: "sendEthersToWallet",
    description: "An operator sends ether from the platform's wallet to a registered address: 202, \
                  and the transfer is under way. An Idempotency-Key is required: one address and \
                  one key are one transfer, for ever, whoever asks.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<TransferBody>()),
    success: (202, Shape::of::<TransferView>()),
    problems: &[
        "invalid-address",
        "invalid-amount",
        "amount-too-large",
        "idempotency-key-required",
        "idempotency-key-reused",
        "platform-wallet-empty",
        "ledger-off",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(transfer(app, call)),
};

async fn transfer(app: &App, call: Call) -> Answer {
    if !call.principal()?.is_operator() {
        return Err(Problem::not_found("wallet"));
    }
    let address = call.path("ethaddress", Address::parse)?;
    if app.links.chain.is_none() {
        return Err(Problem::new(
            ProblemType::LedgerOff,
            "no blockchain is configured for this platform",
        ));
    }
    let policy = app.links.policy();
    let policy = policy.map_err(|error| Problem::internal(error.to_string()))?;
    let amount = call
        .body::<TransferBody>()?
        .parse(policy.amount, policy.maximum)?;
    let Some(key) = call.idempotency_key()? else {
        return Err(Problem::at(
            ProblemType::KeyRequired,
            Place::Parameter("Idempotency-Key".to_owned()),
            "say which transfer this is: the same key to the same address is the same transfer, for ever",
        ));
    };
    let id = TransferId::of(&address, Key::Chosen(&key.text));
    let ticket = idempotency::ticket(&call)?;
    let found = app
        .store
        .transfer_beginning(&address, id, ticket.as_ref(), call.now);
    let found = found.await.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let known = found.value.filter(|known| known.registered);
    let known = known.ok_or_else(|| Problem::not_found("wallet"))?;
    if let Some(transfer) = known.transfer {
        return again(&transfer, amount);
    }
    affordable(app, amount).await?;
    order(app, &call, (id, address, amount), ticket.as_ref()).await
}

/// Looks whether the platform's wallet could pay. A chain that does not answer is no reason to refuse: the order waits.
async fn affordable(app: &App, amount: Wei) -> Result<(), Problem> {
    let asked = async {
        let chain = app.links.chain()?;
        let platform = chain.platform().await?;
        let gas = chain.fees().await?.max.times(GAS);
        Ok::<_, ChainError>((chain.balance(&platform).await?, amount.plus(gas)))
    };
    match asked.await {
        Ok((balance, needed)) if balance < needed => Err(Problem::new(
            ProblemType::PlatformWalletEmpty,
            format!(
                "it holds {} ether, and {} with the fee are needed: fill it first",
                balance.ether(),
                needed.ether()
            ),
        )),
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "an order is taken without a look at the platform's wallet");
            Ok(())
        }
    }
}

async fn order(
    app: &App,
    call: &Call,
    (id, address, amount): (TransferId, Address, Wei),
    ticket: Option<&Ticket>,
) -> Answer {
    let fact = TransferFact::Ordered {
        address,
        amount,
        cause: Cause::Operator,
    };
    let event = seal(app, call, fact, id.to_string(), Link::FIRST)?;
    let transfer = Transfer::begun(id, &event)
        .ok_or_else(|| Problem::internal("an order that begins nothing"))?;
    let reply = answer(202, &transfer)?;
    let remembered = ticket.map(|ticket| (ticket, idempotency::remember(ticket, &reply)));
    let remembering = remembered
        .as_ref()
        .map(|(ticket, answer)| (*ticket, answer));
    let change = Change::Transfer {
        after: &transfer,
        event: &event,
        sending: Sending::Untouched,
    };
    let outcome: Outcome<Transfer> = app
        .commit(change, remembering, call.now)
        .await
        .map_err(failed)?;
    match outcome {
        Outcome::Written => Ok(reply),
        Outcome::Rejected(Rejected::Answered(remembered)) => {
            idempotency::replay(ticket, remembered)
        }
        Outcome::Rejected(rejected) => match rejected.stale().map_err(failed)? {
            Some(current) => again(&current, amount),
            None => Err(Problem::internal("a transfer without its order")),
        },
    }
}

/// The transfer that this address and key are already.
fn again(transfer: &Transfer, amount: Wei) -> Answer {
    if transfer.amount == amount {
        return answer(200, transfer);
    }
    Err(Problem::new(
        ProblemType::IdempotencyKeyReused,
        format!(
            "this key is a transfer of {} ether to this address already: take a new key for a new transfer",
            transfer.amount.ether()
        ),
    ))
}

fn answer(status: u16, transfer: &Transfer) -> Answer {
    let Transfer { address, id, .. } = transfer;
    let reply = Reply::json(status, &TransferView::from(transfer))?;
    Ok(reply
        .tagged(entity_tag(transfer.version, false))
        .located(format!("/wallets/{address}/transfers/{id}")))
}
