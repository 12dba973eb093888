//! The contract over a quota, as `pdftotext` reads it.

use sharepact_document::render;
use sharepact_domain::asset::Entity;
use sharepact_domain::contract::{Ending, Matter, Status};
use sharepact_domain::party::Side;
use sharepact_domain::text::Note;

use crate::pages::in_order;
use crate::sample::{Sample, agreement, instant, quota};
use crate::tools;

fn read(sample: &Sample) -> Option<String> {
    let bytes = render(&sample.content()).unwrap();
    tools::qpdf(&bytes);
    tools::inside(&bytes);
    tools::text(&bytes).map(|text| text.replace('\n', " "))
}

#[test]
fn everything_that_a_quota_says_is_there_in_order() {
    let sample = quota();
    let Some(text) = read(&sample) else { return };
    in_order(
        &text,
        &[
            "Data sharing contract",
            "on the sharing of up to 50 assets",
            "between datahaus.example as provider and citylab.example as consumer",
            "Status: Active – the contract is in force from its effective date to its expiry.",
            "1. Parties and term",
            "Provider datahaus.example represented in the agreement by user petra",
            "Consumer citylab.example represented in the agreement by user mia",
            "Effective date 6 March 2026, 08:00:00 UTC",
            "Expiry 6 March 2027, 08:00:00 UTC",
            &format!("Origin framework agreement {}", agreement::ID),
            "Granted 1 March 2026, 09:00:00 UTC",
            "2. Quota",
            "Quota 50 assets at any time",
            "What counts every asset with a session that has not ended",
            "Can be extended to 31 December 2028, 23:00:00 UTC, the end of the framework agreement",
            "3. Platform terms",
            "4. Signatures and record",
            "The provider granted this quota under the framework agreement",
            "Granted Provider: datahaus.example 1 March 2026, 09:00:00 UTC",
            &format!("Hash of platform terms {}", sample.platform.digest()),
            &format!("Hash of last event {}", "a7".repeat(32)),
        ],
    );
    for foreign in ["Payment details", "Contract terms", "Offline", "signing"] {
        assert!(!text.contains(foreign), "{foreign}");
    }
}

#[test]
fn one_unit_without_a_last_day_says_so() {
    let mut sample = quota();
    if let Matter::Quota(quota) = &mut sample.contract.matter {
        quota.assets = 1;
        quota.entity = Entity::Unit;
        quota.not_after = None;
    }
    let Some(text) = read(&sample) else { return };
    in_order(
        &text,
        &[
            "on the sharing of up to 1 unit between",
            "Quota 1 unit at any time",
            "every unit with a session",
            "any later instant: the framework agreement has no end",
        ],
    );
}

#[test]
fn an_end_is_told_with_its_reason_and_stands_across_the_pages() {
    let mut sample = quota().with_status(Status::Stopped);
    sample.contract.ending = Some(Ending {
        by: Some(Side::Provider),
        reason: Some(Note::parse("The fleet is sold.").unwrap()),
        detail: None,
        at: instant("2026-06-01T12:00:00Z"),
    });
    let Some(text) = read(&sample) else { return };
    in_order(
        &text,
        &["5. End of the contract", "Provider", "The fleet is sold."],
    );
    let solid: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(solid.contains("STOPPED"));
}
