//! The contracts that users have as consumers, for lists of their assets.

use sharepact_domain::contract::Contract;
use sharepact_domain::id::UserId;
use sharepact_http::{Call, Problem};
use sharepact_runtime::{App, failed};
use sharepact_store::{Index, Order, Page, Position, Source};

/// A page of the contracts, newest first, of the users asked for, that `keep` keeps and the caller
/// may see. Without users, the caller's own side's.
pub(crate) async fn contracts(
    app: &App,
    call: &Call,
    keep: impl Fn(&Contract) -> bool + Send + Sync,
) -> Result<Page<Contract>, Problem> {
    let principal = call.principal()?;
    let users = call.queries("userId", UserId::parse)?;
    let source = |index, partition: &str| Source {
        index,
        partition: partition.to_owned(),
        prefix: "CONTRACT#".to_owned(),
    };
    let sources: Vec<_> = match (users.as_slice(), &principal.organization) {
        ([], None) => vec![source(Index::Consumer, principal.user.as_str())],
        ([], Some(organization)) => vec![
            source(Index::Consumer, principal.user.as_str()),
            source(Index::ConsumerOrganization, organization.as_str()),
        ],
        (users, _) => users
            .iter()
            .map(|user| source(Index::Consumer, user.as_str()))
            .collect(),
    };
    let after = call.cursor(&app.cursors)?.map(Position);
    let own = |contract: &Contract| !users.is_empty() || contract.consumer.includes(principal);
    let keep =
        |contract: &Contract| contract.visible_to(principal) && own(contract) && keep(contract);
    app.store
        .list(
            &sources,
            Order::Descending,
            after.as_ref(),
            call.limit()?,
            keep,
        )
        .await
        .map_err(failed)
}
