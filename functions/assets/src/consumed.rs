//! The contracts on assets that users have as consumers, for lists of their assets.

use sharepact_domain::contract::Contract;
use sharepact_domain::id::UserId;
use sharepact_http::{Call, Problem};
use sharepact_runtime::{App, Listed};
use sharepact_store::{Index, Order, Source};

/// A page of the contracts, newest first, of the users asked for, that `keep` keeps and the caller
/// may see. Without users, the caller's own side's.
pub(crate) async fn contracts(
    app: &App,
    call: &Call,
    keep: impl Fn(&Contract) -> bool + Send + Sync,
) -> Result<Listed<Contract>, Problem> {
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
    let own = |contract: &Contract| !users.is_empty() || contract.consumer.includes(principal);
    let keep = |contract: &Contract| {
        contract.asset().is_some()
            && contract.visible_to(principal)
            && own(contract)
            && keep(contract)
    };
    sharepact_runtime::list(app, call, &sources, Order::Descending, keep).await
}
