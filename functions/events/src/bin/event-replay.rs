//! The function `event-replay`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_events::replay::WORKER)
}
