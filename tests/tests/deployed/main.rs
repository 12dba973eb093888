//! What only a deployed bundle can show: the binaries at the end of every link that the template declares, from the commit
//! to the PDF, and what the links cost.
//!
//! The one rule: nothing here knows how the deployment came about. `SHAREPACT_TARGET` names its handout, and the AWS SDK's own
//! environment leads to its services; `tests/deploy/run` sees to both. Without them every test says that it is skipped.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed, and says so by panicking"
)]

mod browsers;
mod documents;
mod expiry;
mod figures;
mod ledger;
mod letters;
mod services;

use sharepact_tests::{Api, Deployment, scenario, skipped};

use crate::services::Services;

/// Runs a test against the deployment, where there is one.
fn deployed(body: impl AsyncFnOnce(Api, Deployment, Services)) {
    if !services::are_named() {
        skipped("there is no deployment: run tests/deploy/run");
        return;
    }
    scenario(async |api| {
        let Some(deployment) = api.deployment().cloned() else {
            skipped("the handout speaks of no deployment");
            return;
        };
        let services = Services::find().await;
        body(api, deployment, services).await;
    });
}
