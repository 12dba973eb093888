//! The function `profile-create`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::profile_create::OPERATION)
}
