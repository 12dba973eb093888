//! A request, as a handler sees it: who calls, and what with.

use std::collections::BTreeSet;

use lambda_http::http::{HeaderMap, header};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use sharepact_domain::event::Digest;
use sharepact_domain::fault::Fault;
use sharepact_domain::id::{OrganizationId, UserId};
use sharepact_domain::party::{Actor, Principal, Role};
use sharepact_domain::time::Timestamp;
use sharepact_domain::trace::TraceParent;

use crate::problem::Place;
use crate::{Precondition, Problem, ProblemType, Purpose, SealingKey, body};

/// Items of a page when the caller does not say.
const PAGE: usize = 25;
/// The most items of a page.
const LARGEST_PAGE: usize = 100;
/// How often a parameter may be repeated.
const MOST_REPEATED: usize = 100;
/// The longest idempotency key.
const LONGEST_KEY: usize = 255;

/// What a request with an `Idempotency-Key` is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key itself.
    pub text: String,
    /// Digest of caller, operation and key.
    pub scope: Digest,
    /// Digest of what is asked: path, query and body.
    pub fingerprint: Digest,
}

/// A request.
#[derive(Debug)]
pub struct Call {
    /// The request's instant: every rule of this request sees the same.
    pub now: Timestamp,
    operation: &'static str,
    principal: Option<Principal>,
    path: Vec<(String, String)>,
    raw_path: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Call {
    /// Takes an API Gateway request apart. `parameters` are the query parameters that the
    /// operation knows.
    ///
    /// # Errors
    /// A parameter that the operation does not know, or an identity that is none.
    pub fn from_request(
        operation: &'static str,
        parameters: &[&str],
        request: Request,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let principal = principal(&request)?;
        let pairs = |map: lambda_http::aws_lambda_events::query_map::QueryMap| {
            map.iter()
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect::<Vec<_>>()
        };
        let query = pairs(request.query_string_parameters());
        if let Some((unknown, _)) = query
            .iter()
            .find(|(name, _)| !parameters.contains(&name.as_str()))
        {
            let known = match parameters {
                [] => "no query parameters".to_owned(),
                names => names.join(", "),
            };
            return Err(Problem::at(
                ProblemType::InvalidParameter,
                Place::Parameter(unknown.clone()),
                format!("the operation takes {known}"),
            ));
        }
        Ok(Self {
            now,
            operation,
            principal,
            path: pairs(request.path_parameters()),
            raw_path: request.raw_http_path().to_owned(),
            query,
            headers: request.headers().clone(),
            body: request.into_body().to_vec(),
        })
    }

    /// The caller.
    ///
    /// # Errors
    /// `unauthenticated` when the gateway passed on no identity.
    pub fn principal(&self) -> Result<&Principal, Problem> {
        self.principal.as_ref().ok_or_else(|| {
            Problem::new(
                ProblemType::Unauthenticated,
                "send a bearer token: Authorization: Bearer …",
            )
        })
    }

    /// The trace that the request belongs to: its `traceparent`, or what API Gateway made up.
    #[must_use]
    pub fn trace(&self) -> Option<TraceParent> {
        let header = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        header("traceparent")
            .and_then(TraceParent::parse)
            .or_else(|| header("x-amzn-trace-id").and_then(TraceParent::from_xray))
    }

    /// The caller as the one who acts.
    ///
    /// # Errors
    /// As [`Self::principal`].
    pub fn actor(&self) -> Result<Actor, Problem> {
        self.principal().cloned().map(Actor::Caller)
    }

    /// A parameter of the path.
    ///
    /// # Errors
    /// The parameter's fault, with its name.
    pub fn path<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Result<T, Problem> {
        let found = self.path.iter().find(|(key, _)| key == name);
        let text = found.map_or("", |(_, value)| value.as_str());
        parse(text).map_err(|fault| Problem::parameter(name, &fault))
    }

    /// A query parameter that is given at most once.
    ///
    /// # Errors
    /// `invalid-parameter` when it is given twice.
    pub fn query<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, Problem> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(self.refuse(name, "takes one value")),
        }
    }

    /// The values of a query parameter that may be repeated, each once.
    ///
    /// # Errors
    /// `invalid-parameter` over 100 values, or the fault of one of them.
    pub fn queries<T: PartialEq>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Problem> {
        self.each(name, |text| {
            parse(text).map_err(|fault| Problem::parameter(name, &fault))
        })
    }

    /// The values of a query parameter that has words or numbers of its own, each once.
    ///
    /// # Errors
    /// `invalid-parameter` with `takes`, or over 100 values.
    pub fn choices<T: PartialEq>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        takes: &str,
    ) -> Result<Vec<T>, Problem> {
        self.each(name, |text| {
            parse(text).ok_or_else(|| self.refuse(name, takes))
        })
    }

    fn each<T: PartialEq>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, Problem>,
    ) -> Result<Vec<T>, Problem> {
        let mut values = Vec::new();
        for (index, text) in self.values(name).enumerate() {
            if index == MOST_REPEATED {
                return Err(self.refuse(name, &format!("takes at most {MOST_REPEATED} values")));
            }
            let value = parse(text)?;
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Ok(values)
    }

    /// `limit`: the most items of a page, 1 to 100.
    ///
    /// # Errors
    /// `invalid-parameter`.
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.query("limit")? {
            None => Ok(PAGE),
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=LARGEST_PAGE).contains(limit))
                .ok_or_else(|| {
                    self.refuse(
                        "limit",
                        &format!("takes a whole number from 1 to {LARGEST_PAGE}"),
                    )
                }),
        }
    }

    /// The position that `cursor` stands for.
    ///
    /// # Errors
    /// `invalid-cursor`.
    pub fn cursor(&self, key: &SealingKey) -> Result<Option<String>, Problem> {
        let Some(cursor) = self.query("cursor")? else {
            return Ok(None);
        };
        let position = key.open(Purpose::Cursor, &self.binding(), cursor);
        position.map(Some).ok_or_else(|| {
            Problem::new(
                ProblemType::InvalidCursor,
                "takes the nextCursor of this very list, unchanged; without a cursor the list begins anew",
            )
        })
    }

    /// The cursor for the page that begins after a position.
    #[must_use]
    pub fn seal(&self, key: &SealingKey, position: &str) -> String {
        key.seal(Purpose::Cursor, &self.binding(), position)
    }

    /// The body, read strictly.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let media_type = self
            .header(header::CONTENT_TYPE.as_str())
            .unwrap_or("application/json");
        let essence = media_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if !self.body.is_empty() && essence != "application/json" && !essence.ends_with("+json") {
            return Err(Problem::new(
                ProblemType::UnsupportedMediaType,
                "takes Content-Type: application/json",
            ));
        }
        body::read(&self.body)
    }

    /// Does the caller ask for JSON by name?
    #[must_use]
    pub fn accepts_json(&self) -> bool {
        self.header(header::ACCEPT.as_str())
            .is_some_and(|accept| accept.contains("application/json"))
    }

    /// `If-Match` and `If-None-Match`.
    #[must_use]
    pub fn precondition(&self) -> Precondition {
        Precondition::read(&self.headers)
    }

    /// The `Idempotency-Key`, if the request carries one: a quoted string as the draft standard
    /// has it, or bare.
    ///
    /// # Errors
    /// `invalid-idempotency-key` when it is empty, too long or not printable.
    pub fn idempotency_key(&self) -> Result<Option<IdempotencyKey>, Problem> {
        let Some(value) = self.headers.get("idempotency-key") else {
            return Ok(None);
        };
        let text = value.to_str().unwrap_or_default().trim();
        let key = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or(text);
        if key.is_empty()
            || key.len() > LONGEST_KEY
            || !key.bytes().all(|b| (0x20..0x7f).contains(&b))
        {
            return Err(Problem::at(
                ProblemType::InvalidIdempotencyKey,
                Place::Parameter("Idempotency-Key".to_owned()),
                format!("takes 1 to {LONGEST_KEY} printable ASCII characters, such as a UUID"),
            ));
        }
        let principal = self.principal()?;
        // The caller as the key's owner: a refreshed token is the same caller.
        let owner = (&principal.user, &principal.organization);
        Ok(Some(IdempotencyKey {
            text: key.to_owned(),
            scope: digest(&[&format!("{owner:?}"), self.operation, key]),
            fingerprint: self.fingerprint(),
        }))
    }

    /// What is asked, whatever the white space of the body.
    fn fingerprint(&self) -> Digest {
        let query = format!("{:?}", self.query);
        let body = serde_json::from_slice::<serde_json::Value>(&self.body)
            .ok()
            .and_then(|value| serde_json_canonicalizer::to_string(&value).ok())
            .unwrap_or_else(|| String::from_utf8_lossy(&self.body).into_owned());
        digest(&[&self.raw_path, &query, &body])
    }

    /// What a cursor is bound to: the operation, its path, its query but the page's own
    /// parameters, and the caller with its roles.
    fn binding(&self) -> String {
        let mut query: Vec<_> = self
            .query
            .iter()
            .filter(|(name, _)| name != "cursor" && name != "limit")
            .collect();
        query.sort();
        format!(
            "{} {:?} {query:?} {:?}",
            self.operation, self.path, self.principal
        )
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.query.iter();
        pairs
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A query parameter that cannot be taken.
    pub fn refuse(&self, name: &str, detail: &str) -> Problem {
        let place = Place::Parameter(name.to_owned());
        Problem::at(ProblemType::InvalidParameter, place, detail)
    }
}

/// SHA-256 over parts, each with its length, so that no two lists of parts run into each other.
fn digest(parts: &[&str]) -> Digest {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    Digest::new(hash.finalize().into())
}

/// The caller, from the claims that API Gateway's authoriser has checked.
fn principal(request: &Request) -> Result<Option<Principal>, Problem> {
    let context = request.request_context_ref();
    let Some(RequestContext::ApiGatewayV2(context)) = context else {
        return Ok(None);
    };
    let Some(jwt) = context
        .authorizer
        .as_ref()
        .and_then(|authorizer| authorizer.jwt.as_ref())
    else {
        return Ok(None);
    };
    let unusable = |claim: &str, fault: &Fault| {
        Problem::new(
            ProblemType::Unauthenticated,
            format!("the token's claim {claim}: {fault}"),
        )
    };
    let claim = |name: &str| {
        jwt.claims
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    };
    let user = UserId::parse(claim("sub").unwrap_or_default()).map_err(|f| unusable("sub", &f))?;
    let organization = claim("org")
        .map(OrganizationId::parse)
        .transpose()
        .map_err(|fault| unusable("org", &fault))?;
    Ok(Some(Principal {
        user,
        organization,
        roles: roles(claim("roles").unwrap_or_default()),
    }))
}

/// API Gateway passes a list claim on as `[manager operator]`; a single role may come bare.
fn roles(claim: &str) -> BTreeSet<Role> {
    claim
        .trim_start_matches('[')
        .trim_end_matches(']')
        .split([' ', ','])
        .filter_map(|name| Role::parse(name.trim_matches('"')))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_the_gateway_spells_them() {
        for (claim, expected) in [
            ("", vec![]),
            ("manager", vec![Role::Manager]),
            ("[manager operator]", vec![Role::Manager, Role::Operator]),
            (
                "[\"manager\",\"operator\"]",
                vec![Role::Manager, Role::Operator],
            ),
            ("[managers]", vec![]),
        ] {
            assert_eq!(roles(claim), expected.into_iter().collect(), "{claim}");
        }
    }

    #[test]
    fn digests_keep_their_parts_apart() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}
