//! The function `contract-print`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_linked(&sharepact_documents::print::OPERATION)
}
