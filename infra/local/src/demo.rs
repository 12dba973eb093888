//! `cargo run -- demo`: one acquisition, from request to active use, told as it happens.
//!
//! The one rule: it is a caller like any other. It knows an address, three tokens and the API, and
//! every answer is checked: when one is not as it should be, the program says which step that was
//! and fails.

mod aftermath;
mod answer;
mod bargain;
mod chain;
mod closing;
mod folder;
mod listener;
pub(crate) mod material;
mod paper;
mod request;
mod story;
mod target;
#[cfg(test)]
mod tests;
mod wire;

use std::path::{Path, PathBuf};

use sharepact_local::{JSON, Options, Stack};

use crate::Failure;
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

/// Walks the acquisition; the contract's document goes to `pdf`.
///
/// # Errors
/// When the stack does not start, or a step is not as it should be.
pub(crate) async fn run(place: Place, pdf: &Path) -> Result<(), Failure> {
    match place {
        Place::Fresh => {
            let folder = TemporaryFolder::new("demo")?;
            on_a_stack(folder.path(), true, pdf).await
        }
        Place::Kept(home) => on_a_stack(&home, false, pdf).await,
        Place::Running(file, url) => {
            let mut target = Target::read(&file)?;
            target.url = url.unwrap_or(target.url);
            tell(&target, false, pdf).await
        }
    }
}

/// The file that describes the stack which runs on a folder.
pub(crate) fn description(home: &Path) -> PathBuf {
    home.join(JSON)
}

async fn on_a_stack(home: &Path, fresh: bool, pdf: &Path) -> Result<(), Failure> {
    let stack = Stack::start(Options::on(home)).await?;
    let target = Target {
        url: stack.url.clone(),
        tokens: stack.tokens().clone(),
        users: stack.users().clone(),
    };
    let outcome = tell(&target, fresh, pdf).await;
    stack.shutdown().await;
    outcome
}

async fn tell(target: &Target, fresh: bool, pdf: &Path) -> Result<(), Failure> {
    let mut story = Story::new(target, Paper::on_standard_output(), fresh, pdf)?;
    story.tell().await.map_err(Failure::from)
}
