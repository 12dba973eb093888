//! Writes contracts as PDF: `cargo run -p sharepact-document --example sample [name] [file]`, by default
//! the usual one to `target/sample.pdf`. Other names: `three`, `draft`, `constructs`, `hostile`.

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::error::Error;

use sharepact_domain::contract::Status;
use sharepact_domain::text::Line;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next();
    let path = arguments.next();
    let sample = match name.as_deref() {
        Some("three") => sample::three_pages(),
        Some("draft") => sample::signed().with_status(Status::Draft),
        Some("constructs") => sample::signed().with_terms(include_str!("constructs.md")),
        Some("hostile") => {
            let mut sample = sample::signed().with_status(Status::Signed);
            let name = format!(
                "東京 😀 بيانات a{} {}",
                "\u{301}".repeat(9),
                "W".repeat(150)
            );
            sample.contract.asset.name = Line::parse(&name).map_err(|fault| fault.detail)?;
            sample.contract.scope.selection.fields.push(name);
            sample
        }
        Some(_) | None => sample::signed(),
    };
    let bytes = sharepact_document::render(&sample.content())?;
    std::fs::write(path.as_deref().unwrap_or("target/sample.pdf"), bytes)?;
    Ok(())
}
