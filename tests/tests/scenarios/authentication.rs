//! The gateway: nothing but the API's own description is open, and no token but a good one opens it.

use serde_json::{Value, json};
use sharepact_tests::{Answer, Api, Call, Person, scenario, skipped, unique};

fn refused(api: &Api, answer: Answer, rule: &str) {
    let answer = answer.must(401, rule);
    assert!(
        api.emulated() || answer.header("www-authenticate").is_some(),
        "a 401 says what is wrong\n{answer}"
    );
    assert_eq!(
        answer["message"], "Unauthorized",
        "the gateway answers in its own words"
    );
}

/// A request for every operation of the document that needs a token.
fn everything(person: &Person) -> Vec<Call> {
    let mut calls = Vec::new();
    for (_, method, path, operation) in person.api.description().operations() {
        if operation["security"].as_array().is_none_or(Vec::is_empty) {
            continue;
        }
        let path = path
            .replace("{id}", "0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d")
            .replace("{assetId}", "some-asset")
            .replace("{owner}", "somebody");
        calls.push(match method.as_str() {
            "get" => person.get(path),
            "post" => person.post(path, &json!({})),
            "put" => person.put(path, &json!({})),
            "patch" => person.patch(path, &json!({})),
            "delete" => person.delete(path),
            other => panic!("no operation has the method {other}"),
        });
    }
    calls
}

#[test]
fn without_a_token_nothing_is_open_but_the_description() {
    scenario(async |api| {
        let nobody = api.bearer(None);
        for call in everything(&nobody) {
            refused(&api, call.await, "every operation needs a token");
        }
        let open = nobody
            .get("/openapi.json")
            .await
            .must(200, "the description is for anyone");
        assert_eq!(open["openapi"], "3.1.0");
    });
}

#[test]
fn garbage_opens_nothing() {
    scenario(async |api| {
        let good = api.consumer().token.expect("a token");
        let parts: Vec<_> = good.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            panic!("a token has three parts");
        };
        // {"alg":"none"} and {"alg":"HS256"}, each with the good claims.
        let (none, hmac) = ("eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9");
        let other = api.provider().token.expect("a token");
        let others_claims = other.split('.').nth(1).expect("claims");
        for (token, what) in [
            ("garbage".to_owned(), "a word"),
            (".".to_owned(), "a dot"),
            ("..".to_owned(), "two dots"),
            (format!("{header}.{claims}"), "no signature"),
            (format!("{header}.{claims}."), "an empty signature"),
            (
                format!("{header}.{others_claims}.{signature}"),
                "another's claims",
            ),
            (format!("{none}.{claims}."), "no algorithm"),
            (format!("{hmac}.{claims}.{signature}"), "another algorithm"),
            (
                format!(
                    "{header}.{claims}.{}",
                    signature.chars().rev().collect::<String>()
                ),
                "a wrong signature",
            ),
        ] {
            for call in [
                api.bearer(Some(&token)).get("/contracts"),
                api.bearer(Some(&token)).post("/contracts", &json!({})),
            ] {
                refused(&api, call.await, &format!("{what} is no token"));
            }
        }
        let nobody = api.bearer(None);
        let mut schemes = vec![format!("Basic {good}"), "Bearer".to_owned(), String::new()];
        if api.stack().is_some() {
            schemes.push(good.clone());
        } else {
            skipped("the gateway of AWS takes a token without its scheme too");
        }
        for scheme in schemes {
            let call = nobody.get("/contracts").header("authorization", &scheme);
            refused(&api, call.await, "a token comes as Authorization: Bearer");
        }
        let lower = nobody
            .get("/contracts")
            .header("authorization", format!("bearer {good}"));
        lower.await.must(200, "the scheme has no case");
    });
}

#[test]
fn a_token_is_for_its_time_audience_and_issuer() {
    scenario(async |api| {
        let Some(good) = api.mint(json!({})) else {
            skipped("only a stack of this process makes tokens");
            return;
        };
        good.get("/contracts")
            .await
            .must(200, "a good token opens the door");
        for (claims, what) in [
            (json!({ "exp": 1_700_000_000 }), "an expired token"),
            (json!({ "exp": null }), "a token without end"),
            (
                json!({ "nbf": 4_000_000_000_u64 }),
                "a token that is not valid yet",
            ),
            (
                json!({ "aud": "somebody-else" }),
                "a token for somebody else",
            ),
            (json!({ "aud": null }), "a token for nobody"),
            (
                json!({ "iss": "https://elsewhere.example" }),
                "another issuer's token",
            ),
        ] {
            if api.emulated() && claims.get("exp").is_some_and(Value::is_null) {
                skipped("the emulated gateway lets a token hold for ever");
                continue;
            }
            let person = api.mint(claims).expect("a token is signed");
            refused(
                &api,
                person.get("/contracts").await,
                &format!("{what} opens nothing"),
            );
        }
        let forged = api.forge().expect("the issuer is known");
        let answer = forged.get("/contracts").await;
        refused(
            &api,
            answer,
            "a token that somebody else has signed opens nothing",
        );
    });
}

#[test]
fn a_token_that_names_nobody_is_no_identity() {
    scenario(async |api| {
        for claims in [
            json!({ "sub": "" }),
            json!({ "sub": "not an id" }),
            json!({ "org": "not an id" }),
        ] {
            let Some(person) = api.mint(claims.clone()) else {
                return skipped("only a stack of this process makes tokens");
            };
            let answer = person.get("/contracts").await;
            assert_eq!(answer.status, 401, "{claims} names nobody\n{answer}");
        }
        let Some(unknown) =
            api.mint(json!({ "roles": ["managers", "admin"], "org": unique("org") }))
        else {
            return;
        };
        let refused = unknown
            .put(
                format!("/assets/{}", unique("asset")),
                &sharepact_tests::asset("Private"),
            )
            .await;
        refused.must_refuse(
            403,
            "manager-required",
            "a role that is not known is no role",
        );
        let seen = unknown.get("/contracts").await.must(200, "a member looks");
        assert_eq!(seen["items"], json!([]));
        assert_eq!(seen["nextCursor"], Value::Null);
    });
}

#[test]
fn routes_that_are_not_there_are_not_there() {
    scenario(async |api| {
        let consumer = api.consumer();
        for path in [
            "/",
            "/contract",
            "/contracts/",
            "/assets/a/b/c",
            "/openapi.yaml",
            "/healthz",
        ] {
            consumer.get(path).await.must(404, "there is no such route");
        }
    });
}
