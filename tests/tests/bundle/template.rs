//! Every operation has its function in the template, with its route, its authoriser and exactly its
//! rights; and there is no other function.

use std::collections::BTreeSet;

use serde_norway::Value;
use sharepact_local::operations;
use sharepact_local::template::{Effect, Names, Route, Template};
use sharepact_runtime::{Access, Grant, Operation};

fn load() -> Template {
    Template::parse(&crate::read("template.yaml")).expect("template.yaml can be read")
}

/// The right as IAM has it: action and resource.
fn right(grant: Grant, table: &str) -> (String, String) {
    let (action, resource) = match grant {
        Grant::BatchGet => ("BatchGetItem", table.to_owned()),
        Grant::Query => ("Query", table.to_owned()),
        Grant::QueryIndex(index) => ("Query", format!("{table}/index/{index}")),
        Grant::Put => ("PutItem", table.to_owned()),
        Grant::Delete => ("DeleteItem", table.to_owned()),
    };
    (format!("dynamodb:{action}"), resource)
}

fn rights(operation: &Operation, table: &str) -> BTreeSet<(String, String)> {
    let mut rights = BTreeSet::new();
    for grant in operation.grants {
        let fresh = rights.insert(right(*grant, table));
        assert!(
            fresh,
            "{}: {grant:?} stands twice in its grants",
            operation.name
        );
    }
    rights
}

fn resource<'a>(template: &'a Template, name: &str) -> &'a Value {
    let resource = template
        .document
        .get("Resources")
        .and_then(|all| all.get(name));
    resource.unwrap_or_else(|| panic!("template.yaml has no resource {name}"))
}

fn properties<'a>(template: &'a Template, name: &str) -> &'a Value {
    let properties = resource(template, name).get("Properties");
    properties.unwrap_or_else(|| panic!("{name} has no Properties"))
}

fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Sequence(items)) => items.iter().collect(),
        Some(one) => vec![one],
    }
}

#[test]
fn every_operation_is_one_function_and_every_function_one_operation() {
    let template = load();
    let expected: BTreeSet<_> = operations::all().iter().map(|o| o.resource()).collect();
    let found: BTreeSet<_> = template.functions.keys().cloned().collect();
    assert_eq!(
        found, expected,
        "left: the functions of template.yaml; right: the operations of the code, in CamelCase. Add \
         what is missing, remove what is left over"
    );
    assert_eq!(
        expected.len(),
        operations::all().len(),
        "two operations have one name"
    );
}

#[test]
fn a_function_has_its_operations_route_code_and_authoriser() {
    let template = load();
    for operation in operations::all() {
        let (name, resource_name) = (operation.name, operation.resource());
        let function = &template.functions[&resource_name];
        let route = Route {
            method: operation.method.to_string(),
            path: operation.path.to_owned(),
            open: operation.access == Access::Open,
        };
        assert_eq!(
            function.routes,
            [route],
            "{resource_name} takes one route, its operation's; open only where access is Open \
             (Auth: {{ Authorizer: NONE }})"
        );
        let code = format!("target/lambda/{name}/");
        assert_eq!(
            function.code.as_deref(),
            Some(code.as_str()),
            "{resource_name}.CodeUri"
        );
        let noted = resource(&template, &resource_name).get("Metadata");
        let noted = noted
            .and_then(|metadata| metadata.get("Operation"))
            .and_then(Value::as_str);
        assert_eq!(noted, Some(name), "{resource_name}.Metadata.Operation");
        let properties = properties(&template, &resource_name);
        for own in [
            "Runtime",
            "Handler",
            "Role",
            "PermissionsBoundary",
            "FunctionUrlConfig",
        ] {
            let message = "is for Globals, where no function is without it, or for none";
            assert!(
                properties.get(own).is_none(),
                "{resource_name}.{own} {message}"
            );
        }
        // A route of another API, or an authoriser of its own, would be another door.
        for event in properties
            .get("Events")
            .and_then(Value::as_mapping)
            .into_iter()
            .flatten()
        {
            let event = event.1.get("Properties").expect("a route has Properties");
            let names = names(&template);
            let api = names
                .text(event.get("ApiId").expect("ApiId"))
                .expect("a reference");
            assert_eq!(api, "Api", "{resource_name} answers the one API");
            let auth = event.get("Auth");
            assert_eq!(
                auth.is_some(),
                operation.access == Access::Open,
                "{resource_name}: only an open route has Auth, the others take the default"
            );
        }
    }
}

#[test]
fn a_route_without_auth_takes_a_token() {
    let template = load();
    let auth = properties(&template, "Api")
        .get("Auth")
        .expect("Api has Auth");
    let default = auth.get("DefaultAuthorizer").and_then(Value::as_str);
    assert_eq!(default, Some("Token"), "Api.Auth.DefaultAuthorizer");
    let token = auth
        .get("Authorizers")
        .and_then(|all| all.get("Token"))
        .expect("Token");
    let identity = token.get("IdentitySource").and_then(Value::as_str);
    assert_eq!(identity, Some("$request.header.Authorization"));
    let jwt = token
        .get("JwtConfiguration")
        .expect("Token is a JWT authoriser");
    assert!(jwt.get("issuer").is_some() && jwt.get("audience").is_some());
    let all = auth
        .get("Authorizers")
        .and_then(Value::as_mapping)
        .map(serde_norway::Mapping::len);
    assert_eq!(all, Some(1), "one authoriser: another one is another door");
}

#[test]
fn a_functions_policy_is_its_operations_grants() {
    let template = load();
    let table = template.table.arn();
    for operation in operations::all() {
        let name = operation.resource();
        let mut found = BTreeSet::new();
        for statement in &template.functions[&name].statements {
            assert_eq!(
                statement.effect,
                Effect::Allow,
                "{name} denies: it is granted too much"
            );
            for text in statement.actions.iter().chain(&statement.resources) {
                assert!(!text.contains(['*', '?']), "{name} has the wildcard {text}");
            }
            for action in &statement.actions {
                found.extend(
                    statement
                        .resources
                        .iter()
                        .map(|arn| (action.clone(), arn.clone())),
                );
            }
        }
        assert_eq!(
            found,
            rights(operation, &table),
            "left: the Policies of {name} in template.yaml; right: the grants of {}. They change \
             together, and tests/tests/inside shows which of them are used",
            operation.name
        );
        only_the_table(&template, &name);
    }
}

/// What the local reader of policies leaves out: other services, managed policies, connectors.
fn only_the_table(template: &Template, name: &str) {
    let properties = properties(template, name);
    for policy in list(properties.get("Policies")) {
        let statements = list(policy.get("Statement"));
        assert!(
            !statements.is_empty(),
            "{name} takes a policy by name: write its statements out"
        );
        for statement in statements {
            for action in list(statement.get("Action")) {
                let action = action.as_str().expect("an action is a text");
                assert!(
                    action.starts_with("dynamodb:"),
                    "{name} is granted {action}, which no Grant of the code names"
                );
            }
        }
    }
    assert!(
        properties.get("Connectors").is_none(),
        "{name} is granted rights by a connector"
    );
}

/// What the references in the boundary stand for.
fn names(template: &Template) -> Names {
    let mut names = Names::pseudo();
    for name in [
        "Api",
        "Table",
        "FunctionLogs",
        "FunctionBoundary",
        "CursorKey",
    ] {
        names.refer(name, name);
    }
    names.attribute("Table", "Arn", template.table.arn());
    names.attribute("FunctionLogs", "Arn", "arn:logs");
    names
}

#[test]
fn the_boundary_holds_the_rights_of_all_functions_and_no_others() {
    let template = load();
    let names = names(&template);
    let globals = template
        .document
        .get("Globals")
        .and_then(|all| all.get("Function"));
    let boundary = globals
        .and_then(|all| all.get("PermissionsBoundary"))
        .expect("a boundary");
    assert_eq!(
        names.text(boundary).expect("a reference"),
        "FunctionBoundary"
    );

    let document = properties(&template, "FunctionBoundary").get("PolicyDocument");
    let statements = list(document.and_then(|document| document.get("Statement")));
    let texts = |value: Option<&Value>| -> BTreeSet<String> {
        let values = list(value);
        values
            .into_iter()
            .map(|value| names.text(value).expect("a text"))
            .collect()
    };
    let (mut actions, mut resources) = (BTreeSet::new(), BTreeSet::new());
    for statement in statements {
        let these = texts(statement.get("Action"));
        if these.iter().all(|action| action.starts_with("dynamodb:")) {
            actions.extend(these);
            resources.extend(texts(statement.get("Resource")));
        } else {
            // For what SAM adds to every function: logs, traces, keys. No table.
            let mixed = these
                .iter()
                .any(|action| action.starts_with("dynamodb") || action == "*");
            assert!(
                !mixed,
                "a statement of FunctionBoundary mixes the table with {these:?}"
            );
        }
    }
    let table = template.table.arn();
    let all: BTreeSet<_> = operations::all()
        .into_iter()
        .flat_map(|operation| rights(operation, &table))
        .collect();
    let granted: BTreeSet<_> = all.iter().map(|(action, _)| action.clone()).collect();
    let message = "left: FunctionBoundary; right: what the operations are granted, together";
    assert_eq!(actions, granted, "{message}");
    let granted: BTreeSet<_> = all.into_iter().map(|(_, resource)| resource).collect();
    assert_eq!(resources, granted, "{message}");
}

#[test]
fn the_table_has_what_it_is_asked_for_and_survives_its_stack() {
    let template = load();
    let indexes: BTreeSet<_> = template
        .table
        .indexes
        .iter()
        .map(|index| index.name.as_str())
        .collect();
    for operation in operations::all() {
        for grant in operation.grants {
            if let Grant::QueryIndex(index) = grant {
                assert!(
                    indexes.contains(index),
                    "{} reads {index}: no such index",
                    operation.name
                );
            }
        }
    }
    for index in &template.table.indexes {
        assert_eq!(
            index.projection, "ALL",
            "{}: a list answers whole items",
            index.name
        );
    }
    assert_eq!(template.table.ttl.as_deref(), Some("ttl"));
    let table = properties(&template, "Table");
    let flag = |holder: &Value, name: &str| holder.get(name).and_then(Value::as_bool);
    assert_eq!(flag(table, "DeletionProtectionEnabled"), Some(true));
    let recovery = table
        .get("PointInTimeRecoverySpecification")
        .expect("recovery");
    assert_eq!(flag(recovery, "PointInTimeRecoveryEnabled"), Some(true));
    let sealed = table.get("SSESpecification").expect("encryption");
    assert_eq!(flag(sealed, "SSEEnabled"), Some(true));
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        let found = resource(&template, "Table")
            .get(policy)
            .and_then(Value::as_str);
        assert_eq!(found, Some("Retain"), "Table.{policy}");
    }
}

#[test]
fn a_function_finds_its_settings_and_runs_where_they_say() {
    let template = load();
    let function = template
        .document
        .get("Globals")
        .and_then(|all| all.get("Function"));
    let function = function.expect("Globals.Function");
    let runtime = function.get("Runtime").and_then(Value::as_str);
    assert_eq!(runtime, Some("provided.al2023"));
    let variables = function
        .get("Environment")
        .and_then(|all| all.get("Variables"));
    let variables = variables.and_then(Value::as_mapping).expect("Variables");
    let found: BTreeSet<_> = variables
        .iter()
        .filter_map(|(name, _)| name.as_str())
        .collect();
    let code = crate::read("shared/runtime/src/config.rs");
    let read = code
        .split("read(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    assert_eq!(
        found,
        read.collect(),
        "left: the variables of template.yaml; right: what config.rs reads"
    );
    let architecture = template
        .document
        .get("Parameters")
        .and_then(|all| all.get("Architecture"));
    let default = architecture
        .and_then(|all| all.get("Default"))
        .and_then(Value::as_str);
    assert_eq!(default, Some("arm64"));
    assert!(function.get("Architectures").is_some());
}
