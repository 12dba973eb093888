//! The file: the same bytes for the same content, small, sound, archival.

use std::io::Write as _;
use std::process::Command;

use lopdf::{Document, Object};
use sha2::{Digest as _, Sha256};
use sharepact_document::{PLATFORM_TERMS, platform_terms, render, watermark};
use sharepact_domain::contract::Status;
use sharepact_domain::event::Digest;

use crate::sample::{signed, three_pages};
use crate::tools;

#[test]
fn the_same_content_gives_the_same_bytes() {
    let sample = signed();
    let first = render(&sample.content()).unwrap();
    for number in 0..50 {
        let other = signed().with_terms(&format!("# Other {number}\n\nétat №{number} ≥ {number}"));
        assert_ne!(render(&other.content()).unwrap(), first);
    }
    let again = std::thread::spawn(|| render(&signed().content()).unwrap());
    assert!(render(&sample.content()).unwrap() == first);
    assert!(again.join().unwrap() == first);
}

/// Processes of their own, in another place: this test's program, started again for the one below.
#[test]
fn another_process_elsewhere_writes_the_same_bytes() {
    let here = Digest::new(Sha256::digest(render(&signed().content()).unwrap()).into());
    for (language, zone) in [
        ("C", "UTC"),
        ("tr_TR.UTF-8", "Asia/Kathmandu"),
        ("ar_EG", "EST5EDT"),
    ] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "bytes::says_its_hash", "--nocapture"])
            .envs([("LANG", language), ("LC_ALL", language), ("TZ", zone)])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            said.contains(&here.to_string()),
            "{language} {zone}: {said}"
        );
    }
}

#[test]
fn says_its_hash() {
    let bytes = render(&signed().content()).unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "{}", Digest::new(Sha256::digest(bytes).into())).unwrap();
}

#[test]
fn whatever_is_said_is_in_the_identity() {
    let id = |bytes: &[u8]| {
        let file = Document::load_mem(bytes).unwrap();
        let ids = file.trailer.get(b"ID").unwrap().as_array().unwrap().clone();
        (
            ids[0].as_str().unwrap().to_vec(),
            ids[1].as_str().unwrap().to_vec(),
        )
    };
    let active = id(&render(&signed().content()).unwrap());
    let stopped = id(&render(&signed().with_status(Status::Stopped).content()).unwrap());
    assert_eq!(active.0, stopped.0);
    assert_ne!(active.1, stopped.1);
    assert_eq!(active.1.len(), 16);
}

#[test]
fn three_pages_take_less_than_80_kilobytes() {
    let three = render(&three_pages().content()).unwrap();
    assert_eq!(Document::load_mem(&three).unwrap().get_pages().len(), 3);
    assert!(three.len() < 60_000, "{} bytes", three.len());
    let five = render(&signed().content()).unwrap();
    assert!(five.len() < 80_000, "{} bytes", five.len());
}

#[test]
fn qpdf_finds_nothing() {
    for status in Status::ALL {
        tools::qpdf(&render(&signed().with_status(status).content()).unwrap());
    }
}

#[test]
fn the_platform_terms_hold() {
    assert_eq!(platform_terms().unwrap().as_str(), PLATFORM_TERMS);
}

#[test]
fn only_a_contract_in_force_has_no_watermark() {
    for status in Status::ALL {
        let shown = watermark(status).map(|shown| shown.split(',').next().unwrap());
        let named = status.name().to_uppercase();
        let expected = (status != Status::Active).then_some(named.as_str());
        assert_eq!(shown, expected);
    }
}

#[test]
fn the_file_says_that_it_is_archival_and_tagged() {
    let file = Document::load_mem(&render(&signed().content()).unwrap()).unwrap();
    let catalog = file.catalog().unwrap();
    let metadata = file
        .get_object(catalog.get(b"Metadata").unwrap().as_reference().unwrap())
        .unwrap()
        .as_stream()
        .unwrap();
    let packet = String::from_utf8(metadata.content.clone()).unwrap();
    for part in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "Αθήνα",
        "<xmp:ModifyDate>2026-03-06T08:00:00+00:00</xmp:ModifyDate>",
    ] {
        assert!(packet.contains(part), "{part}");
    }
    assert!(catalog.get(b"OutputIntents").is_ok());
    assert!(catalog.get(b"Outlines").is_ok());
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"en");
    let marked = catalog.get(b"MarkInfo").unwrap().as_dict().unwrap();
    assert!(marked.get(b"Marked").unwrap().as_bool().unwrap());
}

/// Every number of marked content on a page is in the parent tree, and no slot there is empty.
#[test]
fn every_marked_text_has_a_place_in_the_structure() {
    let file = Document::load_mem(&render(&signed().content()).unwrap()).unwrap();
    let root = file.catalog().unwrap().get(b"StructTreeRoot").unwrap();
    let root = file
        .get_object(root.as_reference().unwrap())
        .unwrap()
        .as_dict()
        .unwrap();
    let parents = root.get(b"ParentTree").unwrap().as_reference().unwrap();
    let numbers = file.get_object(parents).unwrap().as_dict().unwrap();
    let numbers = numbers.get(b"Nums").unwrap().as_array().unwrap();
    for (index, page) in file.get_pages().into_values().enumerate() {
        let content = file.get_page_content(page);
        let marks = String::from_utf8_lossy(&content).matches("/MCID").count();
        let slots = file.get_object(numbers[2 * index + 1].as_reference().unwrap());
        let slots = slots.unwrap().as_array().unwrap();
        assert_eq!(slots.len(), marks);
        assert!(
            slots
                .iter()
                .all(|slot| matches!(slot, Object::Reference(_)))
        );
    }
}

/// What PDF/A asks of fonts: embedded, a map from characters, widths as in the program.
#[test]
fn every_face_is_embedded_with_its_map_to_unicode() {
    let file = Document::load_mem(&render(&signed().content()).unwrap()).unwrap();
    let mut faces = 0;
    for object in file.objects.values() {
        let Ok(font) = object.as_dict() else { continue };
        if !font.has(b"DescendantFonts") {
            continue;
        }
        faces += 1;
        let map = font.get(b"ToUnicode").unwrap().as_reference().unwrap();
        let map = file.get_object(map).unwrap().as_stream().unwrap();
        let map = map.decompressed_content().unwrap();
        assert!(
            !String::from_utf8_lossy(&map)
                .to_uppercase()
                .contains("<FFFD>")
        );
        let descendants = font.get(b"DescendantFonts").unwrap().as_array().unwrap();
        let descendant = descendants[0].as_dict().unwrap();
        let glyphs = descendant
            .get(b"CIDToGIDMap")
            .unwrap()
            .as_reference()
            .unwrap();
        assert!(file.get_object(glyphs).unwrap().as_stream().is_ok());
        let name = descendant.get(b"BaseFont").unwrap().as_name().unwrap();
        assert_eq!(name[6], b'+');
    }
    assert!(faces >= 4);
}
