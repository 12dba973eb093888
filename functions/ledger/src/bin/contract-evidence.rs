//! The function `contract-evidence`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_ledger::evidence::OPERATION)
}
