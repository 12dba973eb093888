//! The function `webhook-plan`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_webhooks::plan::WORKER)
}
