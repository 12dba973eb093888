//! The function `asset-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_assets::view::OPERATION)
}
