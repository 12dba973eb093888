use super::*;

/// A table of the real one's kind, and functions that use every form of policy.
pub(crate) const SMALL: &str = include_str!("small.yaml");

/// A bus, queues, and functions that are not behind HTTP.
pub(crate) const LINKS: &str = include_str!("links.yaml");

#[test]
fn the_table_is_read_with_its_tags() {
    let template = Template::parse(SMALL).unwrap();
    let table = &template.table;
    assert_eq!(table.name, "sharepact-contracts");
    assert_eq!(table.ttl.as_deref(), Some("ttl"));
    assert_eq!(table.key, Key::new("pk", Some("sk")));
    assert_eq!(
        table.indexes,
        [
            Index::all("by-asset", Key::new("liveAsset", Some("liveConsumer"))),
            Index::all("by-waiting", Key::new("waitingFor", Some("waitingSince"))),
        ]
    );
}

#[test]
fn routes_and_statements_are_read() {
    let template = Template::parse(SMALL).unwrap();
    let view = &template.functions["ThingView"];
    assert_eq!(
        view.routes,
        [Route {
            method: "GET".to_owned(),
            path: "/things/{id}".to_owned(),
            open: false,
        }]
    );
    let list = &template.functions["ThingList"];
    let [statement] = list.statements.as_slice() else {
        panic!("one statement, not {:?}", list.statements)
    };
    assert_eq!(statement.actions, ["dynamodb:Query"]);
    assert_eq!(
        statement.resources,
        [format!("{}/index/by-asset", template.table.arn())]
    );
    assert!(
        template.functions["OpenapiView"]
            .routes
            .iter()
            .all(|r| r.open)
    );
}

#[test]
fn queues_rules_and_sources_are_read() {
    let template = Template::parse(LINKS).unwrap();
    let signed = &template.queues["Signed"];
    assert_eq!(signed.visibility.as_secs(), 6);
    let redrive = signed.redrive.as_ref().unwrap();
    assert_eq!((redrive.target.as_str(), redrive.after), ("Dead", 3));
    assert_eq!(template.queues["Dead"].retention.as_secs(), 14 * 86_400);
    assert_eq!(template.queues["Everything"].name, "sharepact-everything");
    assert_eq!(template.buses["Bus"], "sharepact");
    assert_eq!(template.buckets["Papers"], "sharepact-papers");
    let rules: Vec<_> = template
        .rules
        .iter()
        .map(|rule| (rule.name.as_str(), rule.bus.as_str(), &rule.targets[..]))
        .collect();
    assert_eq!(
        rules,
        [
            ("SignedRule", "sharepact", &["Signed".to_owned()][..]),
            (
                "EverythingRule",
                "sharepact",
                &["sharepact-everything".to_owned()][..]
            ),
        ]
    );
    let relay = &template.functions["TestRelay"];
    assert_eq!(relay.timeout.as_secs(), 2);
    let [EventSource::Stream(stream)] = relay.sources.as_slice() else {
        panic!("{:?}", relay.sources)
    };
    assert_eq!(
        (stream.batch, stream.latest, stream.bisect),
        (10, false, true)
    );
    assert_eq!((stream.retries, stream.partial), (Some(2), true));
    assert_eq!(
        (stream.dead.as_deref(), stream.filters.len()),
        (Some("Given"), 1)
    );
    assert_eq!(
        relay.statements[0].resources,
        ["arn:aws:events:eu-central-1:000000000000:event-bus/sharepact"]
    );
    let consumer = &template.functions["TestConsumer"];
    assert_eq!(consumer.timeout.as_secs(), 1);
    assert!(matches!(
        consumer.sources.as_slice(),
        [EventSource::Queue(_)]
    ));
}

#[test]
fn what_would_be_done_otherwise_in_the_cloud_is_refused() {
    for (from, to, part) in [
        ("Type: ScheduleV2", "Type: MSK", "type `MSK`"),
        ("cron(0 0 * * ? *)", "cron(0 0 L * ? *)", "`L`"),
        (
            "ScheduleExpression:",
            "ScheduleExpressionTimezone: Europe/Berlin, ScheduleExpression:",
            "Europe/Berlin",
        ),
        ("prefix: contract.ext", "cidr: x", "`cidr`"),
        (
            "!GetAtt Dead.Arn, max",
            "!GetAtt Bus.Arn, max",
            "is no queue",
        ),
        (
            "Arn: !GetAtt Everything.Arn",
            "Arn: !GetAtt Bus.Arn",
            "queues only",
        ),
        (
            "Id: Everything,",
            "Id: Everything, InputPath: $.detail,",
            "InputPath",
        ),
        (
            "Stream: !GetAtt Store.StreamArn",
            "Stream: other",
            "not the table's stream",
        ),
        (
            "VisibilityTimeout: !Ref Visibility",
            "FifoQueue: true",
            "FIFO",
        ),
        ("BatchSize: 10", "BatchSize: ten", "not a number"),
    ] {
        let text = LINKS.replacen(from, to, 1);
        assert_ne!(text, LINKS, "{from}");
        let error = Template::parse(&text).unwrap_err().to_string();
        assert!(error.contains(part), "{to}: {error}");
    }
}

#[test]
fn a_template_without_a_table_is_refused() {
    let error = Template::parse("Resources: {}").unwrap_err().to_string();
    assert!(
        error.contains("declares 0 resources of type AWS::DynamoDB::Table"),
        "{error}"
    );
}

#[test]
fn a_condition_is_refused_because_it_would_not_be_checked() {
    let text = SMALL.replace("Sid: Read", "Condition: {Bool: {x: y}}");
    assert_ne!(text, SMALL);
    let error = Template::parse(&text).unwrap_err().to_string();
    assert!(error.contains("Condition"), "{error}");
}

#[test]
fn the_built_in_template_is_understood() {
    let template = Template::parse(BUILT_IN).unwrap();
    assert!(!template.table.indexes.is_empty());
    let list = &template.functions["ContractList"].statements;
    let arn = format!("{}/index/by-consumer", template.table.arn());
    assert!(
        list.iter()
            .any(|statement| statement.resources.contains(&arn))
    );
}
