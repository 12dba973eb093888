//! The function `contract-update`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::update::OPERATION)
}
