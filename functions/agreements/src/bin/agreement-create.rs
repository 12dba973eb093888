//! The function `agreement-create`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_agreements::create::OPERATION)
}
