//! The function `contract-activate`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::activate::OPERATION)
}
