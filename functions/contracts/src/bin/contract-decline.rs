//! The function `contract-decline`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::decline::OPERATION)
}
