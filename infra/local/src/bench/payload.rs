//! A request as API Gateway hands it to a function.

use serde_json::{Value, json};
use sharepact_runtime::Operation;

use crate::Failure;

/// The payload (HTTP API, format 2.0) of a request to `operation`, as `user`.
pub(super) fn payload(
    operation: &Operation,
    id: Option<&str>,
    user: &str,
    body: Option<&Value>,
) -> String {
    let path = operation.path.replace("{id}", id.unwrap_or_default());
    let route = format!("{} {}", operation.method, operation.path);
    let mut payload = json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "application/json",
            "content-type": "application/json",
            "host": "localhost",
            "user-agent": "bench",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "bench",
            "authorizer": {"jwt": {
                "claims": {
                    "iss": "https://id.example.org", "aud": "sharepact", "sub": user,
                    "iat": "1750000000", "exp": "4000000000",
                },
                "scopes": null,
            }},
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": operation.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "bench",
            },
            "requestId": "bench",
            "routeKey": route,
            "stage": "$default",
            "time": "15/Jun/2025:15:06:40 +0000",
            "timeEpoch": 1_750_000_000_000_i64,
        },
        "isBase64Encoded": false,
    });
    if let Some(members) = payload.as_object_mut() {
        if let Some(id) = id {
            members.insert("pathParameters".to_owned(), json!({ "id": id }));
        }
        if let Some(body) = body {
            members.insert("body".to_owned(), json!(body.to_string()));
        }
    }
    payload.to_string()
}

/// The operation of this name.
pub(super) fn operation(name: &str) -> Result<&'static Operation, Failure> {
    sharepact_local::operations::all()
        .into_iter()
        .find(|operation| operation.name == name)
        .ok_or_else(|| format!("there is no operation {name}").into())
}
