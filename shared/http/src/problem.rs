//! Problems: the one registry of what can be wrong with a request (RFC 9457). `refusal` maps the domain's refusals onto it.
//!
//! The one rule: a problem says what would be right; what is nobody's business but ours stays in
//! `cause`, which is logged and never sent.

mod refusal;

use lambda_http::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use sharepact_domain::fault::{Fault, Rule, Violation};
use utoipa::ToSchema;

/// What `type` begins with.
const TYPE_PREFIX: &str = "urn:problem-type:sharepact:";

macro_rules! registry {
    ($($variant:ident, $slug:literal, $status:ident, $title:literal;)*) => {
        /// Every type of problem besides the domain's [`Rule`]s.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemType {
            $(#[doc = $title] $variant,)*
            /// A value that breaks a rule of the domain.
            Value(Rule),
        }

        impl ProblemType {
            /// The registry without the domain's rules.
            const OWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The last part of `type`.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self {
                    $(Self::$variant => $slug,)*
                    Self::Value(rule) => value(rule).0,
                }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$variant => StatusCode::$status,)*
                    Self::Value(_) => StatusCode::BAD_REQUEST,
                }
            }

            /// The title, the same for every occurrence.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)*
                    Self::Value(rule) => value(rule).1,
                }
            }
        }
    };
}

registry! {
    MalformedJson, "malformed-json", BAD_REQUEST, "The body is not JSON of the expected form";
    UnknownMember, "unknown-member", BAD_REQUEST, "The body has a member that is not known";
    MissingMember, "missing-member", BAD_REQUEST, "The body lacks a member";
    WrongType, "wrong-type", BAD_REQUEST, "A member of the body has the wrong type";
    ValidationFailed, "validation-failed", BAD_REQUEST, "Several values cannot be taken";
    InvalidParameter, "invalid-parameter", BAD_REQUEST, "A parameter of the path, the query or the header cannot be taken";
    InvalidCursor, "invalid-cursor", BAD_REQUEST, "The cursor does not belong to this list and caller";
    InvalidChallenge, "invalid-challenge", BAD_REQUEST, "The challenge was not issued for this owner and address";
    InvalidIdempotencyKey, "invalid-idempotency-key", BAD_REQUEST, "The Idempotency-Key cannot be taken";
    Unauthenticated, "unauthenticated", UNAUTHORIZED, "The request carries no usable identity";
    WrongSide, "wrong-side", FORBIDDEN, "The command belongs to the other side";
    ManagerRequired, "manager-required", FORBIDDEN, "Only the organisation's manager may bind it";
    SignatureMismatch, "signature-mismatch", FORBIDDEN, "The signature does not show that the address is the caller's";
    RoleRequired, "role-required", FORBIDDEN, "The caller lacks the role that this takes";
    OrganizationRequired, "organization-required", FORBIDDEN, "The caller acts for no organisation";
    NotFound, "not-found", NOT_FOUND, "There is no such thing for this caller";
    IllegalStatus, "illegal-status", CONFLICT, "The status does not admit the command";
    PasscodeInvalid, "passcode-invalid", NOT_FOUND, "The passcode cannot be used";
    InvitationInvalid, "invitation-invalid", NOT_FOUND, "The invitation cannot be followed";
    NotYourTurn, "not-your-turn", CONFLICT, "It is the other side's turn";
    SelfSharing, "self-sharing", CONFLICT, "Nobody shares with itself";
    PayerNotAllowed, "payer-not-allowed", CONFLICT, "The named payer may not pay";
    DuplicateAgreement, "duplicate-agreement", CONFLICT, "The two organisations have a live agreement on this kind of thing";
    AgreementNotActive, "agreement-not-active", CONFLICT, "The agreement is not in force";
    ContractNotActive, "contract-not-active", CONFLICT, "The contract is not in force";
    ContractNeeded, "contract-needed", CONFLICT, "The agreement asks for a contract";
    AssetNotYours, "asset-not-yours", CONFLICT, "The provider does not have the asset";
    WrongEntity, "wrong-entity", CONFLICT, "The agreement is for another kind of thing";
    OnwardNotAllowed, "onward-sharing-not-allowed", CONFLICT, "What was received may not be shared on like this";
    OnwardLoop, "onward-sharing-loop", CONFLICT, "What is shared on would come back to whom it came from";
    QuotaExceeded, "quota-exceeded", CONFLICT, "The contract admits no more assets";
    SessionOverlap, "session-overlap", CONFLICT, "The asset has a session towards the consumer that has not ended";
    TooEarly, "too-early", CONFLICT, "The session's time has not begun";
    UpstreamStopped, "upstream-stopped", CONFLICT, "What the session shares on does not run";
    BoundByContract, "bound-by-contract", CONFLICT, "The session has its contract's time";
    Conflict, "conflict", CONFLICT, "Somebody else was faster";
    LiveContract, "live-contract", CONFLICT, "The consumer's side has a live contract on the asset";
    OwnAsset, "own-asset", CONFLICT, "The asset is the caller's own";
    PublicAsset, "public-asset", CONFLICT, "The asset is acquired, not requested";
    NotPublic, "not-public", CONFLICT, "The asset is requested, not acquired";
    WalletRequired, "wallet-required", CONFLICT, "A wallet must be registered first";
    AssetTaken, "asset-taken", CONFLICT, "The asset's id belongs to somebody else";
    AddressTaken, "address-taken", CONFLICT, "The address belongs to somebody else";
    ChallengeExpired, "challenge-expired", CONFLICT, "The challenge's five minutes are over";
    ChallengeUsed, "challenge-used", CONFLICT, "The challenge has registered an address already";
    TooManyWebhooks, "too-many-webhooks", CONFLICT, "The party has as many webhooks as there may be";
    UnnamedOrganization, "unnamed-organization", CONFLICT, "The caller's organisation has no name yet";
    AlreadyJoined, "already-joined", CONFLICT, "The organisation's account owner has joined";
    StaleVersion, "stale-version", PRECONDITION_FAILED, "The thing has changed since it was read";
    TooLarge, "payload-too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    UnsupportedMediaType, "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body's media type is not JSON";
    IdempotencyKeyReused, "idempotency-key-reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used for another request";
    TooManyGuesses, "too-many-guesses", TOO_MANY_REQUESTS, "The caller has guessed wrong too often";
    KeyRequired, "idempotency-key-required", BAD_REQUEST, "The request takes an Idempotency-Key";
    AmountTooLarge, "amount-too-large", BAD_REQUEST, "The amount is over the limit";
    PlatformWalletEmpty, "platform-wallet-empty", CONFLICT, "The platform's wallet holds too little";
    LedgerOff, "ledger-off", SERVICE_UNAVAILABLE, "There is no blockchain here";
    NoDocument, "no-document", NOT_FOUND, "There is no document yet";
    EvidenceTooLarge, "evidence-too-large", UNPROCESSABLE_ENTITY, "The evidence does not fit into an answer";
    Internal, "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    Unavailable, "temporarily-unavailable", SERVICE_UNAVAILABLE, "The service cannot answer right now";
}

/// Slug and title of a broken rule of the domain.
fn value(rule: Rule) -> (&'static str, &'static str) {
    match rule {
        Rule::InvalidId => ("invalid-id", "An identifier is not one"),
        Rule::EmptySelection => ("empty-selection", "No field is chosen"),
        Rule::UnknownField => ("unknown-field", "The asset has no such field"),
        Rule::DuplicateField => ("duplicate-field", "A field is named twice"),
        Rule::InvalidFilter => ("invalid-filter", "A filter does not fit the field's type"),
        Rule::InvalidPrice => ("invalid-price", "A price cannot be taken"),
        Rule::UnknownCurrency => ("unknown-currency", "There is no such currency"),
        Rule::InvalidVat => ("invalid-vat", "The VAT rate is not from 0 to 100 percent"),
        Rule::InvalidTerms => ("invalid-terms", "The terms are blank or not printable"),
        Rule::TermsTooLong => ("terms-too-long", "The terms are over the limit"),
        Rule::HtmlInTerms => ("html-in-terms", "The terms hold raw HTML or an image"),
        Rule::InvalidAddress => ("invalid-address", "The address is no Ethereum address"),
        Rule::InvalidDuration => ("invalid-duration", "The duration cannot be taken"),
        Rule::InvalidText => ("invalid-text", "A text is blank, too long or not printable"),
        Rule::InvalidAsset => ("invalid-asset", "The asset's definition contradicts itself"),
        Rule::InvalidUrl => ("invalid-url", "The URL may not be called"),
        Rule::InvalidEventType => ("invalid-event-type", "There is no such type of event"),
        Rule::InvalidAmount => ("invalid-amount", "An amount of ether cannot be taken"),
        Rule::InvalidSignature => ("invalid-signature", "The signature is not one"),
        Rule::InvalidQuota => ("invalid-quota", "A number of assets cannot be taken"),
        Rule::InvalidTerm => ("invalid-term", "A time cannot be taken"),
        Rule::InvalidKeyword => (
            "invalid-keyword",
            "A value proposition or a type of message is not one",
        ),
        Rule::InvalidEmail => ("invalid-email", "An e-mail address is not one"),
        Rule::InvalidSettings => ("invalid-settings", "A setting cannot be taken"),
        Rule::MalformedPasscode => ("malformed-passcode", "The passcode is none by its form"),
    }
}

impl ProblemType {
    /// The whole registry.
    pub fn all() -> impl Iterator<Item = Self> {
        let own = Self::OWN.iter().copied();
        own.chain(Rule::ALL.into_iter().map(Self::Value))
    }

    /// The value of `type`.
    #[must_use]
    pub fn uri(self) -> String {
        format!("{TYPE_PREFIX}{}", self.slug())
    }
}

/// Where in the request a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A JSON Pointer into the body.
    Pointer(String),
    /// A parameter of the path or the query, or a header, by name.
    Parameter(String),
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorItem {
    /// The type of this error.
    pub r#type: String,
    /// JSON Pointer (RFC 6901) into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The name of the parameter or the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong, and what would be taken.
    pub detail: String,
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// The problem's type, a URI.
    pub r#type: String,
    /// The same for every problem of the type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong here, and what would be right.
    pub detail: String,
    /// The single faults, each with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorItem>,
    /// The commands that the caller may issue instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// The thing as it is now, where somebody else was faster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Value>,
    /// The request's id, for whoever reads the logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// A refusal on its way out.
#[must_use]
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its type.
    pub kind: ProblemType,
    /// What is wrong here.
    pub detail: String,
    /// The single faults.
    pub errors: Vec<(ProblemType, Place, String)>,
    /// What would be allowed.
    pub allowed: Option<Vec<&'static str>>,
    /// What is there now.
    pub current: Option<Value>,
    /// After how many seconds it is worth trying again, where that is known.
    pub retry_after: Option<u64>,
    /// For the log only.
    pub cause: Option<String>,
}

impl Problem {
    /// A problem with a sentence of detail.
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            allowed: None,
            current: None,
            retry_after: None,
            cause: None,
        }
    }

    /// One fault at one place.
    pub fn at(kind: ProblemType, place: Place, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let where_ = match &place {
            Place::Pointer(pointer) if pointer.is_empty() => "the body".to_owned(),
            Place::Pointer(name) | Place::Parameter(name) => name.clone(),
        };
        Self {
            errors: vec![(kind, place, detail.clone())],
            ..Self::new(kind, format!("{where_}: {detail}"))
        }
    }

    /// A parameter that breaks a rule of the domain.
    pub fn parameter(name: &str, fault: &Fault) -> Self {
        Self::at(
            ProblemType::Value(fault.rule),
            Place::Parameter(name.to_owned()),
            fault.detail.clone(),
        )
    }

    /// Whatever the caller asked for is not there, or not for the caller: no difference is shown.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ProblemType::NotFound,
            format!("there is no such {what} for this caller"),
        )
    }

    /// Something that is not the caller's fault; `cause` goes to the log only.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(
                ProblemType::Internal,
                "the request was not carried out; nothing was changed",
            )
        }
    }

    /// Passing trouble; `cause` goes to the log only.
    pub fn unavailable(cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            retry_after: Some(1),
            ..Self::new(
                ProblemType::Unavailable,
                "try again in a moment; nothing is half done",
            )
        }
    }

    /// The same, showing what is there now: a body that is JSON already.
    pub fn showing(self, body: &[u8]) -> Self {
        Self {
            current: serde_json::from_slice(body).ok(),
            ..self
        }
    }

    /// The document to send.
    #[must_use]
    pub fn document(&self, request_id: Option<String>) -> ProblemDocument {
        let item = |(kind, place, detail): &(ProblemType, Place, String)| {
            let (pointer, parameter) = match place.clone() {
                Place::Pointer(pointer) => (Some(pointer), None),
                Place::Parameter(parameter) => (None, Some(parameter)),
            };
            ErrorItem {
                r#type: kind.uri(),
                pointer,
                parameter,
                detail: detail.clone(),
            }
        };
        ProblemDocument {
            r#type: self.kind.uri(),
            title: self.kind.title().to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            errors: self.errors.iter().map(item).collect(),
            allowed: self
                .allowed
                .as_ref()
                .map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
            current: self.current.clone(),
            request_id,
        }
    }
}

/// Faults with one type are a problem of that type; faults of several types are `validation-failed`
/// with the types in `errors`.
impl From<Vec<Violation>> for Problem {
    fn from(violations: Vec<Violation>) -> Self {
        let kinds: Vec<_> = violations
            .iter()
            .map(|v| ProblemType::Value(v.fault.rule))
            .collect();
        let (kind, detail) = match (kinds.as_slice(), violations.as_slice()) {
            ([kind], [violation]) => (*kind, format!("{}: {}", violation.pointer, violation.fault)),
            ([kind, rest @ ..], _) if rest.iter().all(|other| other == kind) => {
                (*kind, format!("{} values cannot be taken", kinds.len()))
            }
            (_, _) => (
                ProblemType::ValidationFailed,
                format!("{} values cannot be taken", kinds.len()),
            ),
        };
        let errors = violations.into_iter().zip(kinds).map(|(violation, kind)| {
            (
                kind,
                Place::Pointer(violation.pointer),
                violation.fault.detail,
            )
        });
        Self {
            errors: errors.collect(),
            ..Self::new(kind, detail.trim_start_matches(": "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn slugs_are_unique_and_statuses_are_refusals() {
        let mut slugs = HashSet::new();
        for kind in ProblemType::all() {
            assert!(slugs.insert(kind.slug()), "{} stands twice", kind.slug());
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
        }
    }

    #[test]
    fn one_type_is_named_and_several_are_listed() {
        let at = |pointer: &str, rule| Fault::new(rule, "no").at(pointer);
        let one = Problem::from(vec![at("/price", Rule::InvalidPrice)]);
        assert_eq!(one.kind.slug(), "invalid-price");
        let same = Problem::from(vec![
            at("/a", Rule::InvalidText),
            at("/b", Rule::InvalidText),
        ]);
        assert_eq!(same.kind.slug(), "invalid-text");
        let mixed = Problem::from(vec![
            at("/a", Rule::InvalidText),
            at("/b", Rule::InvalidVat),
        ]);
        assert_eq!(mixed.kind, ProblemType::ValidationFailed);
        assert_eq!(mixed.document(None).errors.len(), 2);
    }

    #[test]
    fn causes_stay_inside() {
        let problem = Problem::internal("table sharepact-prod: secret");
        let sent = serde_json::to_string(&problem.document(None)).unwrap();
        assert!(!sent.contains("secret"));
    }
}
