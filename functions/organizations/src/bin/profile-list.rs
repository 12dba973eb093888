//! The function `profile-list`.

fn main() -> std::process::ExitCode {
    sharepact_runtime::serve(&sharepact_organizations::profile_list::OPERATION)
}
