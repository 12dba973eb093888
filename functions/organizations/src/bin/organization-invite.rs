//! The function `organization-invite`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::invite::OPERATION)
}
