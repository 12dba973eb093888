//! The function `agreement-approve`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_agreements::approve::OPERATION)
}
