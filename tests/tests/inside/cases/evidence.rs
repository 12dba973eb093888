//! The operations on evidence.

use serde_json::json;

use super::{Case, Expected};
use crate::world::{get, post};

/// States, events and anchors of the contract and of its document, at once.
const RECORD: &[Expected] = &[("Query", ""), ("Query", ""), ("Query", "")];

pub(super) fn all() -> Vec<Case> {
    vec![
        case!("contract-evidence", "as it is", 200, RECORD, |w| {
            let id = w.contract("Negotiate").await;
            get("provider", format!("/contracts/{id}/evidence"))
        }),
        case!(
            "contract-verification",
            "one that is rendered",
            200,
            &[
                ("GetObject", ""),
                ("Query", ""),
                ("Query", ""),
                ("Query", "")
            ],
            |w| {
                let id = w.contract("Signed").await;
                let print = post("provider", format!("/contracts/{id}/document"), json!({}));
                w.expect(200, &print).await;
                get("consumer", format!("/contracts/{id}/verification"))
            }
        ),
    ]
}
