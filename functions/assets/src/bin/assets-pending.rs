//! The function `assets-pending`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_assets::pending::OPERATION)
}
