//! The function `contract-history`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::history::OPERATION)
}
