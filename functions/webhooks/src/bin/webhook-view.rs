//! The function `webhook-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_webhooks::view::OPERATION)
}
