//! The function `session-list`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_sessions::list::OPERATION)
}
