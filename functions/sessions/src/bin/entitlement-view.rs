//! The function `entitlement-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_sessions::entitlement::OPERATION)
}
