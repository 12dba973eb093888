//! `POST /framework-agreements` – a provider makes a framework agreement.
//!
//! Who: contract managers and the manager of an organisation that has a name. With the passcode of a consumer the
//! agreement waits for that one's answer; with a consumer that is brought to the platform it is Active at once.

mod known;
mod new;

use lambda_http::http::Method;
use sharepact_domain::agreement::AgreementRefusal;
use sharepact_domain::id::OrganizationId;
use sharepact_domain::organization::Organization;
use sharepact_http::wire::{AgreementBody, AgreementView, Invited};
use sharepact_http::{Call, Problem, ProblemType};
use sharepact_runtime::{Access, Answer, App, Grant, Operation, Shape};

/// The operation.
pub static OPERATION: Operation = Operation {
    name: "agreement-create",
    method: Method::POST,
    path: "/framework-agreements",
    summary: "make a framework agreement",
    description: "A provider's contract manager proposes an agreement to the consumer that a passcode stands for, which uses \
                  the passcode up; or brings a consumer to the platform, with a copy of a profile's settings and an \
                  invitation, and agrees with it at once. A wrong, used or expired passcode gets one same answer; of these, \
                  on passcodes and invitations together, an organisation has ten in an hour.",
    access: Access::Token,
    query: &[],
    body: Some(Shape::of::<AgreementBody>()),
    success: (201, Shape::of::<AgreementView>()),
    problems: &[
        "not-found",
        "malformed-passcode",
        "passcode-invalid",
        "too-many-guesses",
        "invalid-email",
        "invalid-keyword",
        "invalid-term",
        "empty-selection",
        "organization-required",
        "role-required",
        "unnamed-organization",
        "self-sharing",
        "payer-not-allowed",
        "duplicate-agreement",
        "conflict",
        "idempotency-key-reused",
    ],
    grants: &[Grant::BatchGet, Grant::Put, Grant::Delete],
    run: |app, call| Box::pin(create(app, call)),
};

async fn create(app: &App, call: Call) -> Answer {
    let provider = concluding(&call)?.clone();
    let body = call.body::<AgreementBody>()?;
    let (invited, frame) = body.parse(&app.links.vocabulary, call.now)?;
    match invited {
        Invited::Known(code) => known::propose(app, &call, &provider, (code, frame)).await,
        Invited::New {
            onboarding,
            profile,
        } => new::onboard(app, &call, &provider, (onboarding, profile, frame)).await,
    }
}

/// The organisation that the caller may conclude for.
fn concluding(call: &Call) -> Result<&OrganizationId, Problem> {
    let principal = call.principal()?;
    let own = principal.organization.as_ref();
    let own = own.ok_or(AgreementRefusal::NoOrganization)?;
    match principal.manages_contracts() {
        true => Ok(own),
        false => Err(AgreementRefusal::NotManager.into()),
    }
}

/// The provider, whose name the other side reads.
fn named(found: Option<Organization>, id: &OrganizationId) -> Result<Organization, Problem> {
    found.ok_or_else(|| {
        Problem::new(
            ProblemType::UnnamedOrganization,
            format!(
                "the consumer reads your organisation's name in the agreement: give it one, PATCH /organizations/{id}"
            ),
        )
    })
}
