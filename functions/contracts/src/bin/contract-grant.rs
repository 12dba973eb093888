//! The function `contract-grant`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::grant::OPERATION)
}
