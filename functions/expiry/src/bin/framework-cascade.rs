//! The function `framework-cascade`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_expiry::cascade::WORKER)
}
