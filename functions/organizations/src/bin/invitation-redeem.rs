//! The function `invitation-redeem`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::redeem::OPERATION)
}
