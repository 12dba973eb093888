//! The function `wallet-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve_linked(&sharepact_wallets::view::OPERATION)
}
