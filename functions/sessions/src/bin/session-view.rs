//! The function `session-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_sessions::view::OPERATION)
}
