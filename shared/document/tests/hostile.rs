//! Contents that try to break the layout, or the file.

use std::time::Instant;

use lopdf::Document;
use proptest::prelude::*;
use sharepact_document::render;
use sharepact_domain::contract::Status;
use sharepact_domain::terms::Terms;
use sharepact_domain::text::Line;

use crate::sample::{Sample, signed};
use crate::tools;

fn named(name: &str) -> Sample {
    let mut sample = signed();
    sample.subject().name = Line::parse(name).unwrap();
    sample.scope().selection.fields = vec![name.to_owned(); 3];
    sample
}

/// The document with that name, checked; and the first line of its title page's text.
fn check(name: &str) -> Option<String> {
    let bytes = render(&named(name).content()).unwrap();
    Document::load_mem(&bytes).unwrap();
    tools::qpdf(&bytes);
    tools::inside(&bytes);
    let text = tools::text(&bytes)?;
    Some(text.split('\u{c}').next().unwrap().to_owned())
}

/// The text without any white space: where lines break is not what is asked.
fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn names_of_200_letters_without_a_space() {
    for letter in ["W", "i", "Ω", "Щ", "ß", "-", "/", "."] {
        let name = letter.repeat(200);
        if let Some(text) = check(&name) {
            assert!(solid(&text).contains(&name), "{letter}");
        }
    }
}

#[test]
fn names_that_look_like_something_else() {
    for name in [
        "<script>alert(1)</script> & \"quotes\" 'here'",
        ") Tj ET Q (\\",
        "%PDF-1.7 endstream endobj xref",
        "/Title (x) >> <<",
        "**not bold** _not italic_ # not a heading",
        "]]> <!-- --> <?xpacket end=\"w\"?>",
        "\\u0000 \\x00 %00 {} {{}} ${x}",
    ] {
        if let Some(text) = check(name) {
            assert!(solid(&text).contains(&solid(name)), "{name}\n{text}");
        }
    }
}

#[test]
fn a_character_that_no_face_has_is_seen_and_extracts_as_itself() {
    for name in [
        "Data 😀 here",
        "東京データ",
        "بيانات",
        "नमस्ते",
        "\u{e000}private",
    ] {
        let bytes = render(&named(name).content()).unwrap();
        tools::inside(&bytes);
        if let Some(text) = tools::text(&bytes) {
            // An extractor turns right-to-left letters round: their order is its business.
            let mut there = solid(name).chars().all(|c| text.contains(c));
            there &= name.starts_with('ب') || solid(&text).contains(&solid(name));
            assert!(there, "{name}\n{text}");
        }
        // What is drawn is the code: five glyphs or more in the face for code.
        let plain = render(&named("plain").content()).unwrap();
        assert_ne!(bytes, plain);
    }
}

#[test]
fn letters_with_marks_without_end_stay_in_their_line() {
    let name = format!("a{}b", "\u{301}".repeat(190));
    let bytes = render(&named(&name).content()).unwrap();
    tools::inside(&bytes);
    tools::qpdf(&bytes);
}

#[test]
fn composed_and_decomposed_letters_extract_alike() {
    if let Some(text) = check("Äpfel A\u{308}pfel ά α\u{301} й и\u{306}") {
        for part in ["Äpfel", "A\u{308}pfel", "ά", "й"] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}

#[test]
fn what_shows_nothing_takes_no_room() {
    if let Some(text) = check("soft\u{ad}hyphen zero\u{200b}width join\u{200d}er \u{feff}mark") {
        assert!(
            solid(&text).contains("softhyphenzerowidthjoinermark"),
            "{text}"
        );
    }
}

/// Sets so many characters of the text, over and over, as terms.
fn terms(length: usize, shape: &str) -> Vec<u8> {
    let text: String = "x"
        .chars()
        .chain(shape.chars().cycle())
        .take(length)
        .collect();
    let mut sample = signed();
    sample.terms = Some(Terms::parse(&text).expect("terms"));
    let begun = Instant::now();
    let bytes = render(&sample.content()).unwrap();
    let took = begun.elapsed();
    assert!(took.as_secs() < 60, "{took:?} for {text:.20}");
    Document::load_mem(&bytes).unwrap();
    tools::qpdf(&bytes);
    bytes
}

const CLAUSE: &str =
    "The party of the first part shall, notwithstanding anything to the contrary, act. ";

#[test]
fn long_terms_under_headings() {
    let shape = format!("# Clause\n\n{}\n\n", CLAUSE.repeat(20));
    tools::inside(&terms(40_000, &shape));
}

#[test]
fn long_terms_in_a_list() {
    tools::inside(&terms(100_000, &format!("1. {CLAUSE}\n2. {CLAUSE}\n\n")));
}

#[test]
fn long_terms_in_one_paragraph() {
    tools::inside(&terms(100_000, CLAUSE));
}

#[test]
fn long_terms_in_one_word() {
    tools::inside(&terms(100_000, "W"));
}

#[test]
fn long_terms_of_marks() {
    tools::inside(&terms(100_000, "a\u{301}"));
}

#[test]
fn long_terms_that_no_face_has() {
    terms(20_000, "😀");
}

#[test]
fn long_terms_that_open_and_never_close() {
    for shape in ["- ", ">", "*a **b ", "`", "[a]("] {
        tools::inside(&terms(100_000, shape));
    }
}

#[test]
fn long_terms_of_lines() {
    for (length, shape) in [(20_000, "# a\n"), (20_000, "-\n"), (100_000, "a\\\n")] {
        tools::inside(&terms(length, shape));
    }
}

fn status() -> impl Strategy<Value = Status> {
    proptest::sample::select(Status::ALL.to_vec())
}

/// `SHAREPACT_CASES=20000 cargo test --package sharepact-document any_` looks harder.
#[expect(
    clippy::disallowed_methods,
    reason = "how hard to look is a setting of this test alone"
)]
fn cases() -> ProptestConfig {
    let cases = std::env::var("SHAREPACT_CASES").ok();
    ProptestConfig {
        cases: cases.and_then(|cases| cases.parse().ok()).unwrap_or(16),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// CommonMark in pieces, so that much of it means something, in letters that the faces have.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "# ",
        "### ",
        "###### ",
        "- ",
        "* ",
        "1. ",
        "987654321) ",
        "> ",
        "    ",
        "\t",
        "  ",
        "\n",
        "\n\n",
        "\n---\n",
        "\n===\n",
        "```\n",
        "~~~ rust\n",
        "`",
        "``",
        "*",
        "**",
        "***",
        "_",
        "[",
        "]",
        "](",
        "](https://example.org/a/b)",
        ")",
        "[ref]: https://example.org\n",
        "<https://example.org/x?y=z>",
        "&amp;",
        "&#8364;",
        "\\",
        "\\\n",
        "  \n",
        "word",
        "ffi",
        "Σύμβαση",
        "договор",
        "Ångström",
        "a\u{308}",
        "ắ",
        "€",
        "–",
        "\u{a0}",
        "\u{ad}",
        "\u{200b}",
        "\u{2028}",
        "-",
        "/",
        ".",
    ];
    let piece = prop_oneof![
        8 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        1 => "[a-zA-Zäöü]{1,120}",
        1 => "[0-9 ]{1,20}",
    ];
    proptest::collection::vec(piece, 1..250).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_commonmark_stays_on_the_page(text in pieces()) {
        if let Ok(terms) = Terms::parse(&text) {
            let mut sample = signed();
            sample.terms = Some(terms);
            let bytes = render(&sample.content()).unwrap();
            Document::load_mem(&bytes).unwrap();
            tools::inside(&bytes);
        }
    }

    #[test]
    fn any_text_gives_a_document(
        name in "\\PC{1,200}",
        terms in "(\\PC|[\n\t>#*_`\\[\\]()-]|[0-9]\\. ){0,600}",
        fields in proptest::collection::vec("\\PC{1,128}", 1..30),
        status in status(),
        mark in proptest::option::of("\\PC{0,60}"),
    ) {
        let mut sample = signed().with_status(status);
        if let Ok(name) = Line::parse(&name) {
            sample.subject().name = name;
        }
        sample.terms = Terms::parse(&terms).ok();
        sample.scope().selection.fields = fields;
        sample.watermark = mark;
        let bytes = render(&sample.content()).unwrap();
        let file = Document::load_mem(&bytes).unwrap();
        prop_assert!(!file.get_pages().is_empty());
        prop_assert!(bytes == render(&sample.content()).unwrap());
    }
}
