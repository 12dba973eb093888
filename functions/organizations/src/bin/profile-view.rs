//! The function `profile-view`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::profile_view::OPERATION)
}
