//! The function `passcode-issue`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::passcode_issue::OPERATION)
}
