//! `GET /framework-agreements` – the agreements of the caller's organisation, newest first.
//!
//! Who: everybody of an organisation, for those that it is a party of. What waits for the caller's organisation is
//! `role=consumer&status=Pending`.

use lambda_http::http::Method;
use sharepact_domain::agreement::{Agreement, AgreementStatus};
use sharepact_domain::party::Side;
use sharepact_http::wire::{AgreementPage, AgreementView};
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{
    Access, Answer, App, CURSOR, Grant, LIMIT, Operation, QueryParameter, Shape,
};
use sharepact_store::{Index, Order, Source};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "agreement-list",
    method: Method::GET,
    path: "/framework-agreements",
    summary: "list framework agreements",
    description: "The framework agreements of the caller's organisation, as provider or consumer, newest first. Proposals \
                  that wait for its answer are those with role=consumer and status=Pending. Who acts for no organisation \
                  has none.",
    access: Access::Token,
    query: &[
        QueryParameter::optional(
            "role",
            "consumer or provider: on which side the organisation is; both without it",
        ),
        QueryParameter::repeated(
            "status",
            "A status that holds now, such as Active; may be repeated",
        ),
        LIMIT,
        CURSOR,
    ],
    body: None,
    success: (200, Shape::of::<AgreementPage>()),
    problems: &["invalid-cursor"],
    grants: &[
        Grant::QueryIndex("by-consumer-organization"),
        Grant::QueryIndex("by-provider-organization"),
    ],
    run: |app, call| Box::pin(list(app, call)),
};

async fn list(app: &App, call: Call) -> Answer {
    let principal = call.principal()?;
    let names = AgreementStatus::ALL.map(AgreementStatus::name);
    let takes = format!("takes one of {}", names.join(", "));
    let statuses = call.choices("status", AgreementStatus::parse, &takes)?;
    let indexes = indexes(&call)?;
    let own = principal.organization.iter();
    let sources: Vec<_> = own
        .flat_map(|organization| {
            indexes.iter().map(|index| Source {
                index: *index,
                partition: organization.to_string(),
                prefix: "AGREEMENT#".to_owned(),
            })
        })
        .collect();
    let keep = |agreement: &Agreement| {
        agreement.visible_to(principal)
            && (statuses.is_empty() || statuses.contains(&agreement.status(call.now)))
    };
    let page = sharepact_runtime::list(app, &call, &sources, Order::Descending, keep).await?;
    let view = |agreement: &Agreement| AgreementView::new(agreement, principal, call.now);
    Reply::json(
        200,
        &AgreementPage {
            items: page.items.iter().map(view).collect(),
            next_cursor: page.next_cursor,
        },
    )
}

fn indexes(call: &Call) -> Result<Vec<Index>, Problem> {
    let index = |side| match side {
        Side::Consumer => Index::ConsumerOrganization,
        Side::Provider => Index::ProviderOrganization,
    };
    let sides = match call.query("role")? {
        None => vec![Side::Consumer, Side::Provider],
        Some("consumer") => vec![Side::Consumer],
        Some("provider") => vec![Side::Provider],
        Some(_) => return Err(call.refuse("role", "takes consumer or provider")),
    };
    Ok(sides.into_iter().map(index).collect())
}
