//! The function `contract-document`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_linked(&sharepact_documents::link::OPERATION)
}
