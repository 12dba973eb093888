//! The function `ledger-anchor`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_ledger::anchor::WORKER)
}
