//! The function `transfer-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_wallets::transferred::OPERATION)
}
