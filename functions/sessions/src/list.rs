//! `GET /sessions` – the sessions of the caller's organisation, newest first.
//!
//! Who: anyone who acts for an organisation, for what it shares and what it uses. A page takes two round trips: one for the
//! sessions, one for what they hang from, which their status depends on.

use lambda_http::http::Method;
use sharepact_domain::fault::Fault;
use sharepact_domain::id::{AgreementId, AssetId};
use sharepact_domain::party::{Principal, Side};
use sharepact_domain::session::{Session, SessionStatus};
use sharepact_http::wire::{SessionPage, SessionView};
use sharepact_http::{Call, Problem, Reply};
use sharepact_runtime::{
    Access, Answer, App, CURSOR, Grant, LIMIT, Operation, QueryParameter, Shape, failed,
};
use sharepact_store::{Index, Order, Position, SessionRecord, Source};

/// How often sessions are read for one page where their status drops most of them. A page that ends for this reason is
/// short and has a cursor.
const MOST_ROUNDS: usize = 5;

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "session-list",
    method: Method::GET,
    path: "/sessions",
    summary: "list sessions",
    description: "The sessions that the caller's organisation shares by or uses, newest first, with the status that holds now: \
                  two round trips a page, since that depends on what they hang from.",
    access: Access::Token,
    query: &[
        QueryParameter::optional(
            "role",
            "consumer or provider: on which side the caller's organisation is; both without it",
        ),
        QueryParameter::repeated(
            "status",
            "A status that holds now, such as Running; may be repeated",
        ),
        QueryParameter::optional("agreementId", "Only those under this agreement"),
        QueryParameter::optional("assetId", "Only those of this asset"),
        LIMIT,
        CURSOR,
    ],
    body: None,
    success: (200, Shape::of::<SessionPage>()),
    problems: &["invalid-cursor"],
    grants: &[
        Grant::BatchGet,
        Grant::QueryIndex("by-consumer-organization"),
        Grant::QueryIndex("by-provider-organization"),
    ],
    run: |app, call| Box::pin(list(app, call)),
};

async fn list(app: &App, call: Call) -> Answer {
    let principal = call.principal()?;
    let takes = SessionStatus::ALL.map(SessionStatus::name).join(", ");
    let takes = format!("takes one of {takes}");
    let statuses = call.choices("status", SessionStatus::parse, &takes)?;
    let agreement = one(&call, "agreementId", AgreementId::parse)?;
    let asset = one(&call, "assetId", AssetId::parse)?;
    let sources = sources(principal, &sides(&call)?);
    let limit = call.limit()?;
    let mut after = call.cursor(&app.seals)?.map(Position);

    let wanted = |status| statuses.is_empty() || statuses.contains(&status);
    // Of one whose end is recorded the status is known without what it hangs from.
    let keep = |session: &Session| {
        session.visible_to(principal)
            && agreement.is_none_or(|agreement| session.id.agreement() == agreement)
            && asset
                .as_ref()
                .is_none_or(|asset| session.asset.id == *asset)
            && (session.recorded != SessionStatus::Ended || wanted(SessionStatus::Ended))
    };
    let matches = |record: &&SessionRecord| {
        let standing = record.session.standing(&record.lineage, call.now);
        wanted(standing.status)
    };
    let mut items = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let room = limit.saturating_sub(items.len());
        let page = app
            .store
            .list(&sources, Order::Descending, after.as_ref(), room, keep)
            .await
            .map_err(failed)?;
        let records = app.store.hanging(&page.items).await.map_err(failed)?;
        items.extend(
            records.iter().filter(matches).map(|record| {
                SessionView::new(&record.session, &record.lineage, principal, call.now)
            }),
        );
        after = page.next;
        if after.is_none() || items.len() >= limit || statuses.is_empty() {
            break;
        }
    }
    let next_cursor = after.map(|Position(next)| call.seal(&app.seals, &next));
    Reply::json(200, &SessionPage { items, next_cursor })
}

fn one<T>(
    call: &Call,
    name: &str,
    parse: impl Fn(&str) -> Result<T, Fault>,
) -> Result<Option<T>, Problem> {
    let text = call.query(name)?;
    let read = text.map(|text| parse(text).map_err(|fault| Problem::parameter(name, &fault)));
    read.transpose()
}

/// One query for each side; none for a caller who acts for no organisation, and so has no sessions.
fn sources(principal: &Principal, sides: &[Side]) -> Vec<Source> {
    let organization = principal.organization.as_ref();
    let source = |side: &Side| {
        organization.map(|organization| Source {
            index: match side {
                Side::Consumer => Index::ConsumerOrganization,
                Side::Provider => Index::ProviderOrganization,
            },
            partition: organization.as_str().to_owned(),
            prefix: "SESSION#".to_owned(),
        })
    };
    sides.iter().filter_map(source).collect()
}

fn sides(call: &Call) -> Result<Vec<Side>, Problem> {
    match call.query("role")? {
        None => Ok(vec![Side::Consumer, Side::Provider]),
        Some("consumer") => Ok(vec![Side::Consumer]),
        Some("provider") => Ok(vec![Side::Provider]),
        Some(_) => Err(call.refuse("role", "takes consumer or provider")),
    }
}
