//! The function `session-change`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_sessions::change::OPERATION)
}
