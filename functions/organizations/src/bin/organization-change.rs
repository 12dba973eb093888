//! The function `organization-change`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::change::OPERATION)
}
