//! The function `agreement-stop`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_agreements::stop::OPERATION)
}
