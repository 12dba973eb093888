//! The function `contract-stop`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::stop::OPERATION)
}
