//! The function `expiry-plan`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_expiry::plan::WORKER)
}
