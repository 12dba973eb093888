//! The function `asset-contracts`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_assets::contracts::OPERATION)
}
