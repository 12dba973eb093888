//! The function `contract-requested`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::requested::OPERATION)
}
