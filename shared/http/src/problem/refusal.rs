//! The one mapping of the domain's refusals onto the registry of problems.

use sharepact_domain::agreement::{AgreementCommandKind, AgreementRefusal};
use sharepact_domain::contract::{CommandKind, Refusal};
use sharepact_domain::session::{CreateRefusal, SessionCommandKind, SessionRefusal};

use super::{Place, Problem, ProblemType};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        let names = |kinds: Vec<CommandKind>| kinds.into_iter().map(CommandKind::name).collect();
        let (kind, allowed) = match refusal {
            Refusal::Invalid(violations) => return violations.into(),
            Refusal::NotAParty => return Self::not_found("contract or asset"),
            Refusal::WrongSide { allowed, .. } => (ProblemType::WrongSide, Some(names(allowed))),
            Refusal::OnlyProvider => (ProblemType::WrongSide, Some(Vec::new())),
            Refusal::NotManager => (ProblemType::ManagerRequired, Some(Vec::new())),
            Refusal::IllegalStatus { allowed, .. } => {
                (ProblemType::IllegalStatus, Some(names(allowed)))
            }
            Refusal::NotYourTurn { allowed, .. } => {
                (ProblemType::NotYourTurn, Some(names(allowed)))
            }
            Refusal::AgreementNotActive { .. } => (ProblemType::AgreementNotActive, None),
            Refusal::WalletRequired { .. } => (ProblemType::WalletRequired, None),
            Refusal::OwnAsset => (ProblemType::OwnAsset, None),
            Refusal::PublicAsset => (ProblemType::PublicAsset, None),
            Refusal::NotPublic => (ProblemType::NotPublic, None),
            Refusal::LiveContract { .. } => (ProblemType::LiveContract, None),
        };
        Self {
            allowed,
            ..Self::new(kind, detail)
        }
    }
}

impl From<AgreementRefusal> for Problem {
    fn from(refusal: AgreementRefusal) -> Self {
        let detail = refusal.to_string();
        let names = |kinds: Vec<AgreementCommandKind>| {
            let names = kinds.into_iter().map(AgreementCommandKind::name);
            Some(names.collect())
        };
        let (kind, allowed) = match refusal {
            AgreementRefusal::Invalid(violations) => return violations.into(),
            AgreementRefusal::NotAParty => return Self::not_found("agreement"),
            AgreementRefusal::NoOrganization => (ProblemType::OrganizationRequired, None),
            AgreementRefusal::NotManager => (ProblemType::RoleRequired, Some(Vec::new())),
            AgreementRefusal::WrongSide { allowed, .. } => (ProblemType::WrongSide, names(allowed)),
            AgreementRefusal::IllegalStatus { allowed, .. } => {
                (ProblemType::IllegalStatus, names(allowed))
            }
            AgreementRefusal::SelfSharing => (ProblemType::SelfSharing, None),
            AgreementRefusal::PayerNotAllowed(_) => {
                let place = Place::Pointer("/payer".to_owned());
                return Self::at(ProblemType::PayerNotAllowed, place, detail);
            }
        };
        Self {
            allowed,
            ..Self::new(kind, detail)
        }
    }
}

impl From<SessionRefusal> for Problem {
    fn from(refusal: SessionRefusal) -> Self {
        let detail = refusal.to_string();
        let names = |kinds: Vec<SessionCommandKind>| {
            let names = kinds.into_iter().map(SessionCommandKind::name);
            Some(names.collect())
        };
        let (kind, allowed) = match refusal {
            SessionRefusal::Invalid(violations) => return violations.into(),
            SessionRefusal::NotAParty => return Self::not_found("session"),
            SessionRefusal::NotManager => (ProblemType::RoleRequired, Some(Vec::new())),
            SessionRefusal::WrongSide { allowed, .. } => (ProblemType::WrongSide, names(allowed)),
            SessionRefusal::IllegalStatus { allowed, .. } => {
                (ProblemType::IllegalStatus, names(allowed))
            }
            SessionRefusal::TooEarly { .. } => (ProblemType::TooEarly, None),
            SessionRefusal::UpstreamStopped => (ProblemType::UpstreamStopped, None),
            SessionRefusal::BoundByContract => (ProblemType::BoundByContract, None),
        };
        Self {
            allowed,
            ..Self::new(kind, detail)
        }
    }
}

impl From<CreateRefusal> for Problem {
    fn from(refusal: CreateRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            CreateRefusal::Invalid(violations) => violations.into(),
            CreateRefusal::NotAParty => Self::not_found("agreement"),
            CreateRefusal::NoSuchContract => {
                let place = Place::Pointer("/contractId".to_owned());
                Self::at(ProblemType::NotFound, place, detail)
            }
            CreateRefusal::OnlyProvider => Self::new(ProblemType::WrongSide, detail),
            CreateRefusal::NotManager => Self::new(ProblemType::RoleRequired, detail),
            CreateRefusal::AgreementNotActive(_) => {
                Self::new(ProblemType::AgreementNotActive, detail)
            }
            CreateRefusal::ContractNeeded => Self::new(ProblemType::ContractNeeded, detail),
            CreateRefusal::ContractNotActive(_) => {
                Self::new(ProblemType::ContractNotActive, detail)
            }
            CreateRefusal::QuotaExceeded { .. } => Self::new(ProblemType::QuotaExceeded, detail),
            CreateRefusal::AssetNotYours(places) => {
                Self::listed(ProblemType::AssetNotYours, &places, &detail)
            }
            CreateRefusal::WrongEntity { places, .. } => {
                Self::listed(ProblemType::WrongEntity, &places, &detail)
            }
            CreateRefusal::OnwardNotAllowed(places) => {
                Self::listed(ProblemType::OnwardNotAllowed, &places, &detail)
            }
            CreateRefusal::OnwardLoop(places) => {
                Self::listed(ProblemType::OnwardLoop, &places, &detail)
            }
        }
    }
}

impl Problem {
    /// One type of problem at several places of a list of assets.
    pub fn listed(kind: ProblemType, places: &[usize], detail: &str) -> Self {
        let error = |place: &usize| {
            let pointer = Place::Pointer(format!("/assetIds/{place}"));
            (kind, pointer, detail.to_owned())
        };
        Self {
            errors: places.iter().map(error).collect(),
            ..Self::new(kind, detail)
        }
    }
}
