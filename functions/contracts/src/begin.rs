//! How a contract begins in the marketplace: one read of all that a rule must look up, the
//! domain's decision, one transaction.

use sharepact_domain::asset::Asset;
use sharepact_domain::contract::{Contract, Decision, Refusal};
use sharepact_domain::event::Link;
use sharepact_domain::id::{AssetId, ContractId};
use sharepact_domain::party::Principal;
use sharepact_http::{Call, Problem};
use sharepact_runtime::{Answer, App, failed, idempotency, seal};
use sharepact_store::Claim;

use crate::command::{Written, write};

/// Begins the contract that `decide` decides on: from the asset, the caller, and whether the
/// caller's side has a wallet.
pub(crate) async fn run(
    app: &App,
    call: &Call,
    asset: &AssetId,
    decide: impl FnOnce(&Asset, &Principal, bool) -> Result<Decision, Refusal>,
) -> Answer {
    let principal = call.principal()?;
    let ticket = idempotency::ticket(call)?;
    let owner = principal.party().owner();
    let found = app
        .store
        .beginning(asset, &owner, ticket.as_ref(), call.now);
    let found = found.await.map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket.as_ref(), remembered);
    }
    let (asset, has_wallet) = found
        .value
        .and_then(|found| Some((found.asset?, found.has_wallet)))
        .filter(|(asset, _)| asset.visible_to(principal))
        .ok_or_else(|| Problem::not_found("asset"))?;

    let Decision { fact, terms } = decide(&asset, principal, has_wallet)?;
    let id = ContractId::new(app.new_id());
    let event = seal(app, call, fact, id.to_string(), Link::FIRST)?;
    let after = Contract::begin(id, &event)
        .ok_or_else(|| Problem::internal("the decision begins no contract"))?;
    let change = Written {
        event,
        after,
        terms,
        claim: Claim::Take,
        under: None,
    };
    write(app, call, ticket.as_ref(), change, 201).await
}
