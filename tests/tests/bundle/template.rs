//! Every operation and every worker has its function in the template, with its route or its source
//! and exactly its rights; and there is no other function.

use std::collections::{BTreeMap, BTreeSet};

use serde_norway::Value;
use sharepact_local::operations;
use sharepact_local::template::{
    Effect, EventSource, Names, Route, Template, bus_arn, queue_arn, secret_arn,
};
use sharepact_runtime::{Access, Grant, Source};

fn load() -> Template {
    Template::parse(&crate::read("template.yaml")).expect("template.yaml can be read")
}

/// A function of the code: what the template has to say of both operations and workers.
struct Function {
    name: &'static str,
    resource: String,
    grants: &'static [Grant],
    /// What `Metadata` calls it.
    kind: &'static str,
}

fn functions() -> Vec<Function> {
    let operations = operations::all().into_iter().map(|operation| Function {
        name: operation.name,
        resource: operation.resource(),
        grants: operation.grants,
        kind: "Operation",
    });
    let workers = operations::workers().into_iter().map(|worker| Function {
        name: worker.name,
        resource: worker.resource(),
        grants: worker.grants,
        kind: "Worker",
    });
    operations.chain(workers).collect()
}

/// The right as IAM has it: action and resource.
fn right(grant: Grant, template: &Template) -> (String, String) {
    let table = template.table.arn();
    let only = |map: &BTreeMap<String, String>| {
        let mut names = map.values();
        let name = names.next().expect("there is one").clone();
        assert!(names.next().is_none(), "and no other");
        name
    };
    let (action, arn) = match grant {
        Grant::BatchGet => ("dynamodb:BatchGetItem", table),
        Grant::Query => ("dynamodb:Query", table),
        Grant::QueryIndex(index) => ("dynamodb:Query", format!("{table}/index/{index}")),
        Grant::Put => ("dynamodb:PutItem", table),
        Grant::Check => ("dynamodb:ConditionCheckItem", table),
        Grant::Update => ("dynamodb:UpdateItem", table),
        Grant::Delete => ("dynamodb:DeleteItem", table),
        Grant::Publish => ("events:PutEvents", bus_arn(&only(&template.buses))),
        Grant::Send(queue) => {
            let queue = template.queues.get(queue);
            let queue = queue.unwrap_or_else(|| panic!("{grant:?}: no such queue"));
            ("sqs:SendMessage", queue_arn(&queue.name))
        }
        Grant::KeepDocument(folder) => {
            ("s3:PutObject", documents(&only(&template.buckets), folder))
        }
        Grant::LinkDocument(folder) | Grant::ReadDocument(folder) => {
            ("s3:GetObject", documents(&only(&template.buckets), folder))
        }
        Grant::ReadSecret(secret) => {
            let kind = resource(template, secret).get("Type");
            let kind = kind.and_then(Value::as_str);
            assert_eq!(kind, Some("AWS::SecretsManager::Secret"), "{grant:?}");
            ("secretsmanager:GetSecretValue", secret_arn(secret))
        }
    };
    (action.to_owned(), arn)
}

fn documents(bucket: &str, folder: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{folder}/*")
}

fn rights(function: &Function, template: &Template) -> BTreeSet<(String, String)> {
    let mut rights = BTreeSet::new();
    for grant in function.grants {
        let fresh = rights.insert(right(*grant, template));
        assert!(
            fresh,
            "{}: {grant:?} stands twice in its grants",
            function.name
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
fn every_function_of_the_code_is_one_of_the_template() {
    let template = load();
    let expected: BTreeSet<_> = functions().into_iter().map(|f| f.resource).collect();
    let found: BTreeSet<_> = template.functions.keys().cloned().collect();
    assert_eq!(
        found, expected,
        "left: the functions of template.yaml; right: the operations and workers of the code, in \
         CamelCase. Add what is missing, remove what is left over"
    );
    assert_eq!(
        expected.len(),
        functions().len(),
        "two functions have one name"
    );
}

#[test]
fn a_function_has_its_code_and_nothing_of_its_own_that_globals_should_say() {
    let template = load();
    for Function {
        name,
        resource: own,
        kind,
        ..
    } in functions()
    {
        let function = &template.functions[&own];
        let code = format!("target/lambda/{name}/");
        assert_eq!(
            function.code.as_deref(),
            Some(code.as_str()),
            "{own}.CodeUri"
        );
        let noted = resource(&template, &own).get("Metadata");
        let noted = noted.and_then(|metadata| metadata.get(kind));
        assert_eq!(
            noted.and_then(Value::as_str),
            Some(name),
            "{own}.Metadata.{kind}"
        );
        for property in [
            "Runtime",
            "Handler",
            "Role",
            "PermissionsBoundary",
            "FunctionUrlConfig",
        ] {
            assert!(
                properties(&template, &own).get(property).is_none(),
                "{own}.{property} is for Globals, where no function is without it, or for none"
            );
        }
    }
}

#[test]
fn a_worker_is_started_by_its_source_and_by_no_route() {
    let template = load();
    for worker in operations::workers() {
        let name = worker.resource();
        let function = &template.functions[&name];
        assert_eq!(function.routes, [], "{name} is not for callers");
        let found: Vec<_> = function
            .sources
            .iter()
            .map(|source| match source {
                EventSource::Stream(_) => Source::Stream,
                EventSource::Queue(_) => Source::Queue,
                EventSource::Schedule(_) => Source::Schedule,
            })
            .collect();
        let expected: &[_] = match worker.source {
            Source::Hand => &[],
            source => &[source],
        };
        assert_eq!(
            found, expected,
            "{name}: left: template.yaml; right: the worker"
        );
    }
}

/// Redrive after 5, visibility six times the worker's timeout, a dead-letter queue that keeps its
/// letters for two weeks, and messages accounted for one by one.
#[test]
fn a_queue_that_a_worker_reads_shows_a_message_five_times_and_then_sets_it_aside() {
    let template = load();
    for worker in operations::workers() {
        let name = worker.resource();
        let function = &template.functions[&name];
        for source in &function.sources {
            let EventSource::Queue(source) = source else {
                continue;
            };
            assert!(source.partial, "{name}: ReportBatchItemFailures");
            let (resource, queue) = template
                .queues
                .iter()
                .find(|(_, queue)| queue.name == source.queue)
                .expect("the queue is declared");
            assert_eq!(
                queue.visibility,
                6 * function.timeout,
                "{resource}.VisibilityTimeout"
            );
            let redrive = queue.redrive.as_ref();
            let redrive = redrive.unwrap_or_else(|| panic!("{resource} has no RedrivePolicy"));
            assert_eq!(redrive.after, 5, "{resource}.maxReceiveCount");
            let dead = format!("{resource}Dead");
            assert_eq!(template.queues[&dead].name, redrive.target, "{resource}");
            let kept = properties(&template, &dead).get("MessageRetentionPeriod");
            assert_eq!(kept.and_then(Value::as_u64), Some(14 * 24 * 3600), "{dead}");
        }
    }
}

#[test]
fn a_function_has_its_operations_route_code_and_authoriser() {
    let template = load();
    for operation in operations::all() {
        let resource_name = operation.resource();
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
        let properties = properties(&template, &resource_name);
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
fn a_functions_policy_is_its_grants() {
    let template = load();
    for function in functions() {
        let name = &function.resource;
        let mut found = BTreeSet::new();
        for statement in &template.functions[name].statements {
            assert_eq!(
                statement.effect,
                Effect::Allow,
                "{name} denies: it is granted too much"
            );
            for text in statement.actions.iter().chain(&statement.resources) {
                // What lies below a folder of the one bucket is the one set that IAM cannot list.
                let mut folders = ["/contracts/*", "/agreements/*"].into_iter();
                let bucket = folders.find_map(|folder| text.strip_suffix(folder));
                let text = bucket.unwrap_or(text);
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
            rights(&function, &template),
            "left: the Policies of {name} in template.yaml; right: the grants of {}. They change \
             together, and tests/tests/inside shows which of them are used",
            function.name
        );
        only_what_is_read(&template, name);
    }
}

/// What the local reader of policies leaves out: other services, managed policies, connectors.
fn only_what_is_read(template: &Template, name: &str) {
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
                let read = ["dynamodb:", "events:", "s3:", "secretsmanager:", "sqs:"];
                assert!(
                    read.iter().any(|service| action.starts_with(service)),
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
        "SealingKey",
    ] {
        names.refer(name, name);
    }
    for secret in ["LedgerKeystore", "LedgerPassword"] {
        names.refer(secret, secret_arn(secret));
    }
    names.attribute("Table", "Arn", template.table.arn());
    names.attribute("Table", "StreamArn", template.table.stream_arn());
    names.attribute("FunctionLogs", "Arn", "arn:logs");
    for (resource, queue) in &template.queues {
        names.attribute(resource, "Arn", queue_arn(&queue.name));
    }
    for (resource, name) in &template.buses {
        names.attribute(resource, "Arn", bus_arn(name));
    }
    for (resource, name) in &template.buckets {
        names.attribute(resource, "Arn", format!("arn:aws:s3:::{name}"));
    }
    names
}

/// What SAM lets a function do with the source that starts it, by managed policies that name every
/// stream and every queue: the boundary cuts it down to ours.
fn of_sources(template: &Template) -> BTreeSet<(String, String)> {
    let mut rights = BTreeSet::new();
    let mut add = |service: &str, actions: &[&str], arn: &str| {
        let all = actions
            .iter()
            .map(|action| (format!("{service}:{action}"), arn.to_owned()));
        rights.extend(all);
    };
    for worker in operations::workers() {
        for source in &template.functions[&worker.resource()].sources {
            match source {
                EventSource::Stream(_) => add(
                    "dynamodb",
                    &[
                        "DescribeStream",
                        "GetRecords",
                        "GetShardIterator",
                        "ListStreams",
                    ],
                    &template.table.stream_arn(),
                ),
                EventSource::Queue(source) => add(
                    "sqs",
                    &["DeleteMessage", "GetQueueAttributes", "ReceiveMessage"],
                    &queue_arn(&source.queue),
                ),
                EventSource::Schedule(_) => {}
            }
        }
    }
    rights
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
    let ours = |action: &str| {
        let services = ["dynamodb:", "events:", "s3:", "secretsmanager:", "sqs:"];
        action == "*" || services.iter().any(|service| action.starts_with(service))
    };
    let (mut actions, mut resources) = (BTreeSet::new(), BTreeSet::new());
    for statement in statements {
        let these = texts(statement.get("Action"));
        if these.iter().all(|action| ours(action)) {
            actions.extend(these);
            resources.extend(texts(statement.get("Resource")));
        } else {
            // For what SAM adds to every function: logs, traces, keys. None of our state.
            assert!(
                !these.iter().any(|action| ours(action)),
                "a statement of FunctionBoundary mixes our state with {these:?}"
            );
        }
    }
    let mut all = of_sources(&template);
    for function in functions() {
        all.extend(rights(&function, &template));
    }
    let granted: BTreeSet<_> = all.iter().map(|(action, _)| action.clone()).collect();
    let message = "left: FunctionBoundary; right: what the functions are granted, together";
    assert_eq!(actions, granted, "{message}");
    let granted: BTreeSet<_> = all.into_iter().map(|(_, resource)| resource).collect();
    assert_eq!(resources, granted, "{message}");
}

/// The switch for local development opens loopback to whoever registers a webhook.
#[test]
fn no_function_may_call_loopback_addresses() {
    let template = crate::read("template.yaml");
    assert!(!template.contains("SHAREPACT_OUTBOUND_LOOPBACK"));
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
    for function in functions() {
        for grant in function.grants {
            if let Grant::QueryIndex(index) = grant {
                assert!(
                    indexes.contains(index),
                    "{} reads {index}: no such index",
                    function.name
                );
            }
        }
    }
    for index in &template.table.indexes {
        // Lists answer whole items; a cascade asks who there is, and each is read when its turn comes.
        let projection = match index.name.as_str() {
            "by-parent" | "by-source" => "KEYS_ONLY",
            _ => "ALL",
        };
        assert_eq!(index.projection, projection, "{}", index.name);
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

/// Tokens of invitations are in events: what a third party's rule or endpoint could hear holds none.
#[test]
fn no_rule_passes_events_of_organisations_on() {
    let template = load();
    for rule in &template.rules {
        for kind in ["organization", "profile", "passcode"] {
            for event in [
                "onboarded",
                "invited",
                "joined",
                "changed",
                "issued",
                "used",
            ] {
                let name = format!("{kind}.{event}");
                let told = serde_json::json!({ "detail-type": name, "source": "sharepact" });
                assert!(
                    !rule.pattern.matches(&told),
                    "{name} goes to {:?}",
                    rule.targets
                );
            }
        }
    }
    let contract = serde_json::json!({ "detail-type": "contract.signed", "source": "sharepact" });
    let heard = |rule: &&sharepact_local::template::Rule| rule.pattern.matches(&contract);
    assert!(
        template.rules.iter().any(|rule| heard(&rule)),
        "the patterns are read"
    );
}
