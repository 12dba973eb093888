//! The function `contract-expire`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::work(&sharepact_expiry::expire::WORKER)
}
