//! `POST /sessions` – a provider makes sessions: one for each asset of a list, all of them or none.
//!
//! Who: the session manager of the agreement's provider. The answer is the sessions; two round trips for what fits into one
//! transaction, and no more than five for a hundred of the provider's own assets.

use lambda_http::http::Method;
use sharepact_domain::agreement::Agreement;
use sharepact_domain::asset::Asset;
use sharepact_domain::contract::Contract;
use sharepact_domain::id::{AssetId, ContractId};
use sharepact_domain::party::{Author, Principal, Side};
use sharepact_domain::session::{
    self, Allotment, Begun, Candidate, CreateRefusal, Lineage, Making, SessionId, Wanted,
};
use sharepact_http::wire::{MadeSessions, SessionBody, SessionView, SessionWish};
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, idempotency};
use sharepact_store::{MakingRecord, Parent};
use uuid::Uuid;

use crate::order::{Cause, Newcomer, Order};
use crate::places::unworkable;
use crate::{allot, received, together};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "session-create",
    method: Method::POST,
    path: "/sessions",
    summary: "make sessions",
    description: "A provider makes sessions under an agreement, and under a contract of it: one for each asset, all of them or \
                  none. Each asset is the provider's own, or one that it uses by a session and may share on. A session does \
                  not run before it is started, unless the agreement lets sessions start by themselves.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<SessionBody>()),
    success: (201, Shape::of::<MadeSessions>()),
    problems: &[
        "not-found",
        "invalid-asset",
        "invalid-term",
        "wrong-side",
        "role-required",
        "agreement-not-active",
        "contract-not-active",
        "contract-needed",
        "asset-not-yours",
        "wrong-entity",
        "onward-sharing-not-allowed",
        "onward-sharing-loop",
        "quota-exceeded",
        "session-overlap",
        "conflict",
        "idempotency-key-reused",
    ],
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::Update,
        Grant::Check,
        Grant::QueryIndex("by-parent"),
    ],
    run: |app, call| Box::pin(create(app, call)),
};

async fn create(app: &App, call: Call) -> Answer {
    let wish = call.body::<SessionBody>()?.parse()?;
    let principal = call.principal()?;
    let ticket = idempotency::ticket(&call)?;
    let ticket = ticket.as_ref();
    let SessionWish {
        agreement,
        contract,
        assets,
        ..
    } = &wish;
    let found = app
        .store
        .making(*agreement, *contract, assets, ticket, call.now)
        .await
        .map_err(failed)?;
    if let Some(remembered) = found.remembered {
        return idempotency::replay(ticket, remembered);
    }
    let making = found.value.ok_or(CreateRefusal::NotAParty)?;
    if contract.is_some() && making.contract.is_none() {
        return Err(no_such_contract(&making.agreement, principal).into());
    }
    let numbered = app.new_id();
    let order = order(app, &call, &wish, making, numbered).await?;
    let view = |(newcomer, lineage): (&Newcomer, &Lineage)| {
        SessionView::new(&newcomer.session, lineage, principal, call.now)
    };
    let made = MadeSessions {
        items: order
            .newcomers
            .iter()
            .zip(&order.lineages)
            .map(view)
            .collect(),
    };
    let reply = Reply::json(201, &made)?;
    match together::fits(&order, ticket) {
        true => together::make(app, &call, &order, ticket, reply).await,
        false => allot::make(app, &call, &order, numbered, ticket, reply).await,
    }
}

/// To a stranger there is no agreement either.
fn no_such_contract(agreement: &Agreement, principal: &Principal) -> CreateRefusal {
    match agreement.side_of(principal) {
        None => CreateRefusal::NotAParty,
        Some(Side::Consumer) => CreateRefusal::OnlyProvider,
        Some(Side::Provider) => CreateRefusal::NoSuchContract,
    }
}

/// The sessions as the domain lets them be.
async fn order(
    app: &App,
    call: &Call,
    wish: &SessionWish,
    making: MakingRecord,
    numbered: Uuid,
) -> Result<Order, Problem> {
    let principal = call.principal()?;
    let MakingRecord {
        agreement,
        contract,
        assets,
    } = making;
    let assets: Vec<_> = wish.assets.iter().cloned().zip(assets).collect();
    let candidates = match agreement.side_of(principal) {
        Some(Side::Provider) => received::candidates(app, &agreement, assets, call.now).await?,
        // Refused in a moment: nothing is looked up for them.
        Some(Side::Consumer) | None => assets.into_iter().map(bare).collect(),
    };
    let wanted = Wanted {
        candidates,
        valid_from: wish.valid_from,
        valid_to: wish.valid_to,
    };
    let making = Making {
        agreement: &agreement,
        contract: contract.as_ref(),
        principal,
    };
    let begun = session::create(making, &wanted, call.now)?;
    let cause = Cause {
        author: Author::from(&call.actor()?),
        at: call.now,
        trace: call.trace(),
    };
    let newcomer = |(place, begun): (u8, Begun)| {
        let number = Allotment::number(numbered, place);
        let id = SessionId::new(agreement.id, contract.as_ref().map(|it| it.id), number);
        Newcomer::new(id, begun, &cause).map_err(unworkable)
    };
    let newcomers = (0..).zip(begun).map(newcomer);
    let newcomers = newcomers.collect::<Result<Vec<_>, _>>()?;
    let lineage = |candidate: Candidate| Lineage {
        agreement: agreement.clone(),
        contract: contract.clone(),
        upstream: candidate.source.map_or(Vec::new(), |source| source.chain),
    };
    Ok(Order {
        lineages: wanted.candidates.into_iter().map(lineage).collect(),
        consumer: agreement.consumer.organization.clone(),
        assets: wish.assets.clone(),
        newcomers,
        overlap: agreement.frame.sharing.overlap,
        quota: contract.as_ref().and_then(quota),
        parents: std::iter::once(Parent::Agreement(agreement.id, agreement.version))
            .chain(contract.map(|contract| Parent::Contract(contract.id, contract.version)))
            .collect(),
    })
}

fn bare((id, asset): (AssetId, Option<Asset>)) -> Candidate {
    Candidate {
        id,
        asset,
        source: None,
    }
}

fn quota(contract: &Contract) -> Option<(ContractId, u32)> {
    contract.quota().map(|quota| (contract.id, quota.assets))
}
