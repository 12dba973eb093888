//! `GET /assets` – the catalogue, or the caller's own side's assets, by id.
//!
//! Who: anyone; Confidential assets are in their owner's own list only.

use lambda_http::http::Method;
use sharepact_domain::asset::Asset;
use sharepact_domain::party::Principal;
use sharepact_http::wire::{AssetPage, AssetView};
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{
    Access, Answer, App, CURSOR, Grant, LIMIT, Operation, QueryParameter, Shape,
};
use sharepact_store::{Index, Order, Source};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "asset-list",
    method: Method::GET,
    path: "/assets",
    summary: "list assets",
    description: "The assets that everybody may see, by id; with owner=me those of the caller's \
                  own side, Confidential ones included.",
    access: Access::Token,
    query: &[
        QueryParameter::optional("owner", "me: the caller's own side's assets"),
        LIMIT,
        CURSOR,
    ],
    body: None,
    success: (200, Shape::of::<AssetPage>()),
    problems: &["invalid-cursor"],
    grants: &[
        Grant::QueryIndex("by-catalogue"),
        Grant::QueryIndex("by-provider"),
        Grant::QueryIndex("by-provider-organization"),
    ],
    run: |app, call| Box::pin(list(app, call)),
};

async fn list(app: &App, call: Call) -> Answer {
    let principal = call.principal()?;
    let sources = match call.query("owner")? {
        None => vec![assets(Index::Catalogue, "CATALOGUE")],
        Some("me") => own(principal),
        Some(_) => return Err(refuse_owner(&call)),
    };
    let keep = |asset: &Asset| asset.visible_to(principal);
    let page = sharepact_runtime::list(app, &call, &sources, Order::Ascending, keep).await?;
    Reply::json(
        200,
        &AssetPage {
            items: page.items.iter().map(AssetView::from).collect(),
            next_cursor: page.next_cursor,
        },
    )
}

fn own(principal: &Principal) -> Vec<Source> {
    let organization = principal.organization.as_ref();
    let organization = organization.map(|id| assets(Index::ProviderOrganization, id.as_str()));
    let user = assets(Index::Provider, principal.user.as_str());
    std::iter::once(user).chain(organization).collect()
}

fn assets(index: Index, partition: &str) -> Source {
    Source {
        index,
        partition: partition.to_owned(),
        prefix: "ASSET#".to_owned(),
    }
}

fn refuse_owner(call: &Call) -> Problem {
    call.refuse("owner", "takes me, or nothing for the catalogue")
}
