//! The function `wallet-register`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_wallets::register::OPERATION)
}
