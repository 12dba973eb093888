//! What `cargo run` says when the stack answers: where it is, a first call, whom one can be.

use std::fmt::Write as _;
use std::path::Path;

use sharepact_local::{ENV, IDENTITIES, Identity, JSON, LedgerState, Stack};

/// Whom a newcomer needs. The others belong to organisations and are in the files.
const SHOWN: [&str; 4] = ["provider", "consumer", "stranger", "operator"];

/// The banner.
pub fn banner(stack: &Stack) -> String {
    let home = shown(stack.home());
    let people: Vec<_> = IDENTITIES
        .iter()
        .filter(|identity| SHOWN.contains(&identity.name))
        .filter_map(|identity| {
            let user = stack.users().get(identity.name)?;
            Some((
                identity,
                user.as_str(),
                stack.tokens().get(identity.name)?.as_str(),
            ))
        })
        .collect();
    let mut text = String::new();
    // Writing to a String cannot fail; the result has no other case.
    let ledger = ledger(&stack.ledger);
    if write(&mut text, &stack.url, &ledger, &home, &people).is_err() {
        text.push_str(&stack.url);
    }
    text
}

/// Where the hashes of events go.
fn ledger(state: &LedgerState) -> String {
    match state {
        LedgerState::Off => "The ledger is off, and events wait for it: SHAREPACT_LEDGER_RPC names an Ethereum node.".to_owned(),
        LedgerState::On(opened) => format!(
            "The ledger is on: chain {}, registry {},\nthe platform's wallet {}.",
            opened.chain_id, opened.registry, opened.platform
        ),
        LedgerState::Failed(why) => format!("The ledger is off until the next start, and events wait for it: {why}."),
    }
}

fn write(
    text: &mut String,
    url: &str,
    ledger: &str,
    home: &str,
    people: &[(&Identity, &str, &str)],
) -> std::fmt::Result {
    let (env, json) = (quoted(&sourced(home, ENV)), quoted(&sourced(home, JSON)));
    writeln!(text, "Sharepact is running at {url}")?;
    writeln!(
        text,
        "The API describes itself at {url}/openapi.json. Ctrl-C stops it; what it holds is kept."
    )?;
    writeln!(text, "{ledger}")?;
    writeln!(text)?;
    writeln!(text, "Who you can be (tokens hold for 30 days):")?;
    for (identity, user, token) in people {
        writeln!(text)?;
        writeln!(
            text,
            "  {}: {}; user id {user}",
            identity.name, identity.note
        )?;
        writeln!(text, "  {token}")?;
    }
    writeln!(text)?;
    writeln!(
        text,
        "Managers and members of two organisations are in {json}, for programs."
    )?;
    writeln!(text)?;
    writeln!(
        text,
        "A first call, the assets on offer, in another terminal:"
    )?;
    writeln!(text)?;
    if let Some((.., token)) = people.iter().find(|(who, ..)| who.name == "consumer") {
        writeln!(
            text,
            "  curl -H 'Authorization: Bearer {token}' {url}/assets"
        )?;
    }
    writeln!(text)?;
    writeln!(
        text,
        "The same with the variables of {env} (SHAREPACT_… and AWS_…, for this stack):"
    )?;
    writeln!(text)?;
    writeln!(text, "  . {env}")?;
    writeln!(
        text,
        "  curl -H \"Authorization: Bearer $SHAREPACT_TOKEN_CONSUMER\" $SHAREPACT_URL/assets"
    )?;
    writeln!(text)?;
    writeln!(
        text,
        "One whole acquisition, step by step:  cargo run -- demo --target {json}"
    )
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

/// A file as shells load it: a name without a folder would be looked for in the `PATH`.
fn sourced(home: &str, file: &str) -> String {
    match home {
        "" => format!("./{file}"),
        _ => format!("{home}/{file}"),
    }
}

/// A path as one types it into a shell.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,@".contains(c);
    if path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        let people: Vec<_> = IDENTITIES
            .iter()
            .filter(|identity| SHOWN.contains(&identity.name))
            .map(|identity| (identity, "user-1a2b3c4d", "TOKEN"))
            .collect();
        let mut text = String::new();
        let ledger = ledger(&LedgerState::Off);
        write(
            &mut text,
            "http://localhost:9000",
            &ledger,
            ".sharepact",
            &people,
        )
        .unwrap();
        text
    }

    #[test]
    fn it_fits_a_terminal() {
        let text = text();
        assert!(text.lines().count() < 35, "{text}");
        assert!(
            text.lines().filter(|line| line.trim() != "TOKEN").count() < 30,
            "{text}"
        );
        for line in text.lines() {
            assert!(line.chars().count() <= 120, "{line}");
        }
    }

    #[test]
    fn it_names_whom_a_newcomer_needs_and_nobody_else() {
        let text = text();
        for name in SHOWN {
            assert!(text.contains(&format!("\n  {name}: ")), "{text}");
        }
        assert!(!text.contains("acme-mobility"), "{text}");
        assert!(
            text.contains("Bearer TOKEN' http://localhost:9000/assets"),
            "{text}"
        );
    }

    #[test]
    fn paths_can_be_pasted() {
        assert_eq!(quoted(".sharepact/local.env"), ".sharepact/local.env");
        assert_eq!(quoted("/my data/it's"), r"'/my data/it'\''s'");
        assert_eq!(sourced("", ENV), "./local.env");
    }
}
