//! `document-render` – renders contracts and framework agreements after every transition from their conclusion on.
//!
//! Started by: the queue of the rule for those events. What is rendered is the contract or the agreement as it
//! is now, not as the event left it: an event that comes twice, late or after a newer one leads to the
//! same document.

use sharepact_domain::document::{Document, Shown};
use sharepact_domain::event::Aggregate;
use sharepact_domain::id::{AgreementId, ContractId};
use sharepact_runtime::{App, Grant, Published, Source, WorkError, Worker, messages, note};

use crate::printed::{self, Cause};
use crate::sheet::{AGREEMENTS, CONTRACTS, Sheet};

/// The worker.
pub static WORKER: Worker = Worker {
    name: "document-render",
    source: Source::Queue,
    description: "Renders contracts and framework agreements as PDF after every transition from their conclusion on.",
    grants: &[
        Grant::BatchGet,
        Grant::Put,
        Grant::KeepDocument(CONTRACTS),
        Grant::KeepDocument(AGREEMENTS),
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
    /// A document of the sheet as it is now.
    Render,
    /// Nothing: there is one, or nobody is bound by what it would show.
    Nothing,
    /// A later look: what the event tells of is not to be seen yet.
    Wait,
}

fn step(sheet: &Sheet, document: Option<&Document>, sequence: u64) -> Step {
    let version = sheet.version();
    let shown = document.is_some_and(|document| document.rendering.version >= version);
    match (version < sequence, sheet.is_concluded(), shown) {
        (true, _, _) => Step::Wait,
        (false, true, false) => Step::Render,
        (false, false, _) | (false, true, true) => Step::Nothing,
    }
}

/// What an event happened to.
fn shown(aggregate: &Aggregate) -> Result<Shown, WorkError> {
    let shown = match aggregate.kind.as_str() {
        "contract" => ContractId::parse(&aggregate.id).map(Shown::Contract),
        "agreement" => AgreementId::parse(&aggregate.id).map(Shown::Agreement),
        _ => {
            return Err(WorkError::Poison(
                "only contracts and agreements have documents".to_owned(),
            ));
        }
    };
    shown.map_err(|fault| WorkError::Poison(fault.to_string()))
}

async fn render(app: &App, published: Published) -> Result<(), WorkError> {
    let (aggregate, sequence) = published.known()?;
    let shown = shown(&aggregate)?;
    let found = Sheet::read(app, shown).await?;
    let (sheet, document) =
        found.ok_or_else(|| WorkError::Poison(format!("there is no {} {shown}", shown.noun())))?;
    match step(&sheet, document.as_ref(), sequence) {
        Step::Render => {}
        Step::Nothing => return Ok(()),
        Step::Wait => {
            return Err(WorkError::Passing(format!(
                "the event is ahead of the {}",
                shown.noun()
            )));
        }
    }
    let now = app.clock.now();
    printed::keep(app, &sheet, document, Cause::Event, now).await?;
    note(|notes| notes.count("rendered", 1));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sharepact_domain::event::Digest;

    use crate::printed::tests::rendering;
    use crate::sheet::tests::{agreement, draft, in_force};

    fn document(shown: Shown, version: u64) -> Document {
        Document {
            shown,
            version: 1,
            head: Digest::new([2; 32]),
            rendering: rendering(version),
        }
    }

    #[test]
    fn twice_late_or_early_a_version_is_rendered_once() {
        for sheet in [in_force(6), agreement(6, true)] {
            for (shown, sequence, expected) in [
                (None, 6, Step::Render),
                (Some(5), 6, Step::Render),
                // Late: the sheet is further than the event.
                (Some(5), 4, Step::Render),
                // Twice, and late behind a newer one.
                (Some(6), 6, Step::Nothing),
                (Some(6), 4, Step::Nothing),
                // Early, also where the version before is rendered.
                (None, 7, Step::Wait),
                (Some(6), 7, Step::Wait),
            ] {
                let shown = shown.map(|version| document(sheet.shown(), version));
                assert_eq!(step(&sheet, shown.as_ref(), sequence), expected);
            }
        }
    }

    #[test]
    fn what_nobody_accepted_has_no_document_of_its_own() {
        for sheet in [draft(3), agreement(3, false)] {
            assert_eq!(step(&sheet, None, 3), Step::Nothing);
        }
    }

    #[test]
    fn only_contracts_and_agreements_have_documents() {
        let id = "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d";
        for (kind, id, known) in [
            ("contract", id, true),
            ("agreement", id, true),
            ("session", id, false),
            ("agreement", "potato", false),
        ] {
            let aggregate = Aggregate {
                kind: kind.to_owned(),
                id: id.to_owned(),
            };
            assert_eq!(shown(&aggregate).is_ok(), known, "{kind} {id}");
        }
    }
}
