//! `framework-settle` – records of agreements, quota contracts and sessions what time, or what they hang from, has brought
//! about.
//!
//! Started by: the queue that `expiry-plan` and `framework-cascade` fill. Each thing is a command of its own, the domain's;
//! what is recorded already is left as it is.

use futures::future::join_all;
use sharepact_domain::agreement::{Agreement, AgreementCommand, AgreementRefusal, AgreementStatus};
use sharepact_domain::contract::{Command, Contract, Refusal};
use sharepact_domain::id::{AgreementId, ContractId};
use sharepact_domain::party::Actor;
use sharepact_domain::session::SessionId;
use sharepact_runtime::{
    App, Grant, Source, WorkError, Worker, messages, note, record_session, seal_by_system,
};
use sharepact_store::{Change, Claim, Outcome};

use crate::expire;
use crate::order::Settlement;

/// How often something that somebody else changes in the same instant is looked at again.
const ATTEMPTS: u32 = 3;
/// How many sessions are looked at at once.
const AT_ONCE: usize = 8;

/// The worker.
pub static WORKER: Worker = Worker {
    name: "framework-settle",
    source: Source::Queue,
    description: "Records of agreements, quota contracts and sessions what time, or what they hang from, has brought about.",
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::Update,
        Grant::Send("SettlementsDead"),
    ],
    run: |app, event| {
        Box::pin(messages(app, WORKER.name, event, move |settlement| {
            settle(app, settlement)
        }))
    },
};

async fn settle(app: &App, settlement: Settlement) -> Result<(), WorkError> {
    match settlement {
        Settlement::Agreement { agreement } => expire_agreement(app, agreement).await,
        Settlement::Contract { contract } => follow(app, contract).await,
        Settlement::Sessions { sessions } => record_all(app, &sessions).await,
    }
}

/// Every session is looked at, whatever becomes of the others; then the first failure, if there is one, is the message's.
async fn record_all(app: &App, sessions: &[SessionId]) -> Result<(), WorkError> {
    let mut outcome = Ok(());
    for part in sessions.chunks(AT_ONCE) {
        let recorded = join_all(part.iter().map(|id| record_session(app, id))).await;
        outcome = recorded.into_iter().fold(outcome, Result::and);
    }
    outcome
}

async fn expire_agreement(app: &App, id: AgreementId) -> Result<(), WorkError> {
    for _ in 0..ATTEMPTS {
        let now = app.clock.now();
        let agreement = agreement(app, id).await?;
        let fact = match agreement.decide(&Actor::System, AgreementCommand::Expire, now) {
            Ok(fact) => fact,
            // Recorded already, or stopped.
            Err(AgreementRefusal::IllegalStatus { .. }) => return Ok(()),
            Err(refusal) => return Err(WorkError::Poison(refusal.to_string())),
        };
        let event = seal_by_system(app, fact, id.to_string(), agreement.link(), now)?;
        let after = agreement.apply(&event);
        let change = Change::Agreement {
            after: &after,
            event: &event,
            // Time has freed its place.
            claim: Claim::Untouched,
        };
        let outcome: Outcome<Agreement> = app.commit(change, None, now).await?;
        match outcome {
            Outcome::Written => return Ok(()),
            Outcome::Rejected(rejected) => drop(rejected.stale()?),
        }
    }
    Err(WorkError::Passing(format!("agreement {id} keeps changing")))
}

/// A quota contract ends with its agreement; where time was faster, that is recorded.
async fn follow(app: &App, id: ContractId) -> Result<(), WorkError> {
    for _ in 0..ATTEMPTS {
        let now = app.clock.now();
        let found = app.store.contract(id, None, now).await?.value;
        let contract = found.map(|record| record.contract);
        let contract =
            contract.ok_or_else(|| WorkError::Poison(format!("there is no contract {id}")))?;
        let parent = contract.agreement();
        let parent = parent
            .ok_or_else(|| WorkError::Poison(format!("contract {id} stands under no agreement")))?;
        let Some(command) = following(&agreement(app, parent).await?) else {
            return expire::issue(app, id, Command::Expire).await;
        };
        note(|notes| notes.command(id, command.kind(), contract.recorded));
        let fact = match contract.decide(&Actor::System, command, now) {
            Ok(decision) => decision.fact,
            // Over by itself, or recorded already.
            Err(Refusal::IllegalStatus { .. }) => {
                return expire::issue(app, id, Command::Expire).await;
            }
            Err(refusal) => return Err(WorkError::Poison(refusal.to_string())),
        };
        let event = seal_by_system(app, fact, id.to_string(), contract.link(), now)?;
        let after = contract.apply(&event);
        let change = Change::Contract {
            after: &after,
            event: &event,
            revision: None,
            claim: Claim::Untouched,
        };
        let outcome: Outcome<Contract> = app.commit(change, None, now).await?;
        match outcome {
            Outcome::Written => return Ok(()),
            Outcome::Rejected(rejected) => drop(rejected.stale()?),
        }
    }
    Err(WorkError::Passing(format!("contract {id} keeps changing")))
}

/// What a contract is told of an agreement that was stopped.
fn following(agreement: &Agreement) -> Option<Command> {
    let ending = agreement.ending.as_ref()?;
    let (by, reason) = ending.by.zip(ending.reason.clone())?;
    (agreement.recorded == AgreementStatus::Stopped).then(|| Command::Follow {
        by,
        reason,
        detail: ending.detail.clone(),
    })
}

async fn agreement(app: &App, id: AgreementId) -> Result<Agreement, WorkError> {
    let found = app.store.agreement(id, None, app.clock.now()).await?;
    let missing = || WorkError::Poison(format!("there is no agreement {id}"));
    found.value.ok_or_else(missing)
}
