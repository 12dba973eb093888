//! The function `agreement-print`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_linked(&sharepact_documents::agreement_print::OPERATION)
}
