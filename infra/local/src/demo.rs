//! `cargo run -- demo`: a story, told as it happens: one acquisition from request to active use, or two fleets that share
//! vehicles under a framework agreement.
//!
//! The one rule: it is a caller like any other. It knows an address, three tokens and the API, and
//! every answer is checked: when one is not as it should be, the program says which step that was
//! and fails.

mod aftermath;
mod answer;
mod bargain;
mod chain;
mod closing;
mod fleet;
mod folder;
mod ledger;
mod listener;
pub(crate) mod material;
mod paper;
mod request;
mod sharing;
mod story;
mod target;
#[cfg(test)]
mod tests;
mod wire;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sharepact_domain::ledger::dispatch::Policy;
use sharepact_domain::wallet::Address;
use sharepact_ledger_node::{Node, Options as NodeOptions};
use sharepact_local::{JSON, LedgerAt, LedgerState, Options, Stack};
use sharepact_runtime::policy;

use crate::Failure;
use crate::cli::Tale;
pub(crate) use folder::TemporaryFolder;
use paper::Paper;
use story::Story;
use target::Target;

/// Where the demo takes place.
pub(crate) enum Place {
    /// On a stack of its own that is gone afterwards.
    Fresh,
    /// On a stack of its own that keeps its state in this folder.
    Kept(PathBuf),
    /// On a stack that runs already, as this file describes it, at another address if one is given.
    Running(PathBuf, Option<String>),
}

/// Walks a story; the contract's document goes to `pdf`.
///
/// # Errors
/// When the stack does not start, or a step is not as it should be.
pub(crate) async fn run(place: Place, tale: Tale, pdf: &Path, ledger: bool) -> Result<(), Failure> {
    match place {
        Place::Fresh => {
            let folder = TemporaryFolder::new("demo")?;
            on_a_stack(folder.path(), true, tale, pdf, ledger).await
        }
        Place::Kept(home) => on_a_stack(&home, false, tale, pdf, ledger).await,
        Place::Running(file, url) => {
            let mut target = Target::read(&file)?;
            target.url = url.unwrap_or(target.url);
            tell(&target, false, tale, pdf, None).await
        }
    }
}

/// The file that describes the stack which runs on a folder.
pub(crate) fn description(home: &Path) -> PathBuf {
    home.join(JSON)
}

/// Where the ledger of a demo is: the node that the settings name, or one of its own.
async fn node() -> Result<(LedgerAt, Option<Node>), Failure> {
    let usual = policy(|_| None)?;
    // Nobody waits here: a batch for what is there, and a block is enough.
    let policy = Policy {
        wait: 0,
        confirmations: 1,
        ..usual
    };
    if let Some(at) = LedgerAt::from_settings()? {
        return Ok((LedgerAt { policy, ..at }, None));
    }
    let node = Node::start(NodeOptions::default()).await?;
    let at = LedgerAt {
        rpc: node.url(),
        registry: None,
        policy,
    };
    Ok((at, Some(node)))
}

async fn on_a_stack(
    home: &Path,
    fresh: bool,
    tale: Tale,
    pdf: &Path,
    ledger: bool,
) -> Result<(), Failure> {
    let mut options = Options::on(home);
    let mut own = None;
    let mut rpc = None;
    if ledger {
        let (at, node) = node().await?;
        (rpc, own) = (Some(at.rpc.clone()), node);
        options.ledger = Some(at);
    }
    let stack = Stack::start(options).await?;
    if let LedgerState::Failed(why) = &stack.ledger {
        return Err(why.clone().into());
    }
    let target = Target {
        url: stack.url.clone(),
        tokens: stack.tokens().clone(),
        users: stack.users().clone(),
        organizations: stack.organizations().clone(),
    };
    let registry = stack.ledger.opened().map(|opened| opened.registry.clone());
    let outcome = tokio::select! {
        outcome = tell(&target, fresh, tale, pdf, rpc.zip(registry)) => outcome,
        // Every minute would be long for whoever watches.
        () = watch(&stack) => Ok(()),
    };
    stack.shutdown().await;
    drop(own);
    outcome
}

/// Brings the ledger on, for as long as the story is told.
async fn watch(stack: &Stack) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Err(error) = stack.links().fire("ledger-watch").await {
            tracing::debug!(?error, "the ledger is not brought on");
        }
    }
}

async fn tell(
    target: &Target,
    fresh: bool,
    tale: Tale,
    pdf: &Path,
    ledger: Option<(String, Address)>,
) -> Result<(), Failure> {
    let mut story = Story::new(target, tale, Paper::on_standard_output(), fresh, pdf)?;
    story.ledger = ledger;
    story.tell().await.map_err(Failure::from)
}
