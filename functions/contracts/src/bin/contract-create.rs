//! The function `contract-create`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::create::OPERATION)
}
