//! The function `contract-verification`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_on(
        &sharepact_ledger::verify::OPERATION,
        sharepact_chain::from_env,
    )
}
