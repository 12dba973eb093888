//! The function `webhook-deliver`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_webhooks::deliver::WORKER)
}
