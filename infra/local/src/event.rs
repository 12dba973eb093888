//! A request as API Gateway hands it to a function: the HTTP API's payload, format 2.0.

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::authorizer;
use crate::template::ACCOUNT;

/// What the gateway knows of a request besides the request itself.
pub struct Context<'a> {
    /// `GET /contracts/{id}`.
    pub route: String,
    /// The path parameters, still percent-encoded.
    pub parameters: &'a [(String, String)],
    /// The token's claims, when the route takes one.
    pub claims: Option<&'a Map<String, Value>>,
    /// The request's identifier.
    pub request_id: &'a str,
    /// Who asks.
    pub peer: IpAddr,
    /// When.
    pub now: DateTime<Utc>,
}

/// A path parameter that is not percent-encoded UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct BadParameter;

/// The payload.
///
/// # Errors
/// When a path parameter is not percent-encoded UTF-8.
pub fn payload(parts: &Parts, body: &[u8], context: &Context<'_>) -> Result<Value, BadParameter> {
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let header = |name| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let host = header(HOST).unwrap_or("localhost");
    let mut request = json!({
        "accountId": ACCOUNT,
        "apiId": "local",
        "domainName": host,
        "domainPrefix": "local",
        "http": {
            "method": parts.method.as_str(),
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": context.peer.to_string(),
            "userAgent": header(USER_AGENT).unwrap_or_default(),
        },
        "requestId": context.request_id,
        "routeKey": context.route,
        "stage": "$default",
        "time": context.now.format("%d/%b/%Y:%H:%M:%S %z").to_string(),
        "timeEpoch": context.now.timestamp_millis(),
    });
    if let (Some(claims), Some(request)) = (context.claims, request.as_object_mut()) {
        let jwt = json!({ "claims": authorizer::stringify(claims), "scopes": null });
        request.insert("authorizer".to_owned(), json!({ "jwt": jwt }));
    }
    let mut payload = json!({
        "version": "2.0",
        "routeKey": context.route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(parts, context.peer, host),
        "requestContext": request,
        "isBase64Encoded": false,
    });
    if let Some(payload) = payload.as_object_mut() {
        let cookies = cookies(parts);
        if !cookies.is_empty() {
            payload.insert("cookies".to_owned(), json!(cookies));
        }
        let parameters = query_parameters(query);
        if !parameters.is_empty() {
            payload.insert("queryStringParameters".to_owned(), json!(parameters));
        }
        if !context.parameters.is_empty() {
            let decoded = context
                .parameters
                .iter()
                .map(|(name, value)| Ok((name.as_str(), decode(value)?)))
                .collect::<Result<BTreeMap<_, _>, BadParameter>>()?;
            payload.insert("pathParameters".to_owned(), json!(decoded));
        }
        if !body.is_empty() {
            let text = is_text(header(CONTENT_TYPE).unwrap_or_default())
                .then(|| std::str::from_utf8(body).ok())
                .flatten();
            payload.insert("isBase64Encoded".to_owned(), json!(text.is_none()));
            let encoded = text.map_or_else(|| STANDARD.encode(body), str::to_owned);
            payload.insert("body".to_owned(), json!(encoded));
        }
    }
    Ok(payload)
}

/// API Gateway passes these bodies on as they are, and every other one in Base64.
fn is_text(content_type: &str) -> bool {
    let media = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    media.starts_with("text/")
        || matches!(
            media.as_str(),
            "application/json" | "application/javascript" | "application/xml"
        )
}

/// Lower-case names, repeated ones joined by commas, cookies apart; the gateway's own forwarding
/// headers replace whatever the caller claims.
fn headers(parts: &Parts, peer: IpAddr, host: &str) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &parts.headers {
        if name == COOKIE {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    headers.insert("x-forwarded-for".to_owned(), peer.to_string());
    headers.insert("x-forwarded-port".to_owned(), port.to_owned());
    headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    headers
}

fn cookies(parts: &Parts) -> Vec<String> {
    parts
        .headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .map(|cookie| cookie.trim().to_owned())
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Decoded, repeated ones joined by commas; the functions read `rawQueryString` instead.
fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let lossy = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = lossy(value);
        parameters
            .entry(lossy(name))
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert(value);
    }
    parameters
}

/// Decodes once: `%252F` becomes `%2F`, and stays that.
fn decode(value: &str) -> Result<String, BadParameter> {
    percent_decode_str(value)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| BadParameter)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use http::Request;

    use super::*;

    fn make(request: http::request::Builder, body: &[u8], parameters: &[(&str, &str)]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let parameters: Vec<_> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let claims = json!({
            "sub": "u", "roles": ["manager", "operator"], "exp": 1_900_000_000, "deep": {"a": true},
        });
        payload(
            &parts,
            body,
            &Context {
                route: "POST /things/{id}".to_owned(),
                parameters: &parameters,
                claims: claims.as_object(),
                request_id: "r",
                peer: Ipv4Addr::LOCALHOST.into(),
                now: DateTime::UNIX_EPOCH,
            },
        )
        .unwrap()
    }

    #[test]
    fn claims_arrive_as_strings() {
        let event = make(Request::post("/things/x"), b"", &[]);
        assert_eq!(
            event.pointer("/requestContext/authorizer/jwt").unwrap(),
            &json!({
                "claims": {
                    "sub": "u", "roles": "[manager operator]", "exp": "1900000000",
                    "deep": "map[a:true]",
                },
                "scopes": null,
            })
        );
    }

    #[test]
    fn parameters_are_decoded_once() {
        let event = make(
            Request::post("/things/a%2Fb%252F?userId=a&userId=b%20c&x"),
            b"",
            &[("id", "a%2Fb%252F")],
        );
        assert_eq!(event.pointer("/pathParameters/id").unwrap(), "a/b%2F");
        assert_eq!(
            event.pointer("/queryStringParameters/userId").unwrap(),
            "a,b c"
        );
        assert_eq!(
            event.get("rawQueryString").unwrap(),
            "userId=a&userId=b%20c&x"
        );
        assert_eq!(event.get("rawPath").unwrap(), "/things/a%2Fb%252F");
        assert_eq!(
            event.pointer("/requestContext/time").unwrap(),
            "01/Jan/1970:00:00:00 +0000"
        );
    }

    #[test]
    fn headers_are_joined_and_cookies_go_apart() {
        let event = make(
            Request::post("/things/x")
                .header("X-One", "a")
                .header("X-One", "b")
                .header("cookie", "k=1; l=2")
                .header("x-forwarded-proto", "ftp"),
            b"",
            &[],
        );
        assert_eq!(event.pointer("/headers/x-one").unwrap(), "a,b");
        assert_eq!(event.pointer("/headers/x-forwarded-proto").unwrap(), "http");
        assert_eq!(event.get("cookies").unwrap(), &json!(["k=1", "l=2"]));
        assert!(event.pointer("/headers/cookie").is_none());
        assert!(event.get("body").is_none());
    }

    #[test]
    fn only_known_text_is_passed_on_as_it_is() {
        let json = Request::post("/x").header("content-type", "application/json; charset=utf-8");
        let event = make(json, b"{}", &[]);
        assert_eq!(event.get("body").unwrap(), "{}");
        assert_eq!(event.get("isBase64Encoded").unwrap(), false);
        let patch = Request::patch("/x").header("content-type", "application/merge-patch+json");
        let event = make(patch, b"{}", &[]);
        assert_eq!(event.get("body").unwrap(), "e30=");
        assert_eq!(event.get("isBase64Encoded").unwrap(), true);
    }

    #[test]
    fn a_parameter_that_is_no_text_is_refused() {
        assert_eq!(decode("%FF"), Err(BadParameter));
    }
}
