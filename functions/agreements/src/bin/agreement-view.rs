//! The function `agreement-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_agreements::view::OPERATION)
}
