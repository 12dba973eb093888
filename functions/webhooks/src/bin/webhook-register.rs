//! The function `webhook-register`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_webhooks::register::OPERATION)
}
