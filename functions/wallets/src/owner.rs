//! Whose wallet a caller may register.
//!
//! The one rule: a user outside any organisation registers its own, an organisation's manager the organisation's; to
//! anyone else there is none.

use sharepact_domain::id::UserId;
use sharepact_domain::party::Owner;
use sharepact_domain::wallet::owner_for;
use sharepact_http::{Call, Problem, ProblemType};

/// The owner that the path names.
pub(crate) fn registrant(call: &Call) -> Result<Owner, Problem> {
    let id = call.path("owner", UserId::parse)?;
    let principal = call.principal()?;
    let owner = owner_for(principal, id.as_str()).ok_or_else(|| Problem::not_found("wallet"))?;
    if principal.binds() {
        Ok(owner)
    } else {
        Err(Problem::new(
            ProblemType::ManagerRequired,
            "only the manager of an organisation registers its wallet",
        ))
    }
}
