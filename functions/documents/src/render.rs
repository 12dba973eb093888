//! `document-render` – renders the contract after every transition from Signed on.
//!
//! Started by: the queue of the rule for those events. What is rendered is the contract as it is
//! now, not as the event left it: an event that comes twice, late or after a newer one leads to the
//! same document.

use sharepact_domain::contract::Contract;
use sharepact_domain::document::Document;
use sharepact_domain::id::ContractId;
use sharepact_runtime::{App, Grant, Published, Source, WorkError, Worker, messages, note};

use crate::printed::{self, Cause};

/// The worker.
pub static WORKER: Worker = Worker {
    name: "document-render",
    source: Source::Queue,
    description: "Renders the contract as PDF after every transition from Signed on.",
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::KeepDocument,
        Grant::Send("RenderingsDead"),
    ],
    run: |app, event| {
        Box::pin(messages(app, WORKER.name, event, move |published| {
            render(app, published)
        }))
    },
};

/// What an event asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// A document of the contract as it is now.
    Render,
    /// Nothing: there is one, or nobody is bound by the contract.
    Nothing,
    /// A later look: what the event tells of is not to be seen yet.
    Wait,
}

fn step(contract: &Contract, document: Option<&Document>, sequence: u64) -> Step {
    // A rejection ends offers as well as signed contracts; only these have a document.
    let bound = contract.acceptance.is_some() || contract.effective_at.is_some();
    let shown =
        document.is_some_and(|document| document.rendering.contract_version >= contract.version);
    match (contract.version < sequence, bound, shown) {
        (true, _, _) => Step::Wait,
        (false, true, false) => Step::Render,
        (false, false, _) | (false, true, true) => Step::Nothing,
    }
}

async fn render(app: &App, published: Published) -> Result<(), WorkError> {
    let (aggregate, sequence) = published.known()?;
    let id = ContractId::parse(&aggregate.id);
    let id = id.map_err(|fault| WorkError::Poison(fault.to_string()))?;
    let found = app.store.printable(id).await?;
    let printable = found.ok_or_else(|| WorkError::Poison(format!("there is no contract {id}")))?;
    let (contract, document) = (&printable.record.contract, printable.document.as_ref());
    match step(contract, document, sequence) {
        Step::Render => {}
        Step::Nothing => return Ok(()),
        Step::Wait => {
            return Err(WorkError::Passing(
                "the event is ahead of the contract".to_owned(),
            ));
        }
    }
    let now = app.clock.now();
    printed::keep(app, printable, Cause::Event, now).await?;
    note(|notes| notes.count("rendered", 1));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sharepact_domain::event::Digest;

    use crate::printed::tests::{active, draft, rendering};

    fn document(version: u64) -> Document {
        let contract = active(version);
        Document {
            contract: contract.id,
            version: 1,
            head: Digest::new([2; 32]),
            rendering: rendering(version),
        }
    }

    #[test]
    fn twice_late_or_early_a_version_is_rendered_once() {
        let contract = active(6);
        for (shown, sequence, expected) in [
            (None, 6, Step::Render),
            (Some(5), 6, Step::Render),
            // Late: the contract is further than the event.
            (Some(5), 4, Step::Render),
            // Twice, and late behind a newer one.
            (Some(6), 6, Step::Nothing),
            (Some(6), 4, Step::Nothing),
            // Early, also where the version before is rendered.
            (None, 7, Step::Wait),
            (Some(6), 7, Step::Wait),
        ] {
            let shown = shown.map(document);
            assert_eq!(step(&contract, shown.as_ref(), sequence), expected);
        }
    }

    #[test]
    fn an_offer_that_nobody_accepted_has_no_document_of_its_own() {
        assert_eq!(step(&draft(3), None, 3), Step::Nothing);
    }
}
