//! The OpenAPI document that is committed is the one that the code generates, and whatever an
//! operation says of itself exists.

use std::collections::BTreeSet;

use serde_json::Value;
use sharepact_http::ProblemType;
use sharepact_local::{openapi, operations};
use sharepact_runtime::Access;

#[test]
fn the_committed_document_is_the_generated_one() {
    let generated = openapi::document().expect("the document is generated");
    let committed = crate::read("infra/openapi.json");
    // Not assert_eq: the difference of two such texts is no message.
    assert!(
        committed == generated,
        "infra/openapi.json is not what the code generates: cargo run -- openapi > infra/openapi.json"
    );
}

#[test]
fn the_document_has_every_operation_and_no_other() {
    let document: Value = serde_json::from_str(&crate::read("infra/openapi.json")).expect("JSON");
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let id = operation["operationId"]
                .as_str()
                .expect("an operationId")
                .to_owned();
            // An empty list says that no token is needed.
            let open = operation["security"] == serde_json::json!([]);
            found.insert((id, method.to_uppercase(), path.clone(), open));
        }
    }
    let expected: BTreeSet<_> = operations::all()
        .iter()
        .map(|operation| {
            let (method, path) = (operation.method.to_string(), operation.path.to_owned());
            (
                operation.operation_id(),
                method,
                path,
                operation.access == Access::Open,
            )
        })
        .collect();
    assert_eq!(found, expected, "cargo run -- openapi > infra/openapi.json");
}

#[test]
fn the_problems_of_an_operation_are_in_the_registry() {
    let known: BTreeSet<_> = ProblemType::all().map(ProblemType::slug).collect();
    for operation in operations::all() {
        let mut seen = BTreeSet::new();
        for slug in operation.problems {
            assert!(
                known.contains(slug),
                "{} names the problem {slug}, which shared/http/src/problem.rs does not have",
                operation.name
            );
            assert!(seen.insert(slug), "{} names {slug} twice", operation.name);
        }
    }
}

#[test]
fn the_parameters_of_a_path_are_named_alike_everywhere() {
    for operation in operations::all() {
        for segment in operation
            .path
            .split('/')
            .filter(|segment| segment.contains('{'))
        {
            let name = segment.trim_start_matches('{').trim_end_matches('}');
            assert_eq!(segment, format!("{{{name}}}"), "{}", operation.path);
            let noun = operation.path.split('/').nth(1).unwrap_or_default();
            let expected = match noun {
                "contracts" | "webhooks" | "framework-agreements" | "sessions" => "id",
                "organizations" if name == "profileId" => "profileId",
                "organizations" => "id",
                "assets" => "assetId",
                // A transfer goes to an address, whoever it belongs to, and has an id of its own.
                "wallets" if operation.path.ends_with("/transfers/{id}") && name == "id" => "id",
                "wallets" if operation.path.contains("/transfers") => "ethaddress",
                "wallets" => "owner",
                other => panic!("say here what the parameter below /{other} is called"),
            };
            assert_eq!(
                name, expected,
                "{}: the handler reads it by that name",
                operation.path
            );
        }
    }
}
