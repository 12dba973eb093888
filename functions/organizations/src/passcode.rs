//! Passcodes: a consumer lets itself be found by whomever it tells one.

use sharepact_domain::passcode::Refusal;
use sharepact_http::{Problem, ProblemType};

/// Who does not manage an organisation's contracts neither issues passcodes nor tries them.
pub(crate) fn refused(refusal: Refusal) -> Problem {
    let kind = match refusal {
        Refusal::NotContractManager => ProblemType::RoleRequired,
    };
    Problem::new(kind, refusal.to_string())
}
