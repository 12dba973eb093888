//! Writes contracts and agreements as PDF: `cargo run -p sharepact-document --example sample [name] [file]`, by default
//! the usual one to `target/sample.pdf`. `all` writes every one of them into a folder.

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::error::Error;
use std::path::Path;

use sample::agreement::{AgreementSample, approved, onboarded};
use sample::{Sample, quota, signed, three_pages};
use sharepact_document::RenderError;
use sharepact_domain::agreement::AgreementStatus;
use sharepact_domain::contract::Status;
use sharepact_domain::terms::{LONGEST, Terms};
use sharepact_domain::text::Line;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next();
    let path = arguments.next();
    let named = |wanted: &str| samples().into_iter().find(|(name, _)| name == wanted);
    match (name.as_deref(), path.as_deref()) {
        (Some("all"), Some(folder)) => samples()
            .into_iter()
            .try_for_each(|(name, sample)| write(&sample, format!("{folder}/{name}.pdf"))),
        (name, path) => {
            let (_, sample) = named(name.unwrap_or("active")).ok_or_else(|| {
                let names: Vec<_> = samples().into_iter().map(|(name, _)| name).collect();
                format!("takes a name: all, {}", names.join(", "))
            })?;
            write(&sample, path.unwrap_or("target/sample.pdf"))
        }
    }
}

fn write(paper: &Paper, path: impl AsRef<Path>) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::write(path, paper.bytes()?)?)
}

/// A document of either kind.
enum Paper {
    Contract(Box<Sample>),
    Agreement(Box<AgreementSample>),
}

impl Paper {
    fn bytes(&self) -> Result<Vec<u8>, RenderError> {
        match self {
            Self::Contract(sample) => sharepact_document::render(&sample.content()),
            Self::Agreement(sample) => sharepact_document::render_agreement(&sample.content()),
        }
    }
}

/// Documents of every kind, by name.
fn samples() -> Vec<(String, Paper)> {
    let contracts = contracts()
        .into_iter()
        .map(|(name, sample)| (name, Paper::Contract(Box::new(sample))));
    let agreements = agreements()
        .into_iter()
        .map(|(name, sample)| (name, Paper::Agreement(Box::new(sample))));
    contracts.chain(agreements).collect()
}

/// Framework agreements of every status, and those that are out of the ordinary.
fn agreements() -> Vec<(String, AgreementSample)> {
    let mut samples: Vec<_> = AgreementStatus::ALL
        .into_iter()
        .map(|status| {
            let name = format!("agreement-{}", status.name().to_lowercase());
            (name, approved().with_status(status))
        })
        .collect();
    let wide = format!("東京 😀 بيانات {}", "W".repeat(150));
    samples.push(("agreement-onboarded".to_owned(), onboarded()));
    samples.push(("agreement-hostile".to_owned(), approved().named(&wide)));
    samples
}

/// Contracts of every status, and those that are out of the ordinary.
fn contracts() -> Vec<(String, Sample)> {
    let mut samples: Vec<_> = Status::ALL
        .into_iter()
        .map(|status| (status.name().to_lowercase(), signed().with_status(status)))
        .collect();
    let mut add = |name: &str, sample| samples.push((name.to_owned(), sample));
    add("quota", quota());
    add("quota-stopped", quota().with_status(Status::Stopped));
    add("three", three_pages());
    add("bare", bare());
    add("acquired", acquired());
    add(
        "constructs",
        signed().with_terms(include_str!("constructs.md")),
    );
    // Levels that are left out, lists in lists in lists, and code.
    let levels = "###### Six\n\n## Two\n\n##### Five\n\n- a\n  - b\n    - c\n      1. d\n\n> > > quoted\n\n    code\n";
    add("levels", signed().with_terms(levels));
    let clause =
        "1. The party of the first part shall, notwithstanding anything to the contrary, act. \n";
    add("long", signed().with_terms(&repeated(clause)));
    add("solid", signed().with_terms(&repeated("W")));
    add(
        "rare",
        signed().with_terms(
            "東京 😀 بيانات नमस्ते \u{e000} \u{f8ff} \u{fffd} ﬁ a\u{301}\u{302}\u{303}\u{304}\u{305}",
        ),
    );
    add("hostile", hostile());
    samples
}

/// A request that nobody has answered.
fn bare() -> Sample {
    let mut sample = signed().with_status(Status::Request);
    sample.terms = None;
    let contract = &mut sample.contract;
    contract.offer = None;
    contract.acceptance = None;
    contract.effective_at = None;
    contract.expires_at = None;
    contract.payment_reference = None;
    sample.scope().selection.filters.clear();
    sample
}

/// A public asset, taken under its licence.
fn acquired() -> Sample {
    let mut sample = signed();
    sample.subject().access_level = sharepact_domain::asset::AccessLevel::Public;
    sample.scope().duration = sharepact_domain::contract::Duration::Forever;
    sample.contract.expires_at = None;
    sample.contract.payment_reference = None;
    sample
}

/// Names that try to leave the page.
fn hostile() -> Sample {
    let mut sample = signed().with_status(Status::Signed);
    let wide = "W".repeat(150);
    let name = format!("東京 😀 بيانات a{} {wide}", "\u{301}".repeat(9));
    if let Ok(name) = Line::parse(&name) {
        sample.subject().name = name;
    }
    sample.scope().selection.fields.push(name);
    sample
}

/// As much of that text as terms may have.
fn repeated(text: &str) -> String {
    let all: String = text.chars().cycle().take(LONGEST).collect();
    debug_assert!(Terms::parse(&all).is_ok());
    all
}
