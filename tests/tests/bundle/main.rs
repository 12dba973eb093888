//! Code, template, OpenAPI document and files held together: nothing that names an operation can
//! change alone.
//!
//! | module | holds together |
//! | --- | --- |
//! | `template` | operations and `template.yaml`: resources, routes, authorisers, policies, boundary |
//! | `alarms` | `template.yaml`, `infra/operations.yaml` and the runbook |
//! | `binaries` | operations and the binaries of `functions/` |
//! | `document` | operations and `infra/openapi.json`, problems and their registry |
//! | `events` | operations and `tests/events/*.json` |
//! | `story` | those events and the real handlers |
//! | `schemas` | facts of the domain and `infra/events/*.json` |
//! | `papers` | README and the documents that are printed from the code |

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on has failed, and says so by panicking or on the terminal"
)]

mod alarms;
mod binaries;
mod document;
mod events;
mod papers;
mod schemas;
mod story;
mod template;

use std::path::{Path, PathBuf};

use sharepact_local::operations;
use sharepact_runtime::Operation;

/// The root of the source tree.
fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("tests/ stands in the root")
        .to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

fn named(name: &str) -> &'static Operation {
    let found = operations::all()
        .into_iter()
        .find(|operation| operation.name == name);
    found.unwrap_or_else(|| panic!("there is no operation {name}"))
}
