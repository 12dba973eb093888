//! `infra/operations.yaml` watches all that `template.yaml` deploys, by its name; and every alarm has
//! its section in `docs/RUNBOOK.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde_norway::Value;
use sharepact_local::operations;
use sharepact_local::template::{EventSource, STACK, Template};
use sharepact_runtime::{Metric, NAMESPACE};

/// What names may be made of in `infra/operations.yaml`: `${Stack}` and the loops' variables.
const OWN: &str = "${Stack}-";

fn load() -> Template {
    Template::parse(&crate::read("template.yaml")).expect("template.yaml can be read")
}

fn alarms() -> Value {
    serde_norway::from_str(&crate::read("infra/operations.yaml")).expect("it is YAML")
}

/// `RenderingsDead` → `renderings-dead`.
fn kebab(resource: &str) -> String {
    let mut name = String::new();
    for letter in resource.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = value.as_mapping().into_iter().flatten();
    entries.map(|(key, value)| (key.as_str().expect("a name"), value))
}

/// A text, or the pattern of a `!Sub`.
fn text(value: &Value) -> &str {
    match value {
        Value::Tagged(tagged) => text(&tagged.value),
        other => other.as_str().unwrap_or_default(),
    }
}

/// The resources of a type in the template, by name.
fn of_type<'a>(template: &'a Template, kind: &str) -> Vec<(&'a str, &'a Value)> {
    let resources = entries(&template.document["Resources"]);
    resources
        .filter(|(_, resource)| resource["Type"] == kind)
        .collect()
}

/// The names of the stack's own resources, without the stack's in front.
fn names(template: &Template, kind: &str) -> BTreeSet<String> {
    let all = of_type(template, kind);
    all.into_iter()
        .map(|(resource, _)| kebab(resource))
        .collect()
}

#[test]
fn what_an_alarm_addresses_has_the_stacks_name_and_its_own() {
    let template = load();
    for (kind, property) in [
        ("AWS::Serverless::Function", "FunctionName"),
        ("AWS::SQS::Queue", "QueueName"),
        ("AWS::Events::Rule", "Name"),
    ] {
        for (resource, declared) in of_type(&template, kind) {
            let expected = format!("${{AWS::StackName}}-{}", kebab(resource));
            let found = text(&declared["Properties"][property]);
            assert_eq!(found, expected, "{resource}.{property} in template.yaml");
            // Lambda takes 64 characters, and a stack's name may have 40 (infra/operations.yaml).
            assert!(kebab(resource).len() <= 23, "{resource} is too long a name");
        }
    }
    for operation in operations::all() {
        assert_eq!(kebab(&operation.resource()), operation.name);
    }
}

/// A loop of infra/operations.yaml: what it goes through, and what it makes of each.
fn round<'a>(alarms: &'a Value, name: &str) -> (BTreeSet<String>, &'a Value) {
    let found = &alarms["Resources"][format!("Fn::ForEach::{name}").as_str()];
    let items = found[1].as_sequence().expect("a list");
    let set: BTreeSet<_> = items.iter().map(|item| text(item).to_owned()).collect();
    assert_eq!(set.len(), items.len(), "{name} has an item twice");
    (set, &found[2])
}

#[test]
fn no_function_queue_or_rule_is_without_its_alarms() {
    let (template, alarms) = (load(), alarms());
    let functions = names(&template, "AWS::Serverless::Function");
    let message = "left: the list in infra/operations.yaml; right: template.yaml";
    assert_eq!(round(&alarms, "Functions").0, functions, "{message}");
    let rules = names(&template, "AWS::Events::Rule");
    assert_eq!(round(&alarms, "Rules").0, rules, "{message}");

    let own = format!("{STACK}-");
    let mut dead = BTreeSet::new();
    for queue in template.queues.values() {
        dead.extend(queue.redrive.iter().map(|redrive| redrive.target.clone()));
    }
    for function in template.functions.values() {
        for source in &function.sources {
            match source {
                EventSource::Stream(stream) => dead.extend(stream.dead.clone()),
                EventSource::Queue(_) | EventSource::Schedule(_) => {}
            }
        }
    }
    let dead: BTreeSet<_> = dead.iter().map(|name| name.replacen(&own, "", 1)).collect();
    assert_eq!(round(&alarms, "DeadLetters").0, dead, "{message}");
    let queues = names(&template, "AWS::SQS::Queue");
    let work: BTreeSet<_> = queues.difference(&dead).cloned().collect();
    assert_eq!(round(&alarms, "Queues").0, work, "{message}");
}

/// Every alarm as it is written: one of a loop stands for all of it.
fn declared(alarms: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    for (name, resource) in entries(&alarms["Resources"]) {
        let made = match name.starts_with("Fn::ForEach::") {
            true => entries(&resource[2]).collect(),
            false => vec![(name, resource)],
        };
        for (name, resource) in made {
            if resource["Type"] == "AWS::CloudWatch::Alarm" {
                found.insert(name.to_owned(), &resource["Properties"]);
            }
        }
    }
    found
}

/// The section that an alarm's name leads to: the name without the stack's and without the variable.
fn section(alarm: &Value) -> String {
    let name = text(&alarm["AlarmName"]);
    let name = name
        .strip_prefix(OWN)
        .expect("an alarm begins with the stack's name");
    name.split("-${").next().unwrap_or_default().to_owned()
}

#[test]
fn every_alarm_has_its_section_and_every_section_its_alarm() {
    let alarms = alarms();
    let mut sections = BTreeSet::new();
    for (name, alarm) in declared(&alarms) {
        let section = section(alarm);
        let description = text(&alarm["AlarmDescription"]);
        let reference = format!("See {section} in docs/RUNBOOK.md.");
        assert!(description.ends_with(&reference), "{name}: {description}");
        for heard in ["AlarmActions", "OKActions"] {
            assert!(
                alarm[heard].as_sequence().is_some(),
                "{name} has no {heard}"
            );
        }
        assert!(
            alarm["TreatMissingData"].is_string(),
            "{name}.TreatMissingData"
        );
        sections.insert(section);
    }
    let runbook = crate::read("docs/RUNBOOK.md");
    let headings = runbook.lines().filter_map(|line| line.strip_prefix("### "));
    let found: BTreeSet<_> = headings.map(str::to_owned).collect();
    assert_eq!(
        found, sections,
        "left: docs/RUNBOOK.md; right: infra/operations.yaml"
    );
    for part in runbook.split("\n### ").skip(1) {
        let name = part.lines().next().unwrap_or_default();
        for question in [
            "**It means**",
            "**Users notice**",
            "**Look**",
            "**Mend**",
            "**It is over**",
        ] {
            assert_eq!(part.matches(question).count(), 1, "{name}: {question}");
        }
    }
}

#[test]
fn what_is_watched_of_our_own_metrics_is_told() {
    let alarms = alarms();
    let known = |name: &str| {
        let metric = Metric::ALL.into_iter().find(|metric| metric.name() == name);
        metric
            .unwrap_or_else(|| panic!("infra/operations.yaml watches {name}, which nothing tells"))
    };
    for (name, alarm) in declared(&alarms) {
        if alarm["Namespace"] != NAMESPACE {
            continue;
        }
        let dimensions = alarm["Dimensions"].as_sequence().expect("dimensions");
        let found: Vec<_> = dimensions
            .iter()
            .map(|dimension| text(&dimension["Name"]))
            .collect();
        assert_eq!(
            found,
            known(text(&alarm["MetricName"])).dimensions(),
            "{name}"
        );
    }
    let mut shown = BTreeSet::new();
    let body = &alarms["Resources"]["Dashboard"]["Properties"]["DashboardBody"];
    let widgets = body["Fn::ToJsonString"]["widgets"]
        .as_sequence()
        .expect("widgets");
    let metrics = widgets
        .iter()
        .filter_map(|widget| widget["properties"]["metrics"].as_sequence());
    for metric in metrics.flatten() {
        if metric[0] == NAMESPACE {
            let metric_of_ours = known(text(&metric[1]));
            assert_eq!(metric_of_ours.dimensions(), [text(&metric[2])]);
            shown.insert(metric_of_ours);
        }
        let search = text(&metric[0]["expression"]);
        let Some(rest) = search.strip_prefix("SEARCH('{Sharepact,") else {
            continue;
        };
        let (dimensions, rest) = rest.split_once('}').expect("a schema");
        let name = rest
            .split("MetricName=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let metric_of_ours = known(name.expect("a name"));
        let found: Vec<_> = dimensions.split(',').collect();
        assert_eq!(found, metric_of_ours.dimensions(), "{search}");
        shown.insert(metric_of_ours);
    }
    assert_eq!(
        shown,
        BTreeSet::from(Metric::ALL),
        "left: what the dashboard shows"
    );
}

#[test]
fn the_runbook_names_what_there_is() {
    let template = load();
    let mut known: BTreeSet<String> = ["events", "operations", "alarms"].map(str::to_owned).into();
    for kind in [
        "AWS::Serverless::Function",
        "AWS::SQS::Queue",
        "AWS::Events::Rule",
    ] {
        known.extend(names(&template, kind));
    }
    let sections = declared(&alarms())
        .into_values()
        .map(section)
        .collect::<Vec<_>>();
    let runbook = crate::read("docs/RUNBOOK.md");
    for rest in runbook.split("sharepact-").skip(1) {
        let plain =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        let name: String = rest.chars().take_while(|letter| plain(*letter)).collect();
        let alarm = sections
            .iter()
            .any(|section| name.starts_with(section.as_str()));
        assert!(
            known.contains(&name) || alarm,
            "there is no sharepact-{name}"
        );
    }
}
