//! The way from a commit to a worker, when nothing is wrong.

use std::time::Instant;

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};

use super::*;

#[tokio::test]
async fn an_event_goes_from_the_table_to_the_worker() {
    let (lab, scratch) = (Lab::default(), Scratch::new());
    let stack = lab.start(&scratch).await;
    put(&stack, item("STATE", "-", "state")).await;
    put_event(&stack, "contract.signed", "one").await;
    put_event(&stack, "contract.drafted", "two").await;
    put_event(&stack, "contract.extended", "three").await;
    // An event item that is written again is no new event.
    put_event(&stack, "contract.signed", "one").await;
    settled(&stack).await;

    assert_eq!(relayed(&stack), ["one", "two", "three"]);
    assert_eq!(lab.done(), ["one", "three"]);
    let stream = &lab.seen("test-relay")[0]["Records"][0];
    assert_eq!(stream["eventSource"], "aws:dynamodb");
    assert_eq!(stream["eventName"], "INSERT");
    assert_eq!(stream["awsRegion"], "eu-central-1");
    assert_eq!(stream["dynamodb"]["StreamViewType"], "NEW_IMAGE");
    assert_eq!(stream["dynamodb"]["Keys"]["pk"]["S"], "CONTRACT#1");
    assert!(stream["dynamodb"]["SequenceNumber"].as_str().unwrap().len() >= 21);
    assert_eq!(
        stream["eventSourceARN"],
        "arn:aws:dynamodb:eu-central-1:000000000000:table/sharepact-links/stream/local"
    );
    let queue = &lab.seen("test-consumer")[0]["Records"][0];
    assert_eq!(queue["eventSource"], "aws:sqs");
    assert_eq!(
        queue["eventSourceARN"],
        "arn:aws:sqs:eu-central-1:000000000000:Signed"
    );
    assert_eq!(queue["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(queue["attributes"]["AWSTraceHeader"], "Root=1-2-3");
    let envelope: Value = serde_json::from_str(queue["body"].as_str().unwrap()).unwrap();
    assert_eq!(envelope["version"], "0");
    assert_eq!(envelope["detail-type"], "contract.signed");
    assert_eq!(envelope["source"], "sharepact");
    assert_eq!(envelope["detail"], json!({ "text": "one" }));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_thousand_events_keep_their_order_and_take_their_second() {
    let (lab, scratch) = (Lab::default(), Scratch::new());
    // A backlog, so that the links are measured and not what writes to the table.
    let options = Options {
        workers: Vec::new(),
        ..lab.options(&scratch)
    };
    let stack = Stack::start(options).await.unwrap();
    let texts: Vec<String> = (0..1000).map(|number| format!("{number:04}")).collect();
    for texts in texts.chunks(25) {
        let puts = texts.iter().map(|text| {
            let put = PutRequest::builder().set_item(Some(event_item("contract.signed", text)));
            WriteRequest::builder()
                .put_request(put.build().unwrap())
                .build()
        });
        let write = stack.client.batch_write_item();
        let write = write.request_items(&stack.table, puts.collect());
        let answer = write.send().await.unwrap();
        assert!(answer.unprocessed_items.unwrap_or_default().is_empty());
    }
    stack.shutdown().await;
    let stack = lab.start(&scratch).await;
    let started = Instant::now();
    settled(&stack).await;
    let took = started.elapsed();
    assert_eq!(relayed(&stack), texts);
    assert_eq!(lab.done(), texts);
    // Ten times the time that it may take with optimisation, on a machine that does other things.
    assert!(took < Duration::from_secs(10), "{took:?}");
    stack.shutdown().await;
}

#[tokio::test]
async fn a_stack_begins_where_it_stopped() {
    let scratch = Scratch::new();
    let lab = Lab::default();
    let stack = lab.start(&scratch).await;
    put_event(&stack, "contract.signed", "before").await;
    settled(&stack).await;
    stack.shutdown().await;

    // What is written while no worker runs is relayed at the next start, and nothing twice.
    let options = Options {
        workers: Vec::new(),
        ..Lab::default().options(&scratch)
    };
    let stack = Stack::start(options).await.unwrap();
    put_event(&stack, "contract.signed", "meanwhile").await;
    stack.shutdown().await;

    let lab = Lab::default();
    let stack = lab.start(&scratch).await;
    settled(&stack).await;
    assert_eq!(lab.done(), ["meanwhile"]);
    assert_eq!(relayed(&stack), ["before", "meanwhile"]);
    stack.shutdown().await;
}

#[tokio::test]
async fn what_the_policy_does_not_grant_is_refused() {
    let (lab, scratch) = (Lab::default(), Scratch::new());
    let stack = lab.start(&scratch).await;
    let clients = |worker| stack.links().clients_of(worker).unwrap();
    let url = stack.links().queue_url("Signed").unwrap();
    let body = || aws_sdk_s3::primitives::ByteStream::from_static(b"x");
    let put = |key: &str| {
        let put = clients("test-consumer").documents.put_object();
        put.bucket("sharepact-papers").key(key).body(body()).send()
    };
    put("signed/1").await.unwrap();
    let denied = put("other/1").await.unwrap_err().into_service_error();
    assert_eq!(denied.meta().code(), Some("AccessDenied"));

    let send = |worker: &'static str| {
        let send = clients(worker).queues.send_message();
        send.queue_url(url)
            .message_body(r#"{"detail":{"text":"sent"}}"#)
            .send()
    };
    send("test-plan").await.unwrap();
    let denied = send("test-consumer")
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(denied.meta().code(), Some("AccessDeniedException"));

    let entry = PutEventsRequestEntry::builder()
        .event_bus_name("sharepact")
        .build();
    let publish = clients("test-plan").bus.put_events().entries(entry).send();
    let denied = publish.await.unwrap_err().into_service_error();
    assert_eq!(denied.meta().code(), Some("AccessDeniedException"));
    let refused: Vec<_> = stack
        .calls()
        .take()
        .into_iter()
        .filter(|call| !call.granted)
        .collect();
    assert_eq!(refused.len(), 3, "{refused:?}");
    settled(&stack).await;
    assert_eq!(lab.done(), ["sent"]);
    stack.shutdown().await;
}
