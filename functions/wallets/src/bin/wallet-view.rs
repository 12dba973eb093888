//! The function `wallet-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_wallets::view::OPERATION)
}
