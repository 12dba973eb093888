use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::scratch::Scratch;
use crate::stack::{Options, Stack};
use crate::template::Template;
use crate::template::tests::LINKS;

async fn start(scratch: &Scratch, template: &str) -> Stack {
    let options = Options {
        operations: Vec::new(),
        workers: Vec::new(),
        template: Some(Template::parse(template).unwrap()),
        ..Options::on(scratch.path())
    };
    Stack::start(options).await.unwrap()
}

async fn put(stack: &Stack, key: &str) {
    let put = stack.client.put_item().table_name(&stack.table);
    put.item("pk", AttributeValue::S(key.to_owned()))
        .item("sk", AttributeValue::S("EVENT#1".to_owned()))
        .send()
        .await
        .unwrap();
}

/// The very statements of the database: when it asks otherwise, this fails, and writes get slow.
#[tokio::test]
async fn the_database_uses_the_indexes_that_it_lacks() {
    let scratch = Scratch::new();
    let stack = start(&scratch, LINKS).await;
    put(&stack, "a").await;
    let file = Connection::open(stack.home().join("dynamodb.sqlite")).unwrap();
    for (statement, index) in [
        (
            "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records \
             WHERE table_name = 't'",
            "sharepact_stream_last",
        ),
        (
            "SELECT event_name FROM _stream_records WHERE table_name = 't' AND shard_id = 's' AND \
             CAST(sequence_number AS INTEGER) > 5 ORDER BY CAST(sequence_number AS INTEGER) ASC \
             LIMIT 9",
            "sharepact_stream_next",
        ),
    ] {
        let plan: String = file
            .query_row(&format!("EXPLAIN QUERY PLAN {statement}"), [], |row| {
                row.get(3)
            })
            .unwrap();
        assert!(
            plan.contains(&format!("USING INDEX {index}"))
                || plan.contains(&format!("USING COVERING INDEX {index}")),
            "{plan}"
        );
    }
    // The source of the pinned version still asks like that.
    let count: i64 = file
        .query_row(
            "SELECT COUNT(*) FROM _stream_records WHERE shard_id LIKE 'shardId-%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(count, 1);
    stack.shutdown().await;
}

#[tokio::test]
async fn old_records_go_when_everybody_has_read_them_and_no_number_comes_twice() {
    let scratch = Scratch::new();
    let stack = start(&scratch, LINKS).await;
    for key in ["a", "b", "c", "d"] {
        put(&stack, key).await;
    }
    let path = stack.home().join("dynamodb.sqlite");
    let file = Connection::open(&path).unwrap();
    let database = Database::new(path.to_str().unwrap()).unwrap();
    let stream = Stream::open(&database, &stack.table).unwrap();
    let numbers = || -> Vec<String> {
        let records = stream.after(None).unwrap();
        records
            .into_iter()
            .map(|record| record.dynamodb.sequence_number)
            .collect()
    };
    let before = numbers();
    assert_eq!(before.len(), 4);
    assert_eq!(stream.last().unwrap().as_ref(), before.last());
    let rest: Vec<_> = stream.after(Some(before[1].clone())).unwrap();
    assert_eq!(rest.len(), 2);

    // None of them is a day old.
    assert_eq!(trim(&path, &stack.table, &before[2]).unwrap(), 0);
    file.execute("UPDATE _stream_records SET created_at = 1", [])
        .unwrap();
    assert_eq!(trim(&path, &stack.table, "nonsense").unwrap(), 0);
    assert_eq!(trim(&path, &stack.table, &before[2]).unwrap(), 2);
    assert_eq!(numbers(), before[2..]);
    assert_eq!(trim(&path, &stack.table, &before[3]).unwrap(), 1);
    put(&stack, "e").await;
    let after = numbers();
    assert_eq!(after[0], before[3]);
    assert!(after[1] > before[3], "{after:?}");
    stack.shutdown().await;
}

#[tokio::test]
async fn a_table_of_an_older_version_gets_its_stream() {
    let scratch = Scratch::new();
    let without = LINKS.replace(
        "      StreamSpecification: { StreamViewType: NEW_IMAGE }\n",
        "",
    );
    assert_ne!(without, LINKS);
    let stack = start(&scratch, &without).await;
    put(&stack, "before").await;
    stack.shutdown().await;
    let stack = start(&scratch, LINKS).await;
    put(&stack, "after").await;
    let path = stack.home().join("dynamodb.sqlite");
    let database = Database::new(path.to_str().unwrap()).unwrap();
    let stream = Stream::open(&database, &stack.table).unwrap();
    assert_eq!(stream.after(None).unwrap().len(), 1);
    stack.shutdown().await;
    let changed = LINKS.replace("NEW_IMAGE", "KEYS_ONLY");
    let options = Options {
        operations: Vec::new(),
        template: Some(Template::parse(&changed).unwrap()),
        ..Options::on(scratch.path())
    };
    let error = Stack::start(options).await.err().unwrap().to_string();
    assert!(error.contains("its stream shows NEW_IMAGE"), "{error}");
}
