//! What is printed → its document in the bucket, the event that tells of it, and the link to it.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sharepact_domain::document::{Document, DocumentFact, Rendering, Shown};
use sharepact_domain::event::{Digest, Event, Link};
use sharepact_domain::time::Timestamp;
use sharepact_http::{Call, Problem, ProblemType, Reply};
use sharepact_runtime::{Answer, App, WorkError, seal, seal_by_system};
use sharepact_store::{Change, Outcome};

use crate::sheet::{Sheet, file_name};
use crate::wire::DocumentView;

/// How long a link works.
const LIFETIME: Duration = Duration::from_mins(5);

/// How often a document that somebody else renders in the same instant is decided upon again.
const ATTEMPTS: u32 = 4;

/// Why a document is rendered.
#[derive(Clone, Copy)]
pub(crate) enum Cause<'a> {
    /// A caller wants it.
    Call(&'a Call),
    /// What it shows changed.
    Event,
}

/// Renders a sheet as it is at `now`, keeps the document and records it. What is recorded already is answered as it
/// is; a rendering that came late is kept and not recorded.
pub(crate) async fn keep(
    app: &App,
    sheet: &Sheet,
    recorded: Option<Document>,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<Rendering, WorkError> {
    let bytes = sheet.render(now)?;
    let sha256 = Digest::new(Sha256::digest(&bytes).into());
    let rendering = Rendering {
        version: sheet.version(),
        key: sheet.key(sha256),
        sha256,
        length: bytes.len() as u64,
        rendered_at: now,
    };
    app.links
        .documents()?
        .keep(&rendering.key, "application/pdf", bytes)
        .await?;
    record(app, sheet.shown(), recorded, rendering, cause).await
}

/// Records a rendering that is in the bucket.
async fn record(
    app: &App,
    shown: Shown,
    mut recorded: Option<Document>,
    rendering: Rendering,
    cause: Cause<'_>,
) -> Result<Rendering, WorkError> {
    for _ in 0..ATTEMPTS {
        let Some(fact) = Document::decide(recorded.as_ref(), shown, &rendering) else {
            let same = recorded.map(|document| document.rendering);
            let same = same.filter(|recorded| recorded.key == rendering.key);
            return Ok(same.unwrap_or(rendering));
        };
        let now = rendering.rendered_at;
        let link = Document::link(recorded.as_ref());
        let event = sealed(app, fact, shown, link, cause, now)?;
        let change = Change::Document {
            after: &Document::after(&event),
            event: &event,
        };
        match app.commit(change, None, now).await? {
            Outcome::Written => return Ok(rendering),
            Outcome::Rejected(rejected) => recorded = rejected.stale()?,
        }
    }
    Err(WorkError::Passing(format!(
        "the document of {} {shown} keeps changing",
        shown.noun()
    )))
}

fn sealed(
    app: &App,
    fact: DocumentFact,
    shown: Shown,
    link: Link,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<Event<DocumentFact>, WorkError> {
    match cause {
        Cause::Call(call) => seal(app, call, fact, shown.to_string(), link)
            .map_err(|_| WorkError::Poison("the event could not be sealed".to_owned())),
        Cause::Event => seal_by_system(app, fact, shown.to_string(), link, now),
    }
}

/// Prints a sheet that the caller may see, if it is the one that the caller means, and answers a link to it.
pub(crate) async fn print(
    app: &App,
    call: &Call,
    sheet: &Sheet,
    recorded: Option<Document>,
    tag: String,
) -> Answer {
    call.precondition().check(Some(&tag))?;
    let rendering = keep(app, sheet, recorded, Cause::Call(call), call.now).await;
    let rendering = rendering.map_err(problem)?;
    let url = link(app, sheet.shown(), &rendering).await;
    let url = url.map_err(problem)?;
    Ok(Reply::json(200, &DocumentView::new(&rendering, url))?.tagged(tag))
}

/// Leads the caller to the document that is recorded of something that it may see, where that `holds` still; `when` says
/// when there is one.
pub(crate) async fn lead(
    app: &App,
    call: &Call,
    (shown, when): (Shown, &str),
    recorded: Option<Document>,
    holds: impl FnOnce(&Rendering) -> bool,
) -> Answer {
    let rendering = recorded.map(|document| document.rendering);
    let rendering = rendering.ok_or_else(|| {
        Problem::new(
            ProblemType::NoDocument,
            format!("nothing is rendered yet: it is a moment after {when}; POST renders one now"),
        )
    })?;
    if !holds(&rendering) {
        let detail = format!(
            "the {}'s time is over and its document is older: it is rendered when the expiry is recorded; \
             POST renders one now",
            shown.noun()
        );
        return Err(Problem::new(ProblemType::NoDocument, detail));
    }
    let url = link(app, shown, &rendering).await;
    let url = url.map_err(problem)?;
    if call.accepts_json() {
        return Reply::json(200, &DocumentView::new(&rendering, url));
    }
    Ok(Reply::raw(302, Vec::new()).located(url))
}

/// Does a document still say what holds? What has come to its end is Expired without a new version, and a document from
/// before says that it is in force.
pub(crate) fn holds<S: PartialEq>(
    version: u64,
    status: impl Fn(Timestamp) -> S,
    document: &Rendering,
    now: Timestamp,
) -> bool {
    document.version < version || status(document.rendered_at) == status(now)
}

/// A link to a document.
async fn link(app: &App, shown: Shown, document: &Rendering) -> Result<String, WorkError> {
    let name = file_name(shown, document.version);
    app.links
        .documents()?
        .link(&document.key, &name, LIFETIME)
        .await
}

/// A failure, as the caller of an operation hears of it: passing trouble is 503, anything else 500.
pub(crate) fn problem(error: WorkError) -> Problem {
    match error {
        WorkError::Passing(cause) => Problem::unavailable(cause),
        WorkError::Poison(cause) => Problem::internal(cause),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::sheet::tests::active;

    /// Rendered while everything was in force.
    pub(crate) fn rendering(version: u64) -> Rendering {
        Rendering {
            version,
            key: String::new(),
            sha256: Digest::new([1; 32]),
            length: 1,
            rendered_at: "2026-03-01T12:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_document_holds_until_the_contract_says_otherwise() {
        let contract = active(6);
        let (before, after) = ("2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z");
        for (version, now, expected) in [
            (6, before, true),
            (6, after, false),
            // Late, which its version says.
            (5, before, true),
            (5, after, true),
        ] {
            let now = now.parse().unwrap();
            let status = |at| contract.status(at);
            assert_eq!(
                holds(contract.version, status, &rendering(version), now),
                expected,
                "{version} {now}"
            );
        }
    }

    #[test]
    fn only_passing_trouble_asks_the_caller_to_try_again() {
        let told = |error| problem(error).document(None).status;
        assert_eq!(told(WorkError::Passing("S3".to_owned())), 503);
        assert_eq!(told(WorkError::Poison("faces".to_owned())), 500);
    }
}
