//! `verify`: the evidence of a contract, by itself, against a chain, and against a PDF.
//!
//! The one rule: no stack, no folder and no service is needed; what fails is the program's failure.

use std::path::Path;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sharepact_chain::Ethereum;
use sharepact_domain::event::Digest;
use sharepact_domain::evidence::{
    Check, Evidence, Name, Outside, Registry, Report, Verdict, verify,
};
use sharepact_runtime::witnesses;

use crate::Failure;
use crate::cli::Verify;

/// How long the chain is waited for altogether.
const PATIENCE: Duration = Duration::from_secs(30);
/// The widest file that is read, in bytes: ten times what the service answers.
const LARGEST: u64 = 60_000_000;
/// The widest name of a check.
const WIDTH: usize = 36;

/// What a verification came to.
pub struct Proved {
    /// Every check, line by line.
    pub table: String,
    /// The first thing that was altered.
    pub altered: Option<String>,
}

/// Verifies what the options name.
///
/// # Errors
/// When a file cannot be read or is no evidence, and when the node's URL cannot be used.
pub async fn verified(options: &Verify) -> Result<Proved, Failure> {
    let evidence = evidence(&options.file.display().to_string(), read(&options.file)?)?;
    let outside = Outside {
        pdf: match &options.pdf {
            Some(pdf) => Some(Digest::new(Sha256::digest(read(pdf)?).into())),
            None => None,
        },
        chain: match &options.rpc {
            Some(url) => {
                let chain = Ethereum::reader(url)?;
                Some(witnesses(&chain, &evidence, PATIENCE).await)
            }
            None => None,
        },
        registry: match &options.registry {
            Some(trusted) => Registry::Trusted(trusted.clone()),
            None => Registry::Any,
        },
    };
    Ok(proved(&evidence, &outside))
}

fn evidence(name: &str, bytes: Vec<u8>) -> Result<Evidence, Failure> {
    let text =
        String::from_utf8(bytes).map_err(|_| format!("{name} is no evidence: it is no text"))?;
    Ok(Evidence::read(&text).map_err(|error| format!("{name}: {error}"))?)
}

fn proved(evidence: &Evidence, outside: &Outside) -> Proved {
    let report = verify(evidence, outside);
    let first = report.first_failure();
    Proved {
        table: table(evidence, &report),
        altered: first.map(|check| {
            let says = &check.says;
            format!("the first thing that was altered: {check}: {says}")
        }),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > LARGEST {
        return Err(format!(
            "{} has {length} bytes, and {LARGEST} are read",
            path.display()
        )
        .into());
    }
    Ok(std::fs::read(path).map_err(unreadable)?)
}

/// What was checked, line by line, and how much of it holds.
fn table(evidence: &Evidence, report: &Report) -> String {
    let line = |check: &Check| {
        let (verdict, what) = (check.verdict.text(), check.to_string());
        format!("  {verdict:<8} {what:<WIDTH$} {}\n", check.says)
    };
    let count = |verdict| {
        let checks = report.checks.iter();
        checks.filter(|check| check.verdict == verdict).count()
    };
    let on_chain = |check: &&Check| check.name == Name::Chain && check.verdict == Verdict::Holds;
    format!(
        "Evidence of contract {}\n\n{}\n{} hold, {} fail, {} unknown; roots found on the chain: {}\n",
        evidence.contract,
        report.checks.iter().map(line).collect::<String>(),
        count(Verdict::Holds),
        count(Verdict::Fails),
        count(Verdict::Unknown),
        report.checks.iter().filter(on_chain).count(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use sharepact_domain::evidence::Parts;
    use sharepact_domain::id::ContractId;

    fn file(events: &[&str]) -> String {
        let parts = Parts {
            contract: ContractId::parse("0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d").unwrap(),
            events: events.iter().map(|&event| event.to_owned()).collect(),
            document: Vec::new(),
            terms: None,
            anchors: Vec::new(),
        };
        Evidence::of(parts).unwrap().canonical().unwrap()
    }

    #[test]
    fn what_is_no_evidence_is_said_to_be_none() {
        let text = file(&[]);
        let other = text.replace("evidence/1", "evidence/9");
        let spaced = text.replace(',', ", ");
        for (bytes, expected) in [
            (b"%PDF-1.7\n".as_slice(), "it is no JSON"),
            (b"\xff\xfe", "it is no text"),
            (b"{}", "it has no member `format`"),
            (other.as_bytes(), "sharepact-evidence/9"),
            (spaced.as_bytes(), "not written as it was issued"),
        ] {
            let error = evidence("evidence.json", bytes.to_vec()).unwrap_err();
            let error = error.to_string();
            assert!(error.starts_with("evidence.json"), "{error}");
            assert!(error.contains(expected), "{error}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_named() {
        let options = Verify {
            file: "/nowhere/evidence.json".into(),
            rpc: None,
            registry: None,
            pdf: None,
        };
        let error = verified(&options).await.err().unwrap().to_string();
        assert!(
            error.starts_with("/nowhere/evidence.json cannot be read"),
            "{error}"
        );
    }

    #[test]
    fn the_first_thing_that_was_altered_is_named() {
        let evidence = evidence("evidence.json", file(&["{}"]).into_bytes()).unwrap();
        let proved = proved(&evidence, &Outside::default());
        let altered = proved.altered.unwrap();
        assert!(
            altered.contains("altered: event 1 of the contract:"),
            "{altered}"
        );
        assert!(proved.table.contains("fails"), "{}", proved.table);
    }
}
