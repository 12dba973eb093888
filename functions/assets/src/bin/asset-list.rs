//! The function `asset-list`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_assets::list::OPERATION)
}
