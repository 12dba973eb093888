//! The function `wallet-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_on(
        &sharepact_wallets::view::OPERATION,
        sharepact_chain::from_env,
    )
}
