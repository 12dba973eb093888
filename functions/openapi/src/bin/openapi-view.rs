//! The function `openapi-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_openapi::view::OPERATION)
}
