//! Writes a contract as PDF: `cargo run -p sharepact-document --example sample [file]`, by default
//! `target/sample.pdf`.

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "target/sample.pdf".to_owned());
    let sample = sample::signed();
    let bytes = sharepact_document::render(&sample.content())?;
    std::fs::write(&path, bytes)?;
    Ok(())
}
