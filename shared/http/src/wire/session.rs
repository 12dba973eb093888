//! A session on the wire.
//!
//! The one rule: what is shown is what holds now, with all that the session hangs from; what is recorded shows in the
//! version alone.

use serde::{Deserialize, Serialize};
use sharepact_domain::fault::{Fault, Rule};
use sharepact_domain::id::{AgreementId, AssetId, ContractId};
use sharepact_domain::party::{Principal, Side};
use sharepact_domain::session::{Lineage, MOST_AT_ONCE, Session, SessionCommand};
use sharepact_domain::text::Text;
use sharepact_domain::time::Timestamp;
use utoipa::ToSchema;

use super::PartyView;
use super::organization::{given, removable};
use crate::{Check, Problem};

/// What a provider sends to make sessions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = SessionRequest)]
pub struct SessionBody {
    /// The agreement that they stand under.
    #[schema(example = "019614a0-7c3e-7b52-9d1f-4a6be0c2f7d8")]
    pub agreement_id: String,
    /// The quota contract that they stand under; left out for none.
    #[serde(default)]
    pub contract_id: Option<String>,
    /// The assets, 1 to 100 of them, each once: a session for each of them, or none at all.
    pub asset_ids: Vec<String>,
    /// The earliest they may run, RFC 3339; now, or when what they hang from begins, without it.
    #[serde(default)]
    #[schema(example = "2026-04-01T08:00:00Z")]
    pub valid_from: Option<String>,
    /// Their own end, RFC 3339; without it that of what they hang from ends them.
    #[serde(default)]
    pub valid_to: Option<String>,
}

/// What sessions are wanted, as far as the request alone shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionWish {
    /// The agreement.
    pub agreement: AgreementId,
    /// The quota contract.
    pub contract: Option<ContractId>,
    /// The assets.
    pub assets: Vec<AssetId>,
    /// The earliest the sessions may run.
    pub valid_from: Option<Timestamp>,
    /// Their own end.
    pub valid_to: Option<Timestamp>,
}

impl SessionBody {
    /// The wish, parsed.
    ///
    /// # Errors
    /// Every fault, with its place.
    pub fn parse(self) -> Result<SessionWish, Problem> {
        let mut check = Check::default();
        let agreement = check.at("/agreementId", AgreementId::parse(&self.agreement_id));
        let contract = self.contract_id.as_deref().map(ContractId::parse);
        let contract = check.optional("/contractId", contract);
        let assets = assets(&self.asset_ids, &mut check);
        let valid_from = self.valid_from.as_deref().map(instant);
        let valid_from = check.optional("/validFrom", valid_from);
        let valid_to = self.valid_to.as_deref().map(instant);
        let valid_to = check.optional("/validTo", valid_to);
        check.finish(agreement.map(|agreement| SessionWish {
            agreement,
            contract,
            assets,
            valid_from,
            valid_to,
        }))
    }
}

fn assets(ids: &[String], check: &mut Check) -> Vec<AssetId> {
    if !(1..=MOST_AT_ONCE).contains(&ids.len()) {
        let detail = format!("takes 1 to {MOST_AT_ONCE} assets");
        let fault = Fault::new(Rule::InvalidAsset, detail);
        check.at::<()>("/assetIds", Err(fault));
        return Vec::new();
    }
    let read = ids.iter().enumerate();
    read.filter_map(|(index, id)| check.at(&format!("/assetIds/{index}"), AssetId::parse(id)))
        .collect()
}

fn instant(text: &str) -> Result<Timestamp, Fault> {
    let read = text.parse::<Timestamp>();
    read.map_err(|error| Fault::new(Rule::InvalidTerm, error.to_string()))
}

/// What a provider sends to change when a session may run: a merge patch (RFC 7396).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = SessionPatch)]
pub struct SessionPatchBody {
    /// The earliest it may run, RFC 3339; it stays once the session has begun.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false, example = "2026-04-01T08:00:00Z")]
    pub valid_from: Option<String>,
    /// Its own end, RFC 3339; null takes it away.
    #[serde(default, deserialize_with = "removable")]
    #[schema(value_type = Option<String>, example = "2026-04-30T18:00:00Z")]
    pub valid_to: Option<Option<String>>,
}

/// Whoever turns a session off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SessionStop)]
pub struct SessionStopBody {
    /// Why, shown to both sides.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Whoever turns a session on: no members.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SessionStart)]
pub struct SessionStartBody {}

/// A body that is a command on a session.
pub trait SessionCommandBody: serde::de::DeserializeOwned {
    /// The command, parsed.
    ///
    /// # Errors
    /// Every fault that shows without the session.
    fn command(self) -> Result<SessionCommand, Problem>;
}

impl SessionCommandBody for SessionStartBody {
    fn command(self) -> Result<SessionCommand, Problem> {
        Ok(SessionCommand::Start)
    }
}

impl SessionCommandBody for SessionStopBody {
    fn command(self) -> Result<SessionCommand, Problem> {
        let mut check = Check::default();
        let reason = check.optional("/reason", self.reason.as_deref().map(Text::parse));
        check.finish(Some(SessionCommand::Stop { reason }))
    }
}

impl SessionCommandBody for SessionPatchBody {
    fn command(self) -> Result<SessionCommand, Problem> {
        let mut check = Check::default();
        let valid_from = self.valid_from.as_deref().map(instant);
        let valid_from = check.optional("/validFrom", valid_from);
        let valid_to = self.valid_to.map(|end| {
            let end = end.as_deref().map(instant);
            check.optional("/validTo", end)
        });
        check.finish(Some(SessionCommand::Change {
            valid_from,
            valid_to,
        }))
    }
}

/// A session as the caller sees it now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub struct SessionView {
    /// Its id, which names what it stands under.
    #[schema(
        example = "019614a0-7c3e-7b52-9d1f-4a6be0c2f7d8.019614a1-0b2c-7d3e-8f4a-5b6c7d8e9f0a"
    )]
    pub id: String,
    /// The agreement that it stands under.
    pub agreement_id: String,
    /// The quota contract that it stands under; null for none.
    pub contract_id: Option<String>,
    /// The asset or unit whose data is shared.
    pub asset_id: String,
    /// Its name when the session was made.
    pub asset_name: String,
    /// Who shares it.
    pub provider: PartyView,
    /// Who uses it.
    pub consumer: PartyView,
    /// The status that holds now: Scheduled, Running, Stopped or Ended. One that is on is Stopped while something it shares
    /// on is.
    pub status: String,
    /// The earliest it may run.
    pub valid_from: String,
    /// Its own end; null where what it hangs from ends it.
    pub valid_to: Option<String>,
    /// When it ended or will end, as far as anything says so now.
    pub ends_at: Option<String>,
    /// Because of what: time, agreement, contract or upstream.
    pub end_cause: Option<String>,
    /// Does it start by itself when its time begins?
    pub automatic_start: bool,
    /// Is what it shares received from others?
    pub onward: bool,
    /// What the caller may do now.
    pub allowed: Vec<String>,
    /// The number of its events so far; the entity tag is made of it and of what holds now.
    pub version: u64,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

impl SessionView {
    /// The session as `principal` sees it at `now`.
    #[must_use]
    pub fn new(
        session: &Session,
        lineage: &Lineage,
        principal: &Principal,
        now: Timestamp,
    ) -> Self {
        let standing = session.standing(lineage, now);
        let allowed = session.allowed(lineage, principal, now);
        Self {
            id: session.id.to_string(),
            agreement_id: session.id.agreement().to_string(),
            contract_id: session.id.contract().map(|id| id.to_string()),
            asset_id: session.asset.id.to_string(),
            asset_name: session.asset.name.to_string(),
            provider: PartyView::from(session.party(Side::Provider)),
            consumer: PartyView::from(session.party(Side::Consumer)),
            status: standing.status.name().to_owned(),
            valid_from: session.valid_from.to_string(),
            valid_to: session.valid_to.map(|end| end.to_string()),
            ends_at: standing.end.map(|end| end.at.to_string()),
            end_cause: standing.end.map(|end| end.cause.name().to_owned()),
            automatic_start: session.automatic,
            onward: !session.upstream.is_empty(),
            allowed: allowed
                .into_iter()
                .map(|kind| kind.name().to_owned())
                .collect(),
            version: session.version,
            created_at: session.created_at.to_string(),
            updated_at: session.updated_at.to_string(),
        }
    }

    /// The entity tag of the session at `now`: its version, its status, its end, and whether anything it hangs from keeps it
    /// from starting. Each of the latter changes without a write.
    #[must_use]
    pub fn tag(session: &Session, lineage: &Lineage, now: Timestamp) -> String {
        let standing = session.standing(lineage, now);
        let held = session.valid_from > now || !lineage.flows(now);
        let end = standing.end.map_or_else(String::new, |end| {
            format!("-{}-{}", end.at, end.cause.name())
        });
        let held = if held { "-held" } else { "" };
        format!(
            "\"{}-{}{end}{held}\"",
            session.version,
            standing.status.name()
        )
    }
}

/// Sessions that were made, in the order of the assets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MadeSessions {
    /// The sessions.
    pub items: Vec<SessionView>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(json: &str) -> Result<SessionWish, Problem> {
        crate::body::read::<SessionBody>(json.as_bytes())?.parse()
    }

    #[test]
    fn every_fault_of_a_wish_is_named() {
        let json = r#"{"agreementId":"x","contractId":"y","assetIds":["ok","!bad"],"validFrom":"soon","validTo":"later"}"#;
        let problem = body(json).unwrap_err();
        let places: Vec<_> = problem
            .document(None)
            .errors
            .into_iter()
            .filter_map(|error| error.pointer)
            .collect();
        let expected = [
            "/agreementId",
            "/contractId",
            "/assetIds/1",
            "/validFrom",
            "/validTo",
        ];
        assert_eq!(places, expected);
    }

    #[test]
    fn a_list_has_one_asset_at_least_and_a_hundred_at_most() {
        let agreement = "019614a0-7c3e-7b52-9d1f-4a6be0c2f7d8";
        for (count, fits) in [(0, false), (1, true), (100, true), (101, false)] {
            let assets: Vec<_> = (0..count).map(|index| format!("a{index}")).collect();
            let json = serde_json::json!({ "agreementId": agreement, "assetIds": assets });
            assert_eq!(body(&json.to_string()).is_ok(), fits, "{count}");
        }
    }

    #[test]
    fn null_takes_an_end_away_and_absence_leaves_it() {
        let read = |json: &str| {
            let body = crate::body::read::<SessionPatchBody>(json.as_bytes())?;
            body.command()
        };
        for (json, expected) in [
            ("{}", None),
            (r#"{"validTo":null}"#, Some(None)),
            (
                r#"{"validTo":"2026-04-01T08:00:00Z"}"#,
                Some(Some("2026-04-01T08:00:00Z".parse().unwrap())),
            ),
        ] {
            let expected = SessionCommand::Change {
                valid_from: None,
                valid_to: expected,
            };
            assert_eq!(read(json).unwrap(), expected, "{json}");
        }
        assert!(read(r#"{"validFrom":null}"#).is_err());
        assert!(read(r#"{"validTo":"soon"}"#).is_err());
    }
}
