//! The one live contract that users have on an asset, by status.

use sharepact_domain::contract::{Contract, Status};
use sharepact_domain::id::{AssetId, UserId};
use sharepact_http::wire::ContractView;
use sharepact_http::{Call, Reply};
use sharepact_runtime::{Answer, App, failed};
use sharepact_store::{Index, Order, Source};

/// How many to look at at once. A side has one live contract on an asset, so that more than one is
/// found only where users of several sides are asked for.
const MOST: usize = 100;

/// The newest contract of the status on the asset, with one of the users as consumer, or null.
pub(crate) async fn newest(app: &App, call: Call, status: Status) -> Answer {
    let asset = call.path("assetId", AssetId::parse)?;
    let principal = call.principal()?;
    let users = call.queries("userId", UserId::parse)?;
    let source = |prefix: String| Source {
        index: Index::Asset,
        partition: asset.to_string(),
        prefix,
    };
    let sources: Vec<_> = match users.as_slice() {
        [] => vec![source(String::new())],
        users => users
            .iter()
            .map(|user| source(format!("{user}#")))
            .collect(),
    };
    let own = |contract: &Contract| !users.is_empty() || contract.consumer.includes(principal);
    let keep = |contract: &Contract| {
        contract.status(call.now) == status && contract.visible_to(principal) && own(contract)
    };
    let (mut newest, mut after): (Option<Contract>, _) = (None, None);
    // Of an asset with many live contracts a page may hold none of the caller's.
    loop {
        let page = app
            .store
            .list(&sources, Order::Ascending, after.as_ref(), MOST, keep);
        let page = page.await.map_err(failed)?;
        let found = page.items.into_iter().chain(newest);
        newest = found.max_by_key(|contract| contract.id);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let tag = newest
        .as_ref()
        .map(|contract| ContractView::tag(contract, call.now));
    if let Some(tag) = tag
        .as_ref()
        .filter(|tag| call.precondition().is_current(tag))
    {
        return Ok(Reply::not_modified(tag.clone()));
    }
    let view = newest
        .as_ref()
        .map(|contract| ContractView::new(contract, None, principal, call.now));
    let reply = Reply::json(200, &view)?;
    Ok(match tag {
        Some(tag) => reply.tagged(tag),
        None => reply,
    })
}
