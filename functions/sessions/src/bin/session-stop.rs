//! The function `session-stop`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_sessions::stop::OPERATION)
}
