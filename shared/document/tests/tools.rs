//! The outside tools: `qpdf` and poppler's. A test that needs one that is missing says so and ends.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Writes the document where a tool can read it.
pub fn file(bytes: &[u8]) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!(
        "document-{}-{}.pdf",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Runs a tool on a document; `None`, said out loud, where it is not installed.
fn run(tool: &str, before: &[&str], bytes: &[u8], after: &[&str]) -> Option<Output> {
    let path = file(bytes);
    let output = Command::new(tool)
        .args(before)
        .arg(&path)
        .args(after)
        .output();
    std::fs::remove_file(&path).unwrap();
    if let Ok(output) = output {
        return Some(output);
    }
    // Not caught by the test harness: whoever runs the tests must see it.
    let mut error = std::io::stderr();
    writeln!(
        error,
        "SKIPPED: {tool} is not installed, nothing was checked with it"
    )
    .unwrap();
    None
}

/// What `qpdf --check` says against the document.
pub fn qpdf(bytes: &[u8]) {
    if let Some(output) = run("qpdf", &["--check"], bytes, &[]) {
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(
            said.contains("No syntax or stream encoding errors"),
            "{said}"
        );
    }
}

/// The text as `pdftotext` extracts it, in the order of the file.
pub fn text(bytes: &[u8]) -> Option<String> {
    extract(bytes, &["-raw"])
}

fn extract(bytes: &[u8], options: &[&str]) -> Option<String> {
    let mut all = vec!["-enc", "UTF-8"];
    all.extend(options);
    let output = run("pdftotext", &all, bytes, &["-"])?;
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Every word with its box, as (page, left, top, right, bottom, word), in points.
pub fn words(bytes: &[u8]) -> Option<Vec<(usize, [f64; 4], String)>> {
    let text = extract(bytes, &["-bbox"])?;
    let mut page = 0;
    let mut words = Vec::new();
    for line in text.lines().map(str::trim) {
        page += usize::from(line.starts_with("<page"));
        let Some(rest) = line.strip_prefix("<word ") else {
            continue;
        };
        let numbers: Vec<f64> = rest
            .split('"')
            .skip(1)
            .step_by(2)
            .take(4)
            .map(|number| number.parse().unwrap())
            .collect();
        let word = rest.split('>').nth(1).unwrap().trim_end_matches("</word");
        words.push((page, numbers.try_into().unwrap(), word.to_owned()));
    }
    Some(words)
}

/// Nothing stands outside the page's margins.
pub fn inside(bytes: &[u8]) {
    for (page, [left, _, right, bottom], word) in words(bytes).unwrap_or_default() {
        assert!(left >= 70.0, "{word} on {page} starts at {left}");
        assert!(right <= 525.5, "{word} on {page} ends at {right}");
        assert!(bottom <= 805.0, "{word} on {page} hangs to {bottom}");
    }
}
