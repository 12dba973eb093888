//! Framework agreements to render.

use sharepact_document::{AgreementContent, agreement_watermark, platform_terms};
use sharepact_domain::agreement::{
    Agreement, AgreementStatus, Approval, Extent, Frame, Keyword, Onward, Sharing, Signatory,
};
use sharepact_domain::asset::Entity;
use sharepact_domain::contract::Ending;
use sharepact_domain::event::Digest;
use sharepact_domain::id::{AgreementId, OrganizationId, UserId};
use sharepact_domain::party::{Author, Side};
use sharepact_domain::terms::Terms;
use sharepact_domain::text::{Line, Note};

use super::instant;

/// The id of every one of them.
pub const ID: &str = "0192f0c1-1111-7a4b-8c5d-6e7f8a9b0c1d";

/// What `AgreementContent` borrows from.
pub struct AgreementSample {
    pub agreement: Agreement,
    pub platform: Terms,
    pub status: AgreementStatus,
    pub watermark: Option<String>,
}

impl AgreementSample {
    pub fn content(&self) -> AgreementContent<'_> {
        AgreementContent {
            agreement: &self.agreement,
            platform_terms: &self.platform,
            status: self.status,
            watermark: self.watermark.as_deref(),
        }
    }

    /// The sample in another status, with its usual watermark and what that status brings with it.
    pub fn with_status(mut self, status: AgreementStatus) -> Self {
        let agreement = &mut self.agreement;
        agreement.recorded = status;
        if matches!(status, AgreementStatus::Pending | AgreementStatus::Rejected) {
            agreement.approval = None;
        }
        let (by, reason, detail) = match status {
            AgreementStatus::Pending | AgreementStatus::Active => (None, None, None),
            AgreementStatus::Rejected => {
                let reason = Note::parse("Not with these fields.").unwrap();
                (Some(Side::Consumer), Some(reason), None)
            }
            AgreementStatus::Stopped => {
                let reason = Note::parse("The fleet is sold.").unwrap();
                let detail = Note::parse("All of it,\nvans included.").unwrap();
                (Some(Side::Provider), Some(reason), Some(detail))
            }
            AgreementStatus::Expired => (None, None, None),
        };
        agreement.ending = (!status.is_live()).then(|| Ending {
            by,
            reason,
            detail,
            at: instant("2026-06-01T12:00:00Z"),
        });
        self.status = status;
        self.watermark = agreement_watermark(status).map(str::to_owned);
        self
    }

    /// The sample between parties of that name, with a field of that name.
    pub fn named(mut self, name: &str) -> Self {
        let agreement = &mut self.agreement;
        agreement.provider.name = Line::parse(name).unwrap();
        agreement.consumer.name = Line::parse(name).unwrap();
        agreement.frame.sharing.extent = Extent::Partial([name.to_owned()].into());
        self
    }
}

/// Proposed and approved: four fields, two value propositions, three types of messages.
pub fn approved() -> AgreementSample {
    let keyword = |name: &str| Keyword::parse(name).unwrap();
    let signatory = |name: &str, organization: &str, user: &str| Signatory {
        organization: OrganizationId::parse(organization).unwrap(),
        name: Line::parse(name).unwrap(),
        user: UserId::parse(user).unwrap(),
    };
    let fields = ["position", "speed", "fuel_level", "odometer_km"];
    let agreement = Agreement {
        id: AgreementId::parse(ID).unwrap(),
        version: 2,
        head: Digest::new([0xa7; 32]),
        recorded: AgreementStatus::Active,
        frame: Frame {
            entity: Entity::Asset,
            sharing: Sharing {
                extent: Extent::Partial(fields.map(str::to_owned).into()),
                overlap: false,
                onward: Onward::Once,
                automatic_start: true,
            },
            contract_needed: true,
            value_propositions: ["vehicle-status", "location"].map(keyword).into(),
            messages: ["position", "trip-start", "trip-end"].map(keyword).into(),
            payer: Side::Consumer,
            valid_from: instant("2026-03-01T00:00:00Z"),
            valid_to: Some(instant("2028-12-31T23:00:00Z")),
        },
        provider: signatory("DataHaus Flotten GmbH, Zürich", "datahaus.example", "petra"),
        consumer: signatory("City Lab Athens (Αθήνα)", "citylab.example", "mia"),
        onboarded: false,
        approval: Some(Approval {
            author: Author::User {
                user: UserId::parse("carl").unwrap(),
                organization: Some(OrganizationId::parse("citylab.example").unwrap()),
            },
            hash: Digest::new([0x5e; 32]),
            at: instant("2026-03-01T10:15:30Z"),
        }),
        ending: None,
        created_at: instant("2026-03-01T09:00:00Z"),
        updated_at: instant("2026-03-01T10:15:30Z"),
    };
    AgreementSample {
        agreement,
        platform: platform_terms().unwrap(),
        status: AgreementStatus::Active,
        watermark: None,
    }
}

/// Concluded with an organisation that the provider brought: everything, without end.
pub fn onboarded() -> AgreementSample {
    let mut sample = approved();
    let Agreement {
        version,
        frame,
        provider,
        consumer,
        onboarded,
        approval,
        ..
    } = &mut sample.agreement;
    *version = 1;
    *onboarded = true;
    consumer.user = provider.user.clone();
    if let Some(approval) = approval {
        approval.at = instant("2026-03-01T09:00:00Z");
        approval.hash = Digest::new([0xa7; 32]);
    }
    frame.entity = Entity::Unit;
    frame.sharing = Sharing {
        extent: Extent::Full,
        overlap: true,
        onward: Onward::Unlimited,
        automatic_start: false,
    };
    frame.contract_needed = false;
    frame.messages.clear();
    frame.payer = Side::Provider;
    frame.valid_to = None;
    sample.agreement.updated_at = instant("2026-03-01T09:00:00Z");
    sample
}
