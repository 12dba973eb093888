//! The function `document-render`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_documents::render::WORKER)
}
