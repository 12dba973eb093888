//! The function `agreement-list`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_agreements::list::OPERATION)
}
