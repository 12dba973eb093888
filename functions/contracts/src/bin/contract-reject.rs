//! The function `contract-reject`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::reject::OPERATION)
}
