//! The function `contract-acquire`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::acquire::OPERATION)
}
