//! The function `agreement-reject`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_agreements::reject::OPERATION)
}
