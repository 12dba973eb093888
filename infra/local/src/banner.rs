//! What `cargo run` says when the stack answers.

use std::fmt::Write as _;
use std::path::Path;

use sharepact_local::{ENV, IDENTITIES, JSON, Stack};

/// The banner.
pub fn banner(stack: &Stack) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail; the result has no other case.
    if write(&mut text, stack).is_err() {
        text.push_str(&stack.url);
    }
    text
}

fn write(text: &mut String, stack: &Stack) -> std::fmt::Result {
    let home = shown(stack.home());
    writeln!(text, "Sharepact is running at {}", stack.url)?;
    writeln!(text)?;
    writeln!(
        text,
        "  programs   {home}/{JSON}   address, tokens, user ids"
    )?;
    writeln!(
        text,
        "  shells     {home}/{ENV}    the same, and the endpoints:  . {home}/{ENV}"
    )?;
    writeln!(text, "  API        {}/openapi.json", stack.url)?;
    writeln!(text)?;
    writeln!(text, "Be someone (tokens hold for 30 days):")?;
    for identity in IDENTITIES {
        let (Some(user), Some(token)) = (
            stack.users().get(identity.name),
            stack.tokens().get(identity.name),
        ) else {
            continue;
        };
        writeln!(text)?;
        writeln!(text, "  {:<17} {user}, {}", identity.name, identity.note)?;
        writeln!(text, "  {token}")?;
    }
    writeln!(text)?;
    writeln!(text, "A first call, the assets on offer:")?;
    writeln!(text)?;
    if let Some(token) = stack.tokens().get("consumer") {
        writeln!(
            text,
            "  curl {}/assets -H 'Authorization: Bearer {token}'",
            stack.url
        )?;
    }
    writeln!(text)?;
    writeln!(text, "Ctrl-C stops it; what it holds is kept.")
}

/// The folder as one would type it: relative where that is shorter.
fn shown(home: &Path) -> String {
    std::env::current_dir()
        .ok()
        .and_then(|here| home.strip_prefix(here).ok().map(Path::to_path_buf))
        .unwrap_or_else(|| home.to_path_buf())
        .display()
        .to_string()
}
