//! The function `contract-verification`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_linked(&sharepact_ledger::verification::OPERATION)
}
