//! The function `agreement-create`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_linked(&sharepact_agreements::create::OPERATION)
}
