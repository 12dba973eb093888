//! The function `framework-settle`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_expiry::settle::WORKER)
}
