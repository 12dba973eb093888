//! The function `event-relay`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_events::relay::WORKER)
}
