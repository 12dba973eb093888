//! The function `ledger-watch`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_ledger::watch::WORKER)
}
