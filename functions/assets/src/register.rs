//! `PUT /assets/{assetId}` – an owner registers an asset, or changes it.
//!
//! Who: whoever registers the id first, then its owner's side; in an organisation its manager.
//! Contracts keep what they copied when they began.

use lambda_http::http::Method;
use sharepact_domain::asset::{Asset, RegisterRefusal};
use sharepact_domain::event::Link;
use sharepact_domain::party::Principal;
use sharepact_http::wire::{AssetBody, AssetView};
use sharepact_http::{Call, Problem, ProblemType, Reply, entity_tag};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape, failed, seal};
use sharepact_store::{Change, Outcome};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "asset-register",
    method: Method::PUT,
    path: "/assets/{assetId}",
    summary: "register or change an asset",
    description: "Registers an asset under an id of the owner's choice, or changes it: 201 when it \
                  is new, 200 otherwise. The same definition again changes nothing.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<AssetBody>()),
    success: (200, Shape::of::<AssetView>()),
    problems: &[
        "manager-required",
        "asset-taken",
        "conflict",
        "stale-version",
    ],
    grants: &[Grant::BatchGet, Grant::Put],
    run: |app, call| Box::pin(register(app, call)),
};

async fn register(app: &App, call: Call) -> Answer {
    let id = call.path("assetId", Asset::new_id)?;
    let definition = call.body::<AssetBody>()?.parse()?;
    let principal = call.principal()?;
    let existing = app.store.asset(&id).await.map_err(failed)?;
    let fact = Asset::register(existing.as_ref(), principal, definition)
        .map_err(|refusal| refused(refusal, existing.as_ref(), principal))?;
    let tag = existing
        .as_ref()
        .map(|asset| entity_tag(asset.version, false));
    call.precondition().check(tag.as_deref())?;

    let (fact, status) = match (fact, &existing) {
        (Some(fact), None) => (fact, 201),
        (Some(fact), Some(_)) => (fact, 200),
        (None, Some(asset)) => return answer(200, asset),
        (None, None) => return Err(Problem::internal("a new asset without an event")),
    };
    let link = existing.as_ref().map_or(Link::FIRST, Asset::link);
    let event = seal(app, &call, fact, id.to_string(), link)?;
    let after = Asset::after(existing, &id, &event)
        .ok_or_else(|| Problem::internal("a change without an asset"))?;
    let change = Change::Asset {
        after: &after,
        event: &event,
    };
    let outcome: Outcome<Asset> = app.commit(change, None, call.now).await.map_err(failed)?;
    match outcome {
        Outcome::Written => answer(status, &after),
        Outcome::Rejected(rejected) => {
            let current = rejected.stale().map_err(failed)?;
            // 412 to a caller who made a condition of it, 409 to any other.
            let present = current.map(|asset| entity_tag(asset.version, false));
            call.precondition().check(present.as_deref())?;
            Err(Problem::new(
                ProblemType::Conflict,
                "the asset was changed in the same instant; read it again",
            ))
        }
    }
}

fn answer(status: u16, asset: &Asset) -> Answer {
    let reply = Reply::json(status, &AssetView::from(asset))?;
    let reply = reply.tagged(entity_tag(asset.version, false));
    Ok(match status {
        201 => reply.located(format!("/assets/{}", asset.id)),
        _ => reply,
    })
}

fn refused(refusal: RegisterRefusal, existing: Option<&Asset>, principal: &Principal) -> Problem {
    match refusal {
        RegisterRefusal::Taken => Problem::new(
            ProblemType::AssetTaken,
            "the id belongs to somebody else: choose another one",
        ),
        // A member of the owner's organisation, or of the one that would own it.
        RegisterRefusal::NotManager => {
            let organization = existing
                .and_then(|asset| asset.owner.organization.as_ref())
                .or(principal.organization.as_ref());
            let name = organization.map_or("the organisation", |id| id.as_str());
            Problem::new(
                ProblemType::ManagerRequired,
                format!("only the manager of {name} offers its assets"),
            )
        }
    }
}
