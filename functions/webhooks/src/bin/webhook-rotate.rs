//! The function `webhook-rotate`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_webhooks::rotate::OPERATION)
}
