//! The bodies of the commands on a contract, and the merge-patch that picks one of them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use sharepact_domain::contract::{Command, CommandKind, Status};
use sharepact_domain::money::{Currency, Money, Vat};
use sharepact_domain::terms::Terms;
use sharepact_domain::text::Text;
use utoipa::ToSchema;

use crate::problem::Place;
use crate::{Check, Problem, ProblemType};

/// A body that is a command.
pub trait CommandBody: DeserializeOwned {
    /// The command, parsed.
    ///
    /// # Errors
    /// Every fault that shows without the contract.
    fn command(self) -> Result<Command, Problem>;
}

/// No members.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Nothing)]
pub struct NoBody {}

/// A provider declines a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Decline)]
pub struct DeclineBody {
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A provider answers a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Draft)]
pub struct DraftBody {
    /// The net price, a decimal string with at most the currency's decimals.
    #[schema(example = "1250.00")]
    pub price: String,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
    /// The VAT rate in percent, 0 to 100, a decimal string.
    #[schema(example = "24")]
    pub vat: String,
    /// The terms: CommonMark without raw HTML and images, at most 100,000 characters.
    pub terms: String,
}

/// The side whose turn it is offers another price, other terms or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Negotiation)]
pub struct NegotiateBody {
    /// The new net price in the draft's currency.
    #[serde(default)]
    pub price: Option<String>,
    /// The new terms.
    #[serde(default)]
    pub terms: Option<String>,
    /// A word to the other side.
    #[serde(default)]
    pub comment: Option<String>,
}

/// Either side walks away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Rejection)]
pub struct RejectBody {
    /// Why.
    pub reason: String,
}

/// The provider states that payment was completed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = Activation)]
pub struct ActivateBody {
    /// By which the payment can be found.
    #[schema(example = "INV-2026-0042")]
    pub payment_reference: String,
}

/// Either side ends an active contract.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Stop)]
pub struct StopBody {
    /// Why, shown to both sides.
    pub reason: String,
    /// More about it, shown to both sides.
    #[serde(default)]
    pub detail: Option<String>,
}

impl CommandBody for NoBody {
    fn command(self) -> Result<Command, Problem> {
        Ok(Command::Accept)
    }
}

impl CommandBody for DeclineBody {
    fn command(self) -> Result<Command, Problem> {
        let mut check = Check::default();
        let reason = check.optional("/reason", self.reason.as_deref().map(Text::parse));
        check.finish(Some(Command::Decline { reason }))
    }
}

impl CommandBody for DraftBody {
    fn command(self) -> Result<Command, Problem> {
        let mut check = Check::default();
        let currency = check.at("/currency", Currency::parse(&self.currency));
        let price = currency.and_then(|c| check.at("/price", Money::parse(&self.price, c)));
        let vat = check.at("/vat", Vat::parse(&self.vat));
        let terms = check.at("/terms", Terms::parse(&self.terms));
        let command = price.zip(vat).zip(terms);
        check.finish(command.map(|((price, vat), terms)| Command::Draft { price, vat, terms }))
    }
}

impl CommandBody for NegotiateBody {
    fn command(self) -> Result<Command, Problem> {
        let mut check = Check::default();
        let terms = check.optional("/terms", self.terms.as_deref().map(Terms::parse));
        let comment = check.optional("/comment", self.comment.as_deref().map(Text::parse));
        check.finish(Some(Command::Negotiate {
            price: self.price,
            terms,
            comment,
        }))
    }
}

impl CommandBody for RejectBody {
    fn command(self) -> Result<Command, Problem> {
        let mut check = Check::default();
        let reason = check.at("/reason", Text::parse(&self.reason));
        check.finish(reason.map(|reason| Command::Reject { reason }))
    }
}

impl CommandBody for ActivateBody {
    fn command(self) -> Result<Command, Problem> {
        let mut check = Check::default();
        let reference = check.at("/paymentReference", Text::parse(&self.payment_reference));
        check.finish(reference.map(|payment_reference| Command::Activate { payment_reference }))
    }
}

impl CommandBody for StopBody {
    fn command(self) -> Result<Command, Problem> {
        let mut check = Check::default();
        let reason = check.at("/reason", Text::parse(&self.reason));
        let detail = check.optional("/detail", self.detail.as_deref().map(Text::parse));
        check.finish(reason.map(|reason| Command::Stop { reason, detail }))
    }
}

/// A merge-patch (RFC 7396): the status it names picks the command, and the other members are that
/// command's. Nothing of a contract can be removed, so no member may be null.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ContractPatch)]
pub struct UpdateBody {
    /// Declined, Draft, Negotiate, Signed, Rejected, Active or Stopped.
    pub status: String,
    /// With Draft and Negotiate.
    #[serde(default, deserialize_with = "present")]
    pub price: Option<String>,
    /// With Draft.
    #[serde(default, deserialize_with = "present")]
    pub currency: Option<String>,
    /// With Draft.
    #[serde(default, deserialize_with = "present")]
    pub vat: Option<String>,
    /// With Draft and Negotiate.
    #[serde(default, deserialize_with = "present")]
    pub terms: Option<String>,
    /// With Negotiate.
    #[serde(default, deserialize_with = "present")]
    pub comment: Option<String>,
    /// With Declined, Rejected and Stopped.
    #[serde(default, deserialize_with = "present")]
    pub reason: Option<String>,
    /// With Stopped.
    #[serde(default, deserialize_with = "present")]
    pub detail: Option<String>,
    /// With Active.
    #[serde(default, deserialize_with = "present")]
    pub payment_reference: Option<String>,
}

/// A member that may be absent but not null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

impl CommandBody for UpdateBody {
    fn command(self) -> Result<Command, Problem> {
        let kind = self.picks()?;
        self.belongs(kind)?;
        let need = |name: &str, value: Option<String>| {
            value.ok_or_else(|| {
                let detail = format!("missing field `{name}`: {} takes it", kind.name());
                let place = Place::Pointer(format!("/{name}"));
                Problem::at(ProblemType::MissingMember, place, detail)
            })
        };
        match kind {
            CommandKind::Decline => DeclineBody {
                reason: self.reason,
            }
            .command(),
            CommandKind::Draft => DraftBody {
                price: need("price", self.price)?,
                currency: need("currency", self.currency)?,
                vat: need("vat", self.vat)?,
                terms: need("terms", self.terms)?,
            }
            .command(),
            CommandKind::Negotiate => NegotiateBody {
                price: self.price,
                terms: self.terms,
                comment: self.comment,
            }
            .command(),
            CommandKind::Accept => Ok(Command::Accept),
            CommandKind::Reject => RejectBody {
                reason: need("reason", self.reason)?,
            }
            .command(),
            CommandKind::Activate => ActivateBody {
                payment_reference: need("paymentReference", self.payment_reference)?,
            }
            .command(),
            CommandKind::Stop
            | CommandKind::Extend
            | CommandKind::Follow
            | CommandKind::Warn
            | CommandKind::Expire => StopBody {
                reason: need("reason", self.reason)?,
                detail: self.detail,
            }
            .command(),
        }
    }
}

impl UpdateBody {
    /// The command that leads to the named status.
    fn picks(&self) -> Result<CommandKind, Problem> {
        match Status::parse(&self.status) {
            Some(Status::Declined) => Ok(CommandKind::Decline),
            Some(Status::Draft) => Ok(CommandKind::Draft),
            Some(Status::Negotiate) => Ok(CommandKind::Negotiate),
            Some(Status::Signed) => Ok(CommandKind::Accept),
            Some(Status::Rejected) => Ok(CommandKind::Reject),
            Some(Status::Active) => Ok(CommandKind::Activate),
            Some(Status::Stopped) => Ok(CommandKind::Stop),
            Some(Status::Request | Status::Expired) | None => Err(Problem::at(
                ProblemType::WrongType,
                Place::Pointer("/status".to_owned()),
                "takes Declined, Draft, Negotiate, Signed, Rejected, Active or Stopped",
            )),
        }
    }

    /// Every member belongs to the command: what would be ignored is refused.
    fn belongs(&self, kind: CommandKind) -> Result<(), Problem> {
        let taken: &[&str] = match kind {
            CommandKind::Draft => &["price", "currency", "vat", "terms"],
            CommandKind::Negotiate => &["price", "terms", "comment"],
            CommandKind::Accept => &[],
            CommandKind::Decline | CommandKind::Reject => &["reason"],
            CommandKind::Activate => &["paymentReference"],
            CommandKind::Stop
            | CommandKind::Extend
            | CommandKind::Follow
            | CommandKind::Warn
            | CommandKind::Expire => &["reason", "detail"],
        };
        let given = [
            ("price", &self.price),
            ("currency", &self.currency),
            ("vat", &self.vat),
            ("terms", &self.terms),
            ("comment", &self.comment),
            ("reason", &self.reason),
            ("detail", &self.detail),
            ("paymentReference", &self.payment_reference),
        ];
        let stray = given
            .into_iter()
            .find(|(name, value)| value.is_some() && !taken.contains(name));
        match stray {
            None => Ok(()),
            Some((name, _)) => {
                let known = match taken {
                    [] => "nothing besides the status".to_owned(),
                    names => names.join(", "),
                };
                Err(Problem::at(
                    ProblemType::UnknownMember,
                    Place::Pointer(format!("/{name}")),
                    format!("a change to {} takes {known}", self.status),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(json: &str) -> Result<Command, Problem> {
        crate::body::read::<UpdateBody>(json.as_bytes())?.command()
    }

    #[test]
    fn the_status_picks_the_command() {
        for (json, kind) in [
            (r#"{"status":"Declined"}"#, CommandKind::Decline),
            (
                r#"{"status":"Draft","price":"1","currency":"EUR","vat":"0","terms":"t"}"#,
                CommandKind::Draft,
            ),
            (
                r#"{"status":"Negotiate","price":"1"}"#,
                CommandKind::Negotiate,
            ),
            (r#"{"status":"Signed"}"#, CommandKind::Accept),
            (r#"{"status":"Rejected","reason":"r"}"#, CommandKind::Reject),
            (
                r#"{"status":"Active","paymentReference":"p"}"#,
                CommandKind::Activate,
            ),
            (
                r#"{"status":"Stopped","reason":"r","detail":"d"}"#,
                CommandKind::Stop,
            ),
        ] {
            assert_eq!(command(json).unwrap().kind(), kind, "{json}");
        }
    }

    #[test]
    fn what_is_no_part_of_the_command_is_refused() {
        for (json, slug) in [
            ("{}", "missing-member"),
            (r#"{"status":"Expired"}"#, "wrong-type"),
            (r#"{"status":"Request"}"#, "wrong-type"),
            (r#"{"status":"active"}"#, "wrong-type"),
            (r#"{"status":"Signed","price":"1"}"#, "unknown-member"),
            (
                r#"{"status":"Negotiate","currency":"EUR"}"#,
                "unknown-member",
            ),
            (r#"{"status":"Rejected"}"#, "missing-member"),
            (r#"{"status":"Rejected","reason":null}"#, "wrong-type"),
            (r#"{"status":"Draft","price":"1"}"#, "missing-member"),
        ] {
            assert_eq!(command(json).unwrap_err().kind.slug(), slug, "{json}");
        }
    }

    #[test]
    fn every_fault_of_a_draft_is_named() {
        let json = r#"{"price":"-1","currency":"EUR","vat":"101","terms":"<b>"}"#;
        let body: DraftBody = crate::body::read(json.as_bytes()).unwrap();
        let problem = body.command().unwrap_err();
        let places: Vec<_> = problem
            .document(None)
            .errors
            .into_iter()
            .filter_map(|e| e.pointer)
            .collect();
        assert_eq!(places, ["/price", "/vat", "/terms"]);
    }
}
