//! The framework agreement: what stands on its pages, whatever it is called, the same bytes each time.

use lopdf::Document;
use sharepact_document::{agreement_watermark, render_agreement};
use sharepact_domain::agreement::{AgreementStatus, Extent, Keyword, Onward};

use crate::pages::in_order;
use crate::sample::agreement::{AgreementSample, ID, approved, onboarded};
use crate::tools;

fn bytes(sample: &AgreementSample) -> Vec<u8> {
    render_agreement(&sample.content()).unwrap()
}

/// The text in one line; the file is sound and nothing stands outside its margins.
fn read(sample: &AgreementSample) -> Option<String> {
    let bytes = bytes(sample);
    tools::qpdf(&bytes);
    tools::inside(&bytes);
    tools::text(&bytes).map(|text| text.replace('\n', " "))
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn everything_that_an_agreement_says_is_there_in_order() {
    let sample = approved();
    let Some(text) = read(&sample) else { return };
    in_order(
        &text,
        &[
            "Framework agreement",
            "on the sharing of assets",
            "between DataHaus Flotten GmbH, Zürich as provider and City Lab Athens (Αθήνα) as consumer",
            "Status: Active",
            "1. Parties and term",
            "Provider DataHaus Flotten GmbH, Zürich organisation datahaus.example agreement proposed by user petra",
            "Consumer City Lab Athens (Αθήνα) organisation citylab.example passcode issued by user mia",
            "Who pays the consumer",
            "Valid from 1 March 2026, 00:00:00 UTC",
            "Valid until 31 December 2028, 23:00:00 UTC",
            "Proposed 1 March 2026, 09:00:00 UTC",
            "2. What is shared",
            "What is shared assets",
            "Extent partial: the fields named below",
            "Overlapping sessions not permitted",
            "Sharing onward permitted once",
            "Sessions start by themselves",
            "Quota contract needed",
            "Fields No. Field 1 fuel_level 2 odometer_km 3 position 4 speed",
            "3. Value propositions and messages",
            "1 location 2 vehicle-status",
            "1 position 2 trip-end 3 trip-start",
            "4. Platform terms",
            "5. Signatures and record",
            "Proposed Provider: petra for datahaus.example 1 March 2026, 09:00:00 UTC",
            "Approved Consumer: carl for citylab.example 1 March 2026, 10:15:30 UTC",
            &format!("Framework agreement {ID}"),
            "Version of the record 2",
            &format!("Hash of platform terms {}", sample.platform.digest()),
            &format!("Hash of approving event {}", "5e".repeat(32)),
            &format!("Hash of last event {}", "a7".repeat(32)),
        ],
    );
    assert!(!text.contains("End of the agreement"));
}

#[test]
fn one_that_was_onboarded_says_who_concluded_it() {
    let Some(text) = read(&onboarded()) else {
        return;
    };
    in_order(
        &text,
        &[
            "on the sharing of units",
            "agreement concluded by user petra",
            "brought to the platform by user petra",
            "Who pays the provider",
            "Valid until without end",
            "Extent full: all fields",
            "Overlapping sessions permitted",
            "others, who may share it again",
            "Sessions start when the provider starts them",
            "Quota contract not needed",
            "All messages that the value propositions hold.",
            "The provider brought the consumer to the platform",
            "Concluded Provider: petra for datahaus.example",
            "Hash of concluding event",
        ],
    );
    for foreign in ["Approved", "passcode", "Fields"] {
        assert!(!text.contains(foreign), "{foreign}");
    }
}

#[test]
fn each_kind_of_sharing_has_its_own_words() {
    let mut seen = std::collections::BTreeSet::new();
    for extent in [Extent::Full, Extent::Anonymised] {
        for onward in [Onward::None, Onward::Once, Onward::Unlimited] {
            let mut sample = approved();
            sample.agreement.frame.sharing.extent = extent.clone();
            sample.agreement.frame.sharing.onward = onward;
            let Some(text) = read(&sample) else { return };
            let at = text.find("Extent").unwrap();
            let end = text.find("Sessions start").unwrap();
            seen.insert(text[at..end].to_owned());
        }
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
}

#[test]
fn every_status_stands_across_every_page_but_the_one_in_force() {
    for status in AgreementStatus::ALL {
        let expected = (status != AgreementStatus::Active).then(|| status.name().to_uppercase());
        assert_eq!(agreement_watermark(status), expected.as_deref());
        let sample = approved().with_status(status);
        let Some(text) = tools::text(&bytes(&sample)) else {
            return;
        };
        let pages: Vec<_> = text
            .split('\u{c}')
            .filter(|page| !page.is_empty())
            .collect();
        for (index, page) in pages.iter().enumerate() {
            let across = expected.as_deref().unwrap_or_default();
            assert!(solid(page).contains(across), "{status:?}: {page}");
            assert!(page.contains(&format!("page {} of {}", index + 1, pages.len())));
            assert!(page.contains(&format!("Framework agreement {ID} · version 2")));
            assert!(page.contains(&"a7".repeat(32)));
        }
        assert!(text.contains(&format!("Status: {}", status.name())));
    }
}

#[test]
fn what_nobody_approved_binds_nobody() {
    for status in [AgreementStatus::Pending, AgreementStatus::Rejected] {
        let Some(text) = read(&approved().with_status(status)) else {
            return;
        };
        assert!(text.contains("This document binds nobody."), "{text}");
        assert!(!text.contains("Hash of approving event"));
    }
    let mut lapsed = approved().with_status(AgreementStatus::Expired);
    lapsed.agreement.approval = None;
    let Some(text) = read(&lapsed) else { return };
    assert!(text.contains("nobody approved it; nothing is agreed"));
}

#[test]
fn an_end_is_told_with_its_reason() {
    let sample = approved().with_status(AgreementStatus::Stopped);
    let Some(text) = read(&sample) else { return };
    in_order(
        &text,
        &[
            "6. End of the agreement",
            "1 June 2026, 12:00:00 UTC",
            "Provider",
            "The fleet is sold.",
            "All of it, vans included.",
        ],
    );
}

#[test]
fn names_that_look_like_something_else_stay_on_the_page() {
    for name in [
        "W".repeat(200),
        "<script>alert(1)</script> & \"quotes\" 'here'".to_owned(),
        ") Tj ET Q (\\ %PDF-1.7 endstream endobj xref".to_owned(),
        "]]> <!-- --> <?xpacket end=\"w\"?> **not bold** # not a heading".to_owned(),
        "東京データ 😀 Data".to_owned(),
        format!("a{}b", "\u{301}".repeat(190)),
    ] {
        let sample = approved().named(&name);
        Document::load_mem(&bytes(&sample)).unwrap();
        let Some(text) = read(&sample) else { return };
        // Marks without end are drawn one on another, and an extractor orders them as it likes.
        let marked = name.contains('\u{301}');
        assert!(
            marked || solid(&text).contains(&solid(&name)),
            "{name}\n{text}"
        );
    }
}

#[test]
fn as_much_as_an_agreement_may_say_takes_the_pages_it_needs() {
    let mut sample = approved();
    let frame = &mut sample.agreement.frame;
    frame.sharing.extent = Extent::Partial(
        (0..500)
            .map(|n| format!("{}{n:03}", "f".repeat(125)))
            .collect(),
    );
    let keywords = |first: char| {
        (0..100).map(move |n| Keyword::parse(&format!("{first}{}{n:02}", "-".repeat(61))).unwrap())
    };
    frame.value_propositions = keywords('v').collect();
    frame.messages = keywords('m').collect();
    let Some(text) = read(&sample) else { return };
    let all: Vec<_> = (0..500).map(|n| format!("f{n:03}")).collect();
    in_order(&text, &all.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(text.matches("No. Field").count() > 9);
}

#[test]
fn the_same_content_gives_the_same_bytes_and_another_status_another_identity() {
    let first = bytes(&approved());
    assert!(first == bytes(&approved()));
    let again = std::thread::spawn(|| bytes(&approved())).join().unwrap();
    assert!(first == again);
    let identity = |bytes: &[u8]| {
        let file = Document::load_mem(bytes).unwrap();
        let ids = file.trailer.get(b"ID").unwrap().as_array().unwrap().clone();
        ids.iter()
            .map(|id| id.as_str().unwrap().to_vec())
            .collect::<Vec<_>>()
    };
    let stopped = bytes(&approved().with_status(AgreementStatus::Stopped));
    let (active, stopped) = (identity(&first), identity(&stopped));
    assert_eq!(active[0], stopped[0]);
    assert_ne!(active[1], stopped[1]);
}

#[test]
fn the_file_says_what_it_is() {
    let file = Document::load_mem(&bytes(&approved())).unwrap();
    let catalog = file.catalog().unwrap();
    let metadata = catalog.get(b"Metadata").unwrap().as_reference().unwrap();
    let metadata = file.get_object(metadata).unwrap().as_stream().unwrap();
    let packet = String::from_utf8(metadata.content.clone()).unwrap();
    for part in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "Framework agreement: assets of DataHaus Flotten GmbH, Zürich for City Lab Athens (Αθήνα)",
        &format!("Framework agreement {ID}, version 2"),
        "<xmp:ModifyDate>2026-03-01T10:15:30+00:00</xmp:ModifyDate>",
    ] {
        assert!(packet.contains(part), "{part}");
    }
    assert!(bytes(&approved()).len() < 60_000);
}
