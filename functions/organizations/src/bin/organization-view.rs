//! The function `organization-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::view::OPERATION)
}
