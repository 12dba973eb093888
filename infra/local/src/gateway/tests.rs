use reqwest::Client;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::sample;
use crate::scratch::Scratch;
use crate::stack::Stack;

struct Bench {
    stack: Stack,
    http: Client,
    _scratch: Scratch,
}

async fn bench() -> Bench {
    let scratch = Scratch::new();
    Bench {
        stack: Stack::start(sample::options(scratch.path())).await.unwrap(),
        http: Client::new(),
        _scratch: scratch,
    }
}

impl Bench {
    fn ask(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.stack.url))
            .bearer_auth(&self.stack.tokens()["manager"])
    }

    async fn refused(&self, request: reqwest::RequestBuilder, status: u16, message: &str) {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(
            answer.json::<Value>().await.unwrap(),
            json!({ "message": message })
        );
    }
}

#[tokio::test]
async fn a_request_reaches_its_function_as_a_payload() {
    let bench = bench().await;
    let answer = bench
        .ask(Method::POST, "/things/a%2Fb?userId=x&userId=y%20z")
        .header("content-type", "application/merge-patch+json")
        .body(r#"{"a":1}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["etag"], "\"1\"");
    assert!(answer.headers().contains_key("apigw-requestid"));
    let seen: Value = answer.json().await.unwrap();
    assert_eq!(seen["operation"], "thing-change");
    assert_eq!(seen["id"], "a/b");
    assert_eq!(seen["users"], json!(["x", "y z"]));
    assert_eq!(seen["body"], r#"{"a":1}"#);
    assert_eq!(seen["claims"]["sub"], bench.stack.users()["manager"]);
    assert_eq!(seen["claims"]["org"], "acme-mobility");
    assert_eq!(seen["claims"]["roles"], "[manager]");
    assert!(seen["claims"]["exp"].is_string());
    bench.stack.shutdown().await;
}

#[tokio::test]
async fn an_open_route_takes_no_token_and_hands_none_on() {
    let bench = bench().await;
    let url = format!("{}/openapi.json", bench.stack.url);
    let seen: Value = bench
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(seen["operation"], "openapi-view");
    assert_eq!(seen["claims"], Value::Null);
    bench.stack.shutdown().await;
}

#[tokio::test]
async fn refusals_are_worded_as_the_gateway_words_them() {
    let bench = bench().await;
    let not_found = "Not Found";
    bench
        .refused(bench.ask(Method::GET, "/nothing"), 404, not_found)
        .await;
    bench
        .refused(bench.ask(Method::DELETE, "/things/x"), 404, not_found)
        .await;
    bench
        .refused(bench.ask(Method::GET, "/things/x/"), 404, not_found)
        .await;
    let head = bench.ask(Method::HEAD, "/things/x").send().await.unwrap();
    assert_eq!(head.status(), 404);

    let things = format!("{}/things/x", bench.stack.url);
    bench
        .refused(bench.http.get(&things), 401, "Unauthorized")
        .await;
    let answer = bench.http.get(&things).send().await.unwrap();
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    let answer = bench
        .http
        .get(&things)
        .bearer_auth("junk")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with("Bearer ") && challenge.contains("invalid_token"));

    let large = "x".repeat(BODY_LIMIT + 1);
    let request = bench.ask(Method::POST, "/things/x").body(large);
    bench
        .refused(request, 413, "Request Entity Too Large")
        .await;
    let request = bench
        .ask(Method::GET, "/things/x")
        .header("x-long", "x".repeat(HEAD_LIMIT));
    bench
        .refused(request, 431, "Request Header Fields Too Large")
        .await;
    let request = bench.ask(Method::GET, "/things/%FF");
    bench.refused(request, 400, "Bad Request").await;
    let fitting = bench
        .ask(Method::POST, "/things/x")
        .body("x".repeat(BODY_LIMIT));
    assert_eq!(fitting.send().await.unwrap().status(), 201);
    bench.stack.shutdown().await;
}

#[tokio::test]
async fn a_panic_ends_one_request_and_nothing_else() {
    let bench = bench().await;
    let request = bench.ask(Method::GET, "/things/panic");
    bench.refused(request, 500, "Internal Server Error").await;
    let answer = bench.ask(Method::GET, "/things/fine").send().await.unwrap();
    assert_eq!(answer.status(), 201);
    bench.stack.shutdown().await;
}

#[tokio::test]
async fn a_host_that_is_none_does_no_harm() {
    let bench = bench().await;
    let address = bench.stack.url.strip_prefix("http://").unwrap();
    for host in ["a b", "[", "localhost:99999", "1.2.3.999", "a%zz"] {
        let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
        let request =
            format!("GET /openapi.json HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{host}: {answer}");
    }
    bench.stack.shutdown().await;
}

#[tokio::test]
async fn the_issuer_shows_its_keys() {
    let bench = bench().await;
    let get = async |url: String| -> Value {
        bench
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    };
    let url = &bench.stack.url;
    let configuration = get(format!("{url}/.well-known/openid-configuration")).await;
    assert_eq!(configuration["issuer"], *url);
    let keys = get(configuration["jwks_uri"].as_str().unwrap().to_owned()).await;
    let key = &keys["keys"][0];
    assert_eq!(
        (&key["kty"], &key["alg"], &key["use"]),
        (&json!("RSA"), &json!("RS256"), &json!("sig"))
    );
    assert_eq!(key["kid"], bench.stack.issuer().key().id());
    assert!(key.get("d").is_none(), "the private half is never shown");
    bench.stack.shutdown().await;
}
