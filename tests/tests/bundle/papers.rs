//! What is written about the code is what the code says: the README's table of operations, and the
//! documents that are printed. `SHAREPACT_UPDATE=1 cargo test -p sharepact-tests --test bundle` prints
//! them anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sharepact_domain::contract::{diagram, table};
use sharepact_domain::{agreement, session};
use sharepact_http::ProblemType;
use sharepact_local::operations;

/// Set to print the documents instead of holding them against the code.
const UPDATE: &str = "SHAREPACT_UPDATE";

/// Holds a printed document against the code, or prints it anew.
pub fn printed(path: &str, text: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the tests, read where it is used"
    )]
    let update = std::env::var_os(UPDATE).is_some();
    let file = crate::root().join(path);
    if update {
        std::fs::write(&file, text).unwrap_or_else(|error| panic!("{path}: {error}"));
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == text,
        "{path} is not what the code says: {UPDATE}=1 cargo test -p sharepact-tests --test bundle"
    );
}

const STATE_MACHINES: &str = "\
# State machines

Printed from `rules.rs` of `contract`, `agreement` and `session` in `shared/domain/src` by `tests/tests/bundle/papers.rs`; changes belong there.

## Contract

A contract begins with a consumer's **Request** of a private asset. The provider answers it with a **Draft** of price
and terms, or it is **Declined**. From the draft on the two sides take turns: the side whose turn it is accepts the other's
last revision (**Signed**, and both are bound), offers another one (**Negotiate**, and the turn passes), or either side walks
away (**Rejected**). When the provider states that payment was completed, the contract is **Active** for as long as was
requested. It ends by itself (**Expired**), or when either side ends it (**Stopped**). Declined, Rejected, Expired and Stopped
are final: nothing happens to such a contract any more, and the asset is free for a new request of the same side.

A public asset takes no pipeline: to *acquire* it is to have an Active contract at once. *Open* is how the other doors,
framework agreements and dataspace negotiations, come to one.

**Who may.** The provider's and the consumer's side are a user each, or the organisation that the user acted for. Of an
organisation every member may look and request, and only its manager binds: every command below but *request* and *acquire*
is the manager's. Platform operators look and bind nobody. To anyone else there is no such contract (404).

**Active and due.** Time ends a contract, not a job. From the instant `expiresAt` on, a contract that is still recorded as
Active is *due*: every read shows it as Expired, no rule counts it as Active any more, and it no longer stands in the way of a new
request. The system's *expire* writes down what already holds.

";

const AGREEMENT: &str = "\
## Framework agreement

A provider proposes an agreement to an organisation that has given it a passcode: **Pending**, and the consumer's turn. The
consumer approves it (**Active**) or refuses it (**Rejected**). With a consumer that comes to the platform with it, an
agreement is Active at once: nobody is there yet who could approve, and the provider owns and pays. Either side ends an Active
one (**Stopped**), or its time does (**Expired**); all that hangs from it ends at the same instant, recorded or not.

**Who may.** Everybody of both organisations sees it; the commands are for contract managers and managers. A proposal whose time
is over before anybody has answered it is Expired too.

";

const SESSION: &str = "\
## Session

A session turns the data of one asset on and off. It is made for a time inside that of its agreement and, where it has one, its
contract: **Scheduled**. Started by hand, or by itself at its beginning where the agreement says so, it is **Running**; stopped, it
keeps its place and can start again. When its time or whatever it hangs from is over it is **Ended**, for good.

**Who may.** The provider's session managers and managers make and start sessions, either side's stop them.

";

#[test]
fn the_state_machines_are_printed_from_the_rules() {
    let text = format!(
        "{STATE_MACHINES}```mermaid\n{}```\n\n{}\n{AGREEMENT}```mermaid\n{}```\n\n{}\n{SESSION}```mermaid\n{}```\n\n{}",
        diagram(),
        table(),
        agreement::diagram(),
        agreement::table(),
        session::diagram(),
        session::table(),
    );
    printed("docs/STATE-MACHINES.md", &text);
}

const PROBLEMS: &str = "\
# Problems

Printed from `shared/http/src/problem.rs` by `tests/tests/bundle/papers.rs`; changes belong there.

Every refusal is a problem document (RFC 9457, `application/problem+json`). Its `type` is `urn:problem-type:sharepact:` and one
of the slugs below; `detail` says what is wrong here and what would be taken. Where single values are at fault, `errors`
lists each with its own type and its place: a JSON Pointer into the body, or the name of a parameter. Several faults of different
types are `validation-failed`. Where the contract's state is in the way, `allowed` names the commands that the caller may issue
instead; after a `conflict`, `current` shows the contract as it is now. A 503 and a 429 carry `Retry-After`; a request that is repeated with
the same `Idempotency-Key` takes effect once. The `requestId` of a 500 or 503 leads to the log.

";

#[test]
fn the_problems_are_printed_from_the_registry() {
    let mut text = String::from(PROBLEMS);
    text.push_str("| slug | status | title |\n| --- | --- | --- |\n");
    let mut kinds: Vec<_> = ProblemType::all().collect();
    kinds.sort_by_key(|kind| kind.status().as_u16());
    for kind in kinds {
        let (slug, status, title) = (kind.slug(), kind.status().as_u16(), kind.title());
        writeln!(text, "| `{slug}` | {status} | {title} |").expect("a String takes all");
    }
    printed("docs/PROBLEMS.md", &text);
}

#[test]
fn the_readme_lists_every_operation() {
    let readme = std::fs::read_to_string(crate::root().join("README.md")).unwrap_or_default();
    if readme.is_empty() {
        eprintln!("there is no README.md yet: nothing to hold against the code");
        return;
    }
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let rows: Vec<_> = rows
        .iter()
        .filter(|cells| cells[0].contains('-') && cells.len() == 3)
        .collect();
    let (rows, workers): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|cells| cells[1].starts_with('`'));
    let found: BTreeSet<_> = workers
        .iter()
        .map(|cells| cells[0].trim_matches('`'))
        .collect();
    let expected: BTreeSet<_> = operations::workers()
        .iter()
        .map(|worker| worker.name)
        .collect();
    assert_eq!(
        found, expected,
        "left: the table of workers in README.md; right: the workers of the code"
    );
    assert!(
        !rows.is_empty(),
        "README.md has no table of operations: rows of the form | `contract-create` | `POST /contracts` | create |"
    );
    let found: Vec<_> = rows.iter().map(|cells| cells.join(" | ")).collect();
    let expected: Vec<_> = operations::all()
        .iter()
        .map(|o| format!("`{}` | `{} {}` | {}", o.name, o.method, o.path, o.summary))
        .collect();
    assert_eq!(
        found, expected,
        "left: the table of operations in README.md; right: name, route and summary of the code"
    );
}
