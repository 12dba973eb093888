//! The function `contract-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::view::OPERATION)
}
