//! Contracts and agreements to render: the usual ones, and what a test makes of them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "used in part by tests, benchmark and example; what it builds is fixed"
)]

pub mod agreement;

use sharepact_document::{Content, platform_terms, watermark};
use sharepact_domain::asset::{AccessLevel, Entity};
use sharepact_domain::contract::{
    Acceptance, Contract, Duration, Matter, Offer, Origin, Quota, Scope, Status, Subject,
};
use sharepact_domain::event::Digest;
use sharepact_domain::id::{AgreementId, AssetId, ContractId, OrganizationId, UserId};
use sharepact_domain::money::{Currency, Money, Vat};
use sharepact_domain::party::{Author, Party, Side};
use sharepact_domain::selection::{Condition, Filter, Selection};
use sharepact_domain::terms::Terms;
use sharepact_domain::text::{Line, Note};
use sharepact_domain::time::Timestamp;

/// What `Content` borrows from.
pub struct Sample {
    pub contract: Contract,
    pub terms: Option<Terms>,
    pub platform: Terms,
    pub status: Status,
    pub watermark: Option<String>,
}

impl Sample {
    pub fn content(&self) -> Content<'_> {
        Content {
            contract: &self.contract,
            terms: self.terms.as_ref(),
            platform_terms: &self.platform,
            status: self.status,
            watermark: self.watermark.as_deref(),
        }
    }

    /// The asset that it is about.
    pub fn subject(&mut self) -> &mut Subject {
        match &mut self.contract.matter {
            Matter::Asset { subject, .. } => subject,
            Matter::Quota(_) => panic!("a quota is about no asset"),
        }
    }

    /// What was asked for.
    pub fn scope(&mut self) -> &mut Scope {
        match &mut self.contract.matter {
            Matter::Asset { scope, .. } => scope,
            Matter::Quota(_) => panic!("nobody asked for a quota"),
        }
    }

    /// The sample with other terms.
    pub fn with_terms(mut self, text: &str) -> Self {
        let terms = Terms::parse(text).unwrap();
        if let Some(offer) = &mut self.contract.offer {
            offer.terms_hash = terms.digest();
        }
        self.terms = Some(terms);
        self
    }

    /// The sample in another status, with its usual watermark.
    pub fn with_status(mut self, status: Status) -> Self {
        self.contract.recorded = status;
        self.status = status;
        self.watermark = watermark(status).map(str::to_owned);
        self
    }
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn party(user: &str, organization: &str) -> Party {
    Party {
        user: UserId::parse(user).unwrap(),
        organization: Some(OrganizationId::parse(organization).unwrap()),
    }
}

/// Three pages: eight fields, three filters, terms of nine sections.
pub fn three_pages() -> Sample {
    let mut sample = signed();
    let selection = &mut sample.scope().selection;
    selection.fields.truncate(8);
    selection.filters.truncate(3);
    sample.platform = Terms::parse(
        "The platform records offers and acceptances with their time and author. It is no party to \
         the contract and does not warrant that the data are correct or complete.",
    )
    .unwrap();
    sample
}

/// Five pages: thirty fields, ten filters, terms of nine sections, the platform's own terms.
pub fn signed() -> Sample {
    let terms = Terms::parse(include_str!("terms.md")).unwrap();
    let at = instant("2026-03-04T10:15:30Z");
    let mut fields: Vec<String> = [
        "picked_up",
        "dropped_off",
        "zone",
        "fare",
        "Τιμή",
        "Цена",
        "größe_m²",
        "área",
    ]
    .map(str::to_owned)
    .to_vec();
    fields.extend((1..=22).map(|n| format!("sensor_{n:02}_reading")));
    let filter = |field: &str, condition| Filter {
        field: field.to_owned(),
        condition,
    };
    let range = |from: &str, to: &str| Condition::Range {
        from: Some(from.to_owned()),
        to: Some(to.to_owned()),
    };
    let mut filters = vec![
        filter("picked_up", range("2024-01-01", "2025-12-31")),
        filter(
            "zone",
            Condition::Values {
                values: ["Αθήνα", "Київ", "Zürich", "Kraków"]
                    .map(str::to_owned)
                    .to_vec(),
            },
        ),
        filter(
            "fare",
            Condition::Range {
                from: Some("2.50".to_owned()),
                to: None,
            },
        ),
    ];
    filters.extend((1..=7).map(|n| filter(&format!("sensor_{n:02}_reading"), range("0", "100"))));
    let contract = Contract {
        id: ContractId::parse("0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d").unwrap(),
        version: 6,
        head: Digest::new([0xa7; 32]),
        origin: Origin::Marketplace,
        recorded: Status::Active,
        turn: None,
        matter: Matter::Asset {
            subject: Subject {
                id: AssetId::parse("taxi-trips").unwrap(),
                name: Line::parse("Taxi trips of Athens (Αθήνα), Kyiv (Київ) and Zürich").unwrap(),
                access_level: AccessLevel::Private,
                version: 3,
            },
            scope: Scope {
                duration: Duration::Days(365),
                offline_retention: false,
                selection: Selection { fields, filters },
                comment: Some(Note::parse("A study of traffic at night.").unwrap()),
            },
        },
        provider: party("petra", "datahaus.example"),
        consumer: party("mia", "citylab.example"),
        offer: Some(Offer {
            revision: 3,
            by: Side::Provider,
            price: Money::parse("1250", Currency::parse("EUR").unwrap()).unwrap(),
            vat: Vat::parse("24").unwrap(),
            terms_hash: terms.digest(),
            at: instant("2026-03-03T16:02:00Z"),
        }),
        acceptance: Some(Acceptance {
            by: Side::Consumer,
            author: Author::User {
                user: UserId::parse("mia").unwrap(),
                organization: Some(OrganizationId::parse("citylab.example").unwrap()),
            },
            revision: 3,
            hash: Digest::new([0x5e; 32]),
            at,
        }),
        effective_at: Some(instant("2026-03-06T08:00:00Z")),
        expires_at: Some(instant("2027-03-06T08:00:00Z")),
        warned: None,
        payment_reference: Some(Line::parse("RF18 5390 0754 7034").unwrap()),
        ending: None,
        created_at: instant("2026-03-01T09:00:00Z"),
        updated_at: instant("2026-03-06T08:00:00Z"),
    };
    Sample {
        contract,
        terms: Some(terms),
        platform: platform_terms().unwrap(),
        status: Status::Active,
        watermark: None,
    }
}

/// A quota of fifty assets under a framework agreement.
pub fn quota() -> Sample {
    let mut sample = signed();
    sample.terms = None;
    sample.contract = Contract {
        version: 1,
        origin: Origin::Framework {
            agreement: AgreementId::parse(agreement::ID).unwrap(),
        },
        matter: Matter::Quota(Quota {
            assets: 50,
            entity: Entity::Asset,
            not_after: Some(instant("2028-12-31T23:00:00Z")),
        }),
        provider: party("petra", "datahaus.example"),
        consumer: party("mia", "citylab.example"),
        offer: None,
        acceptance: None,
        payment_reference: None,
        updated_at: instant("2026-03-01T09:00:00Z"),
        ..sample.contract
    };
    sample
}
