//! The function `session-create`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_sessions::create::OPERATION)
}
