//! The function `contract-tasks`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_contracts::tasks::OPERATION)
}
