//! The function `assets-acquired`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_assets::acquired::OPERATION)
}
