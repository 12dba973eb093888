//! The function `contract-extend`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::extend::OPERATION)
}
