//! The function `contract-draft`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::draft::OPERATION)
}
