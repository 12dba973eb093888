//! The function `wallet-fund`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_ledger::fund::WORKER)
}
