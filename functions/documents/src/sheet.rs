//! What is printed: a contract with its terms, or a framework agreement.
//!
//! The one rule: the key is made of what is shown, version and content, so that rendering again, late or
//! at the same time as another, ends in the same object.

use sharepact_document::{
    AgreementContent, Content, agreement_watermark, platform_terms, render, render_agreement,
    watermark,
};
use sharepact_domain::agreement::Agreement;
use sharepact_domain::document::{Document, Shown};
use sharepact_domain::event::Digest;
use sharepact_domain::time::Timestamp;
use sharepact_runtime::{App, WorkError};
use sharepact_store::ContractRecord;

/// A contract or an agreement.
pub(crate) enum Sheet {
    /// A contract and its terms.
    Contract(ContractRecord),
    /// A framework agreement.
    Agreement(Agreement),
}

impl Sheet {
    /// Reads what a document shall show, and the document that there is of it.
    pub(crate) async fn read(
        app: &App,
        shown: Shown,
    ) -> Result<Option<(Self, Option<Document>)>, WorkError> {
        Ok(match shown {
            Shown::Contract(id) => {
                let found = app.store.printable(id).await?;
                found.map(|found| (Self::Contract(found.record), found.document))
            }
            Shown::Agreement(id) => {
                let found = app.store.agreement_document(id).await?;
                found.map(|(agreement, document)| (Self::Agreement(agreement), document))
            }
        })
    }

    /// Which contract or agreement it is.
    pub(crate) fn shown(&self) -> Shown {
        match self {
            Self::Contract(record) => Shown::Contract(record.contract.id),
            Self::Agreement(agreement) => Shown::Agreement(agreement.id),
        }
    }

    /// Its version.
    pub(crate) fn version(&self) -> u64 {
        match self {
            Self::Contract(record) => record.contract.version,
            Self::Agreement(agreement) => agreement.version,
        }
    }

    /// Was it ever concluded? A rejection ends offers and proposals as well as signed contracts, and only what binds
    /// somebody has a document of its own accord.
    pub(crate) fn is_concluded(&self) -> bool {
        match self {
            Self::Contract(record) => {
                record.contract.acceptance.is_some() || record.contract.effective_at.is_some()
            }
            Self::Agreement(agreement) => agreement.approval.is_some(),
        }
    }

    /// Its PDF as it stands at `now`, with its status across the pages unless it is in force.
    pub(crate) fn render(&self, now: Timestamp) -> Result<Vec<u8>, WorkError> {
        let terms = platform_terms().map_err(|fault| WorkError::Poison(fault.to_string()))?;
        let bytes = match self {
            Self::Contract(record) => {
                let status = record.contract.status(now);
                render(&Content {
                    contract: &record.contract,
                    terms: record.terms.as_ref(),
                    platform_terms: &terms,
                    status,
                    watermark: watermark(status),
                })
            }
            Self::Agreement(agreement) => {
                let status = agreement.status(now);
                render_agreement(&AgreementContent {
                    agreement,
                    platform_terms: &terms,
                    status,
                    watermark: agreement_watermark(status),
                })
            }
        };
        bytes.map_err(|error| WorkError::Poison(error.to_string()))
    }

    /// Where its document is kept: the versions of one in their order, equal bytes in one place.
    pub(crate) fn key(&self, sha256: Digest) -> String {
        let (folder, id, version) = (folder(self.shown()), self.shown(), self.version());
        format!("{folder}/{id}/{version:010}-{sha256}.pdf")
    }
}

/// The folder of contracts' documents in the bucket.
pub(crate) const CONTRACTS: &str = "contracts";
/// The folder of agreements' documents in the bucket.
pub(crate) const AGREEMENTS: &str = "agreements";

fn folder(shown: Shown) -> &'static str {
    match shown {
        Shown::Contract(_) => CONTRACTS,
        Shown::Agreement(_) => AGREEMENTS,
    }
}

/// The name that a browser saves a document under.
pub(crate) fn file_name(shown: Shown, version: u64) -> String {
    match shown {
        Shown::Contract(id) => format!("contract-{id}-{version}.pdf"),
        Shown::Agreement(id) => format!("agreement-{id}-{version}.pdf"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};
    use sharepact_domain::contract::Contract;

    use super::*;

    fn contract(version: u64, more: &Value) -> Contract {
        let mut contract = json!({
            "id": "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d", "version": version, "head": "5e".repeat(32),
            "origin": { "kind": "Marketplace" }, "recorded": "Draft",
            "matter": { "asset": {
                "subject": { "id": "taxi", "name": "Taxi trips", "accessLevel": "Private", "version": 1 },
                "scope": { "duration": { "days": 1 }, "offlineRetention": false, "fields": ["zone"],
                    "filters": [] },
            } },
            "provider": { "user": "petra" }, "consumer": { "user": "mia" },
            "createdAt": "2026-03-01T00:00:00Z", "updatedAt": "2026-03-01T00:00:00Z",
        });
        for (name, value) in more.as_object().unwrap() {
            contract[name] = value.clone();
        }
        serde_json::from_value(contract).unwrap()
    }

    fn sheet(contract: Contract) -> Sheet {
        Sheet::Contract(ContractRecord {
            contract,
            terms: None,
        })
    }

    pub(crate) fn draft(version: u64) -> Sheet {
        sheet(contract(version, &json!({})))
    }

    /// In force until 2 March 2026.
    pub(crate) fn active(version: u64) -> Contract {
        let more = json!({ "recorded": "Active", "effectiveAt": "2026-03-01T00:00:00Z",
            "expiresAt": "2026-03-02T00:00:00Z" });
        contract(version, &more)
    }

    pub(crate) fn in_force(version: u64) -> Sheet {
        sheet(active(version))
    }

    /// Proposed for a day, and approved where `concluded`.
    pub(crate) fn agreement(version: u64, concluded: bool) -> Sheet {
        let signatory = |organization: &str| json!({ "organization": organization, "name": "Fleet", "user": "mia" });
        let mut agreement = json!({
            "id": "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1e", "version": version, "head": "5e".repeat(32),
            "recorded": "Pending",
            "frame": {
                "entity": "asset", "contractNeeded": false, "valuePropositions": ["location"], "messages": [],
                "sharing": { "extent": "full", "overlap": false, "onward": "none", "automaticStart": false },
                "payer": "provider", "validFrom": "2026-03-01T00:00:00Z", "validTo": "2026-03-02T00:00:00Z",
            },
            "provider": signatory("dh.example"), "consumer": signatory("cl.example"), "onboarded": false,
            "createdAt": "2026-03-01T00:00:00Z", "updatedAt": "2026-03-01T00:00:00Z",
        });
        if concluded {
            agreement["recorded"] = json!("Active");
            agreement["approval"] = json!({ "author": { "kind": "system" }, "hash": "5e".repeat(32),
                "at": "2026-03-01T00:00:00Z" });
        }
        Sheet::Agreement(serde_json::from_value(agreement).unwrap())
    }

    #[test]
    fn keys_sort_by_version_and_name_the_content() {
        let (ninth, tenth) = (
            in_force(9).key(Digest::new([2; 32])),
            in_force(10).key(Digest::new([1; 32])),
        );
        assert!(ninth < tenth);
        let hash = "01".repeat(32);
        assert_eq!(
            tenth,
            format!("contracts/0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d/0000000010-{hash}.pdf")
        );
        assert_eq!(
            agreement(2, true).key(Digest::new([1; 32])),
            format!("agreements/0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1e/0000000002-{hash}.pdf")
        );
    }

    #[test]
    fn time_alone_makes_another_document_of_the_same_version() {
        let [before, after] = ["2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z"];
        for sheet in [in_force(6), agreement(2, true)] {
            let at = |now: &str| sheet.render(now.parse().unwrap()).unwrap();
            assert!(at(before) != at(after));
            assert!(at(before) == at(before));
        }
    }
}
