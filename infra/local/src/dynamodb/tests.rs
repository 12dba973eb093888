use aws_sdk_dynamodb::types::AttributeValue;

use super::table::describe;
use super::*;
use crate::sample;
use crate::scratch::Scratch;
use crate::stack::{Stack, StackError};
use crate::template::{Index, Key};

#[tokio::test]
async fn the_table_is_the_one_described() {
    let scratch = Scratch::new();
    let stack = Stack::start(sample::options(scratch.path())).await.unwrap();
    let found = describe(&stack.client, &stack.table)
        .await
        .unwrap()
        .unwrap();
    let names: Vec<_> = found
        .global_secondary_indexes()
        .iter()
        .filter_map(|index| index.index_name())
        .collect();
    assert_eq!(names, ["by-asset", "by-waiting"]);
    let ttl = stack
        .client
        .describe_time_to_live()
        .table_name(&stack.table)
        .send()
        .await
        .unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.attribute_name(), Some("ttl"));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_folder_of_another_version_is_refused_with_a_way_out() {
    let scratch = Scratch::new();
    Stack::start(sample::options(scratch.path()))
        .await
        .unwrap()
        .shutdown()
        .await;
    let mut options = sample::options(scratch.path());
    let indexes = &mut options.template.as_mut().unwrap().table.indexes;
    indexes.push(Index::all("by-due", Key::new("dueBucket", Some("dueAt"))));
    let error = Stack::start(options).await.err().unwrap();
    assert!(matches!(
        error,
        StackError::Dynamo(DynamoError::Outdated { .. })
    ));
    let text = error.to_string();
    assert!(
        text.contains("it has no index by-due") && text.contains("and start again"),
        "{text}"
    );
    // The refusal changes nothing: the version that made it still starts.
    Stack::start(sample::options(scratch.path()))
        .await
        .unwrap()
        .shutdown()
        .await;
}

#[tokio::test]
async fn items_past_their_end_of_life_are_swept() {
    let scratch = Scratch::new();
    let stack = Stack::start(sample::options(scratch.path())).await.unwrap();
    for (pk, ttl) in [("past", "1"), ("future", "4102444800")] {
        let put = stack.client.put_item().table_name(&stack.table);
        put.item("pk", AttributeValue::S(pk.to_owned()))
            .item("sk", AttributeValue::S("X".to_owned()))
            .item("ttl", AttributeValue::N(ttl.to_owned()))
            .send()
            .await
            .unwrap();
    }
    let file = stack.home().join("dynamodb.sqlite");
    let database = Database::new(file.to_str().unwrap()).unwrap();
    assert_eq!(database.sweep_ttl().unwrap(), 1);
    for (pk, stays) in [("past", false), ("future", true)] {
        let get = stack.client.get_item().table_name(&stack.table);
        let found = get
            .key("pk", AttributeValue::S(pk.to_owned()))
            .key("sk", AttributeValue::S("X".to_owned()))
            .send()
            .await
            .unwrap();
        assert_eq!(found.item.is_some(), stays, "{pk}");
    }
    stack.shutdown().await;
}
