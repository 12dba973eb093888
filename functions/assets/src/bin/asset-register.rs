//! The function `asset-register`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_assets::register::OPERATION)
}
