//! The function `session-make`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_sessions::make::WORKER)
}
