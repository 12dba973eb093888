//! The function `wallet-transfer`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_on(
        &sharepact_wallets::transfer::OPERATION,
        sharepact_chain::from_env,
    )
}
