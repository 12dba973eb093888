//! What stands on the pages, as `pdftotext` reads it.

use sharepact_document::render;
use sharepact_domain::asset::AccessLevel;
use sharepact_domain::contract::{Ending, Status};
use sharepact_domain::money::{Currency, Money, Vat};
use sharepact_domain::party::Side;
use sharepact_domain::text::Note;

use crate::sample::{Sample, instant, signed};
use crate::tools;

fn read(sample: &Sample) -> Option<String> {
    tools::text(&render(&sample.content()).unwrap())
}

/// The parts stand in the text one after the other.
pub fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let at = rest.find(part);
        let at = at.unwrap_or_else(|| panic!("{part:?} is missing, or too early, in\n{text}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn everything_that_a_contract_says_is_there_in_order() {
    let sample = signed();
    let Some(text) = read(&sample) else { return };
    in_order(
        &text.replace('\n', " "),
        &[
            "Data sharing contract",
            "on the use of Taxi trips of Athens (Αθήνα), Kyiv (Київ) and Zürich",
            "between datahaus.example as provider and citylab.example as consumer",
            "Status: Active",
            "1. Parties and term",
            "Provider",
            "datahaus.example",
            "Consumer",
            "citylab.example",
            "Effective date",
            "6 March 2026, 08:00:00 UTC",
            "365 days",
            "6 March 2027, 08:00:00 UTC",
            "2. Asset details",
            "taxi-trips",
            "Fields",
            "picked_up",
            "Τιμή",
            "Цена",
            "größe_m²",
            "Filters",
            "from 2024-01-01 to 2025-12-31, both included",
            "Αθήνα; Київ; Zürich; Kraków",
            "3. Payment details",
            "Net price EUR 1250.00",
            "VAT at 24 % EUR 300.00",
            "Gross price EUR 1550.00",
            "RF18 5390 0754 7034",
            "4. Contract terms",
            "Efficient, sufficient and affirmative",
            "1. The consumer may analyse",
            "• no single trip",
            "<https://datahaus.example/docs/taxi-trips>",
            "Εφαρμόζεται το δίκαιο της έδρας του παρόχου.",
            "5. Platform terms",
            "6. Signatures and record",
            "Offered Provider: datahaus.example 3 3 March 2026, 16:02:00 UTC",
            "Accepted Consumer: mia for citylab.example 3 4 March 2026, 10:15:30 UTC",
            "Activated Provider: datahaus.example 3 6 March 2026, 08:00:00 UTC",
            &format!(
                "Hash of contract terms {}",
                sample.terms.as_ref().unwrap().digest()
            ),
            &format!("Hash of platform terms {}", sample.platform.digest()),
            &format!("Hash of signing event {}", "5e".repeat(32)),
            &format!("Hash of last event {}", "a7".repeat(32)),
        ],
    );
}

#[test]
fn every_page_says_what_it_belongs_to() {
    let sample = signed();
    let Some(text) = read(&sample) else { return };
    let pages: Vec<_> = text
        .split('\u{c}')
        .filter(|page| !page.is_empty())
        .collect();
    for (index, page) in pages.iter().enumerate() {
        let number = format!("page {} of {}", index + 1, pages.len());
        assert!(page.contains(&number), "{page}");
        assert!(page.contains("Contract 0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d · version 6"));
        assert!(page.contains(&"a7".repeat(32)));
    }
}

#[test]
fn a_status_without_force_stands_across_every_page() {
    let sample = signed().with_status(Status::Draft);
    let Some(text) = read(&sample) else { return };
    for page in text.split('\u{c}').filter(|page| !page.is_empty()) {
        // Across the page each letter is a line of its own.
        let solid: String = page.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(solid.contains("DRAFT"), "{page}");
    }
    assert!(text.contains("nothing is agreed yet"));
}

#[test]
fn a_bare_request_is_a_document_too() {
    let mut sample = signed().with_status(Status::Request);
    sample.terms = None;
    let contract = &mut sample.contract;
    contract.offer = None;
    contract.acceptance = None;
    contract.effective_at = None;
    contract.expires_at = None;
    contract.payment_reference = None;
    sample.scope().selection.filters.clear();
    let Some(text) = read(&sample) else { return };
    in_order(
        &text,
        &[
            "set when the provider activates",
            "set at activation",
            "None: all rows",
            "not named a price",
            "not offered any terms",
            "This document binds nobody.",
        ],
    );
}

#[test]
fn large_amounts_are_set_in_groups_of_three() {
    let mut sample = signed();
    let offer = sample.contract.offer.as_mut().unwrap();
    offer.price = Money::parse("123456789.5", Currency::parse("EUR").unwrap()).unwrap();
    offer.vat = Vat::parse("0").unwrap();
    let Some(text) = read(&sample) else { return };
    in_order(
        &text,
        &[
            "Net price EUR 123 456 789.50\n",
            "VAT at 0 % EUR 0.00\n",
            "Gross price EUR 123 456 789.50\n",
        ],
    );
}

#[test]
fn what_was_taken_under_a_public_licence_says_so() {
    let mut sample = signed();
    sample.subject().access_level = AccessLevel::Public;
    sample.contract.payment_reference = None;
    let Some(text) = read(&sample) else { return };
    assert!(
        text.replace('\n', " ")
            .contains("the consumer took it under that licence")
    );
    assert!(!text.contains("Activated"));
}

#[test]
fn codes_in_boxes_are_explained_where_there_are_any() {
    let note = "A code in a box stands for a character";
    let Some(text) = read(&signed()) else { return };
    assert!(!text.contains(note));
    let Some(text) = read(&signed().with_terms("東京")) else {
        return;
    };
    in_order(&text, &["東", "京", note]);
}

/// Even lines, or none: what stands at the right edge, and what stands short of it.
#[test]
fn a_paragraph_is_even_or_ragged_as_a_whole() {
    let clause = "Neither party shall, notwithstanding anything to the contrary, act on it. ";
    let ends = |terms: &str| -> Option<Vec<f64>> {
        let bytes = render(&signed().with_terms(terms).content()).unwrap();
        let mut lines: Vec<([f64; 2], bool)> = Vec::new();
        for (_, [_, top, right, _], word) in tools::words(&bytes)? {
            match lines.last_mut() {
                Some((last, ours)) if (last[0] - top).abs() < 3.0 && last[1] < right => {
                    last[1] = right;
                    *ours &= true;
                }
                _ => lines.push(([top, right], word == "Neither")),
            }
        }
        let begun = lines.iter().position(|(_, first)| *first).unwrap();
        Some(
            lines[begun..begun + 4]
                .iter()
                .map(|([_, right], _)| *right)
                .collect(),
        )
    };
    let Some(even) = ends(&clause.repeat(8)) else {
        return;
    };
    assert!(
        even.iter().all(|right| (right - 524.3).abs() < 0.5),
        "{even:?}"
    );
    // An address that leaves a hole no spaces can fill.
    let hole = format!("{clause}{} {}", "x".repeat(75), clause.repeat(5));
    let Some(ragged) = ends(&hole) else { return };
    assert!(ragged.iter().all(|right| *right < 524.2), "{ragged:?}");
}

#[test]
fn an_end_is_told_with_its_reason() {
    let mut sample = signed().with_status(Status::Stopped);
    sample.contract.ending = Some(Ending {
        by: Some(Side::Consumer),
        reason: Some(Note::parse("The study is over.").unwrap()),
        detail: Some(Note::parse("Line one\nline two").unwrap()),
        at: instant("2026-06-01T12:00:00Z"),
    });
    let Some(text) = read(&sample) else { return };
    in_order(
        &text,
        &[
            "7. End of the contract",
            "1 June 2026, 12:00:00 UTC",
            "Consumer",
            "The study is over.",
            "Line one\nline two",
        ],
    );
}

#[test]
fn a_table_that_runs_over_pages_repeats_its_titles() {
    let mut sample = signed();
    sample.scope().selection.fields = (0..500).map(|n| format!("field_{n:03}")).collect();
    let bytes = render(&sample.content()).unwrap();
    let Some(text) = tools::text(&bytes) else {
        return;
    };
    let pages: Vec<_> = text
        .split('\u{c}')
        .filter(|page| page.contains("field_"))
        .collect();
    assert!(pages.len() > 9);
    for page in pages {
        let titles = page.find("No. Field Values").expect("no titles");
        assert!(titles < page.find("field_").unwrap());
    }
    let all: Vec<_> = (0..500)
        .map(|n| format!("{} field_{n:03} all", n + 1))
        .collect();
    in_order(&text, &all.iter().map(String::as_str).collect::<Vec<_>>());
    tools::inside(&bytes);
}

#[test]
fn a_cell_taller_than_a_page_breaks_within() {
    use sharepact_domain::selection::Condition;
    let mut sample = signed();
    let values: Vec<_> = (0..200)
        .map(|n| format!("{n:03}{}", "é".repeat(197)))
        .collect();
    sample.scope().selection.filters[1].condition = Condition::Values { values };
    let bytes = render(&sample.content()).unwrap();
    let Some(text) = tools::text(&bytes) else {
        return;
    };
    let flat = text.replace('\n', " ");
    in_order(
        &flat,
        &["one of: 000", "; 100", "; 199", "3. Payment details"],
    );
    assert_eq!(text.matches('é').count(), 200 * 197);
    assert!(text.matches("Rows are included where").count() > 3);
    tools::inside(&bytes);
}
