//! The function `profile-change`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::profile_change::OPERATION)
}
