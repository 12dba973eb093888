use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

use super::*;
use crate::home::Home;
use crate::machine;
use crate::scratch::Scratch;
use crate::tokens::Issuer;

const ISSUER: &str = "http://localhost:9000";

struct Bench {
    issuer: Issuer,
    authorizer: Authorizer,
    _scratch: Scratch,
}

fn bench() -> Bench {
    let scratch = Scratch::new();
    let key = SigningKey::open(&Home::open(scratch.path()).unwrap()).unwrap();
    let authorizer = Authorizer::new(&key, ISSUER, "sharepact").unwrap();
    Bench {
        issuer: Issuer::new(key, ISSUER),
        authorizer,
        _scratch: scratch,
    }
}

impl Bench {
    fn check(&self, token: &str) -> Result<Map<String, Value>, Refusal> {
        self.authorizer
            .check(Some(&format!("Bearer {token}")), machine::now())
    }

    fn minted(&self, claims: Value) -> Result<Map<String, Value>, Refusal> {
        self.check(&self.issuer.mint(claims).unwrap())
    }
}

#[test]
fn a_good_token_opens_and_brings_its_claims() {
    let bench = bench();
    let claims = bench
        .minted(json!({ "sub": "u", "roles": ["manager"] }))
        .unwrap();
    assert_eq!(claims.get("sub").unwrap(), "u");
    assert_eq!(stringify(&claims).get("roles").unwrap(), "[manager]");
    // An array of audiences, and `client_id` where there is no `aud`.
    bench
        .minted(json!({ "aud": ["other", "sharepact"] }))
        .unwrap();
    bench
        .minted(json!({ "aud": null, "client_id": "sharepact" }))
        .unwrap();
    bench.minted(json!({ "nbf": null, "iat": null })).unwrap();
    let token = bench.issuer.mint(json!({})).unwrap();
    let lower = format!("bearer {token}");
    bench
        .authorizer
        .check(Some(&lower), machine::now())
        .unwrap();
}

#[test]
fn claims_that_do_not_fit_are_refused() {
    let bench = bench();
    let now = machine::now().timestamp();
    for (claims, refusal) in [
        (json!({ "iss": "http://localhost:9001" }), Refusal::Issuer),
        (json!({ "iss": null }), Refusal::Issuer),
        (json!({ "iss": [ISSUER] }), Refusal::Issuer),
        (json!({ "aud": "other" }), Refusal::Audience),
        (json!({ "aud": [] }), Refusal::Audience),
        (json!({ "aud": null }), Refusal::Audience),
        (
            json!({ "aud": "other", "client_id": "sharepact" }),
            Refusal::Audience,
        ),
        (json!({ "exp": now - 1 }), Refusal::Expired),
        (json!({ "exp": now }), Refusal::Expired),
        (json!({ "exp": null }), Refusal::Expired),
        (json!({ "exp": "never" }), Refusal::Expired),
        (json!({ "nbf": now + 60 }), Refusal::Early),
        (json!({ "iat": now + 60 }), Refusal::Early),
        (json!({ "nbf": "now" }), Refusal::Early),
    ] {
        assert_eq!(
            bench.minted(claims.clone()).err(),
            Some(refusal),
            "{claims}"
        );
    }
}

#[test]
fn only_the_issuers_key_counts() {
    let (bench, other) = (bench(), bench());
    let foreign = other.issuer.mint(json!({})).unwrap();
    assert_eq!(bench.check(&foreign).err(), Some(Refusal::Key));

    // The other key's signature under this key's name.
    let (_, body) = foreign.split_once('.').unwrap();
    let header = json!({ "alg": "RS256", "kid": bench.issuer.key().id() });
    let renamed = format!("{}.{body}", URL_SAFE_NO_PAD.encode(header.to_string()));
    assert_eq!(bench.check(&renamed).err(), Some(Refusal::Signature));

    // A claim that was changed after signing.
    let token = bench.issuer.mint(json!({ "sub": "u" })).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let changed = URL_SAFE_NO_PAD.encode(json!({ "sub": "v" }).to_string());
    let token = format!("{}.{changed}.{}", parts[0], parts[2]);
    assert_eq!(bench.check(&token).err(), Some(Refusal::Signature));
}

#[test]
fn the_token_does_not_choose_its_algorithm() {
    let bench = bench();
    let key = bench.issuer.key();
    let claims =
        json!({ "iss": ISSUER, "aud": "sharepact", "exp": machine::now().timestamp() + 60 });

    let none = json!({ "alg": "none", "kid": key.id() }).to_string();
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(none),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    assert_eq!(bench.check(&unsigned).err(), Some(Refusal::Algorithm));

    // HS256 with what everyone knows, the public key, as the secret.
    let public = serde_json::to_vec(key.public()).unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(key.id().to_owned());
    let confused =
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&public)).unwrap();
    assert_eq!(bench.check(&confused).err(), Some(Refusal::Algorithm));

    // No `kid`, and a key that the token brings along.
    for header in [
        json!({ "alg": "RS256" }),
        json!({ "alg": "RS256", "jwk": key.public() }),
        json!({ "alg": "RS256", "kid": "other" }),
    ] {
        let token = bench.issuer.mint(claims.clone()).unwrap();
        let (_, body) = token.split_once('.').unwrap();
        let token = format!("{}.{body}", URL_SAFE_NO_PAD.encode(header.to_string()));
        assert_eq!(bench.check(&token).err(), Some(Refusal::Key), "{header}");
    }
}

#[test]
fn what_is_no_token_is_refused() {
    let bench = bench();
    let now = machine::now();
    let token = bench.issuer.mint(json!({})).unwrap();
    for missing in [
        None,
        Some(""),
        Some("Bearer"),
        Some(token.as_str()),
        Some("Basic eA=="),
    ] {
        let refusal = bench.authorizer.check(missing, now).err();
        assert_eq!(refusal, Some(Refusal::Missing), "{missing:?}");
    }
    for junk in ["x", "a.b.c", "..", "é.é.é", &token.replace('.', "")] {
        assert_eq!(bench.check(junk).err(), Some(Refusal::Malformed), "{junk}");
    }
}
