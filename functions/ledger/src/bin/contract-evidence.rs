//! The function `contract-evidence`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_linked(&sharepact_ledger::evidence::OPERATION)
}
