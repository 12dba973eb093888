//! The function `wallet-challenge`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_wallets::challenge::OPERATION)
}
