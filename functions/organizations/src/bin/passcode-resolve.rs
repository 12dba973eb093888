//! The function `passcode-resolve`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::passcode_resolve::OPERATION)
}
