//! The function `ledger-anchor`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work_on(&sharepact_ledger::anchor::WORKER, sharepact_chain::from_env)
}
