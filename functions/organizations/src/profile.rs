//! Profiles: settings that an organisation keeps for those that it onboards.

use sharepact_domain::id::OrganizationId;
use sharepact_domain::party::Principal;
use sharepact_domain::profile::{Profile, Refusal, may_choose};
use sharepact_http::wire::ProfileView;
use sharepact_http::{Call, Problem, ProblemType, Reply, entity_tag};
use sharepact_runtime::Answer;

/// A profile as an answer; the address of one that is new goes with it.
pub(crate) fn shown(status: u16, profile: &Profile) -> Answer {
    let reply = Reply::json(status, &ProfileView::from(profile))?;
    let reply = reply.tagged(entity_tag(profile.version, false));
    let (organization, id) = (&profile.organization, profile.id);
    Ok(match status {
        201 => reply.located(format!("/organizations/{organization}/profiles/{id}")),
        _ => reply,
    })
}

/// The entity tag of a profile.
pub(crate) fn tag(profile: &Profile, _call: &Call) -> String {
    entity_tag(profile.version, false)
}

/// Lets those pass who may choose among an organisation's profiles. To who is not of it there are none.
pub(crate) fn choosing(
    principal: &Principal,
    organization: &OrganizationId,
) -> Result<(), Problem> {
    if may_choose(principal, organization) {
        return Ok(());
    }
    match principal.organization.as_ref() == Some(organization) {
        true => Err(Problem::new(
            ProblemType::RoleRequired,
            "takes the role administrator, contract-manager or manager in the organisation",
        )),
        false => Err(not_found()),
    }
}

pub(crate) fn refused(refusal: Refusal) -> Problem {
    let kind = match refusal {
        Refusal::NotTheirs => return not_found(),
        Refusal::NotAdministrator => ProblemType::RoleRequired,
    };
    Problem::new(kind, refusal.to_string())
}

pub(crate) fn not_found() -> Problem {
    Problem::not_found("organization or profile")
}
