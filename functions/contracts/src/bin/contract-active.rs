//! The function `contract-active`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::active::OPERATION)
}
