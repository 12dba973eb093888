//! The function `ledger-watch`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work_on(&sharepact_ledger::watch::WORKER, sharepact_chain::from_env)
}
