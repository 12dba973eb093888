//! The function `session-start`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_sessions::start::OPERATION)
}
