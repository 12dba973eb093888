//! The function `contract-accept`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::accept::OPERATION)
}
