//! The function `wallet-fund`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work_on(&sharepact_ledger::fund::WORKER, sharepact_chain::from_env)
}
