//! The function `webhook-list`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_webhooks::list::OPERATION)
}
