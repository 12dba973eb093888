//! The function `webhook-enable`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_webhooks::enable::OPERATION)
}
