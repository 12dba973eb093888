//! The function `contract-list`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::list::OPERATION)
}
