//! The function `webhook-remove`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_webhooks::remove::OPERATION)
}
