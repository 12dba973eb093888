//! The function `agreement-document`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_linked(&sharepact_documents::agreement_link::OPERATION)
}
