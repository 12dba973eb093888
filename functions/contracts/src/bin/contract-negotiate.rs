//! The function `contract-negotiate`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::negotiate::OPERATION)
}
