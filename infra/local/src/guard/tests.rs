use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata as _};
use aws_sdk_dynamodb::types::{AttributeValue, Delete, KeysAndAttributes, Put, TransactWriteItem};

use super::*;
use crate::dynamodb;
use crate::home::Home;
use crate::sample;
use crate::scratch::Scratch;
use crate::stack::Stack;
use crate::template::Template;
use crate::template::tests::SMALL;

/// A running stack and a client for each function of the sample template.
struct Bench {
    stack: Stack,
    calls: Calls,
    faults: Faults,
    template: Template,
    _scratch: Scratch,
}

async fn bench() -> Bench {
    let scratch = Scratch::new();
    Bench {
        stack: Stack::start(sample::options(scratch.path())).await.unwrap(),
        calls: Calls::default(),
        faults: Faults::default(),
        template: Template::parse(SMALL).unwrap(),
        _scratch: scratch,
    }
}

impl Bench {
    fn client(&self, resource: &str) -> Client {
        let secrets = Home::look(self.stack.home()).secrets().unwrap();
        let settings = dynamodb::settings(
            &self.stack.dynamodb,
            &secrets,
            shared_http(Service::DynamoDb, self.faults.clone()),
        );
        let guard = Guard::new(
            "thing",
            resource.to_owned(),
            self.template.functions[resource].statements.clone(),
            self.calls.clone(),
        );
        Client::from_conf(settings.to_builder().interceptor(guard).build())
    }
}

fn item(pk: &str) -> HashMap<String, AttributeValue> {
    [("pk", pk), ("sk", "STATE")]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
        .collect()
}

fn put(table: &str) -> TransactWriteItem {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item("a")))
        .build()
        .unwrap();
    TransactWriteItem::builder().put(put).build()
}

fn delete(table: &str) -> TransactWriteItem {
    let delete = Delete::builder()
        .table_name(table)
        .set_key(Some(item("a")))
        .build()
        .unwrap();
    TransactWriteItem::builder().delete(delete).build()
}

#[tokio::test]
async fn a_transaction_is_refused_for_the_part_that_is_not_granted() {
    let bench = bench().await;
    let table = bench.stack.table.clone();
    let client = bench.client("ThingChange");
    client
        .transact_write_items()
        .transact_items(put(&table))
        .send()
        .await
        .unwrap();

    let refused = client
        .transact_write_items()
        .transact_items(put(&table))
        .transact_items(delete(&table))
        .send()
        .await
        .unwrap_err();
    // A service error, with DynamoDB's own code: what the code above would see in the cloud.
    let error = refused.as_service_error().unwrap();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    let text = DisplayErrorContext(&refused).to_string();
    assert!(
        text.contains("is not authorized to perform: dynamodb:DeleteItem"),
        "{text}"
    );

    let calls = bench.calls.take();
    assert_eq!(calls.len(), 2);
    assert_eq!((calls[0].granted, calls[0].attempts()), (true, 1));
    assert_eq!((calls[1].granted, calls[1].attempts()), (false, 0));
    assert_eq!(calls[1].api, "TransactWriteItems");
    assert_eq!(calls[1].permissions.len(), 2);
    assert!(bench.calls.take().is_empty());
    bench.stack.shutdown().await;
}

#[tokio::test]
async fn reads_are_held_to_the_table_or_the_index_they_were_granted() {
    let bench = bench().await;
    let table = bench.stack.table.clone();
    let query = |client: &Client, index: Option<&str>, key: &str| {
        client
            .query()
            .table_name(&table)
            .set_index_name(index.map(str::to_owned))
            .key_condition_expression(format!("{key} = :v"))
            .expression_attribute_values(":v", AttributeValue::S("x".to_owned()))
    };
    let list = bench.client("ThingList");
    query(&list, Some("by-asset"), "liveAsset")
        .send()
        .await
        .unwrap();
    for (index, key) in [(Some("by-waiting"), "waitingFor"), (None, "pk")] {
        let error = query(&list, index, key).send().await.unwrap_err();
        assert_eq!(error.code(), Some("AccessDeniedException"), "{index:?}");
    }
    let calls = bench.calls.take();
    assert_eq!(calls[0].index(), Some("by-asset"));

    let view = bench.client("ThingView");
    let keys = KeysAndAttributes::builder()
        .keys(item("a"))
        .build()
        .unwrap();
    view.batch_get_item()
        .request_items(&table, keys)
        .send()
        .await
        .unwrap();
    let error = view
        .get_item()
        .table_name(&table)
        .set_key(Some(item("a")))
        .send()
        .await;
    assert_eq!(error.unwrap_err().code(), Some("AccessDeniedException"));
    let error = view.list_tables().send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    bench.stack.shutdown().await;
}

#[tokio::test]
async fn faults_look_like_the_real_ones_and_pass() {
    let bench = bench().await;
    let table = bench.stack.table.clone();
    let client = bench.client("ThingChange");
    let create = || {
        let put = Put::builder()
            .table_name(&table)
            .set_item(Some(item("once")))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .unwrap();
        client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(put).build())
            .send()
    };
    bench.faults.inject(Fault::Throttled, 3);
    let error = create().await.unwrap_err();
    assert_eq!(error.code(), Some("ProvisionedThroughputExceededException"));
    assert_eq!(bench.calls.take()[0].attempts(), 3);

    bench.faults.inject(Fault::Unreachable, 100);
    let error = create().await.unwrap_err();
    assert!(error.as_service_error().is_none(), "{error:?}");
    bench.faults.clear();

    // The first attempt takes effect, its answer is lost, and the SDK's second attempt carries the
    // same request token: DynamoDB answers it as the first.
    bench.faults.inject(Fault::AnswerLost, 1);
    create().await.unwrap();
    assert_eq!(
        create().await.unwrap_err().code(),
        Some("TransactionCanceledException")
    );
    bench.stack.shutdown().await;
}
