//! The function `wallet-transfer`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_linked(&sharepact_wallets::transfer::OPERATION)
}
