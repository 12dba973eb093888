//! Bad luck on the way: poison, crashes, panics, refusals, a stack that is killed.

use super::*;
use crate::faults::Fault;

fn dead(stack: &Stack, queue: &str) -> Vec<Value> {
    let messages = stack.links().queues().look(queue, 100).unwrap();
    messages
        .iter()
        .map(|message| serde_json::from_str(&message.body).unwrap())
        .collect()
}

#[tokio::test]
async fn a_poison_message_becomes_a_dead_letter_and_nine_good_ones_do_not() {
    let (lab, scratch) = (Lab::default(), Scratch::new());
    let stack = lab.start(&scratch).await;
    lab.trouble("test-consumer", "4", Trouble::Poison);
    for number in 0..10 {
        put_event(&stack, "contract.signed", &number.to_string()).await;
    }
    settled(&stack).await;
    assert_eq!(lab.done(), ["0", "1", "2", "3", "5", "6", "7", "8", "9"]);
    let dead = dead(&stack, "Dead");
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert_eq!(dead[0]["detail"]["text"], "4");
    let tries = lab
        .seen("test-consumer")
        .iter()
        .flat_map(|event| event["Records"].as_array().unwrap().clone())
        .filter(|record| record["body"].as_str().unwrap().contains(r#""text":"4""#))
        .count();
    assert_eq!(tries, 3);
    stack.shutdown().await;
}

#[tokio::test]
async fn a_worker_that_crashes_panics_or_hangs_gets_its_message_again() {
    let (lab, scratch) = (Lab::default(), Scratch::new());
    let stack = lab.start(&scratch).await;
    lab.trouble("test-consumer", "panics", Trouble::Panic);
    lab.trouble("test-consumer", "hangs", Trouble::Hang);
    put_event(&stack, "contract.signed", "panics").await;
    settled(&stack).await;
    // Its time is one second.
    put_event(&stack, "contract.signed", "hangs").await;
    settled(&stack).await;
    assert_eq!(lab.done(), ["hangs", "panics"]);

    lab.trouble("test-consumer", "crashes", Trouble::Hang);
    put_event(&stack, "contract.signed", "crashes").await;
    while stack.links().crash("test-consumer") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    settled(&stack).await;
    assert_eq!(lab.done(), ["crashes", "hangs", "panics"]);
    stack.shutdown().await;
}

#[tokio::test]
async fn a_relay_that_crashes_begins_again_at_the_first_record_that_was_not_done() {
    let (lab, scratch) = (Lab::default(), Scratch::new());
    let stack = lab.start(&scratch).await;
    lab.trouble("test-relay", "1", Trouble::Hang);
    for number in 0..3 {
        put_event(&stack, "contract.signed", &number.to_string()).await;
    }
    while stack.links().crash("test-relay") == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    settled(&stack).await;
    let mut relayed = relayed(&stack);
    relayed.dedup();
    assert_eq!(relayed, ["0", "1", "2"]);
    stack.shutdown().await;
}

#[tokio::test]
async fn entries_that_the_bus_refuses_come_again() {
    let (lab, scratch) = (Lab::default(), Scratch::new());
    let stack = lab.start(&scratch).await;
    // Two failures: one call that the SDK gives up, one entry that the bus refuses. A third would
    // be more than the template allows.
    stack.links().refusals().inject(1);
    stack.links().faults().bus.inject(Fault::Throttled, 3);
    for number in 0..5 {
        put_event(&stack, "contract.signed", &number.to_string()).await;
    }
    settled(&stack).await;
    // An entry behind one that was refused may have come through before it, and came again.
    let mut relayed = relayed(&stack);
    relayed.sort();
    relayed.dedup();
    assert_eq!(relayed, ["0", "1", "2", "3", "4"]);
    let mut done = lab.done();
    done.dedup();
    assert_eq!(done, ["0", "1", "2", "3", "4"]);
    stack.shutdown().await;
}

#[tokio::test]
async fn a_record_that_breaks_its_batch_is_found_and_given_up_with_a_word() {
    for trouble in [Trouble::Explosive, Trouble::Poison] {
        let (lab, scratch) = (Lab::default(), Scratch::new());
        lab.trouble("test-relay", "3", trouble);
        // Written before the relay runs, so that they come as one batch.
        let options = Options {
            workers: Vec::new(),
            ..lab.options(&scratch)
        };
        let stack = Stack::start(options).await.unwrap();
        for number in 0..8 {
            put_event(&stack, "contract.signed", &number.to_string()).await;
        }
        stack.shutdown().await;
        let stack = lab.start(&scratch).await;
        settled(&stack).await;
        assert_eq!(relayed(&stack), ["0", "1", "2", "4", "5", "6", "7"]);
        let given = dead(&stack, "Given");
        assert_eq!(given.len(), 1, "{given:?}");
        assert_eq!(given[0]["DDBStreamBatchInfo"]["batchSize"], 1);
        assert_eq!(
            given[0]["requestContext"]["condition"],
            "RetryAttemptsExhausted"
        );
        stack.shutdown().await;
    }
}

/// Kills a stack: its runtime is gone from one moment to the next, and nothing is closed.
#[test]
fn a_stack_that_is_killed_has_its_messages_and_its_position_again() {
    let scratch = Scratch::new();
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    let lab = Lab::default();
    lab.trouble("test-consumer", "in flight", Trouble::Hang);
    let stack = first.block_on(async {
        let stack = lab.start(&scratch).await;
        put_event(&stack, "contract.signed", "done").await;
        settled(&stack).await;
        put_event(&stack, "contract.signed", "in flight").await;
        while stack.links().queues().counts("Signed").unwrap().in_flight == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stack
    });
    first.shutdown_background();
    drop(stack);

    runtime().block_on(async {
        let lab = Lab::default();
        let mut started = None;
        for _ in 0..100 {
            match Stack::start(lab.options(&scratch)).await {
                Ok(stack) => {
                    started = Some(stack);
                    break;
                }
                // What was killed may hold the folder for a moment more.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        let stack = started.unwrap();
        lab.connect(&stack);
        put_event(&stack, "contract.signed", "after").await;
        settled(&stack).await;
        // The relay may have been killed between its effect and its position: twice is allowed.
        let (mut done, mut relayed) = (lab.done(), relayed(&stack));
        done.dedup();
        relayed.dedup();
        assert_eq!(done, ["after", "in flight"]);
        assert_eq!(relayed, ["done", "in flight", "after"]);
        stack.shutdown().await;
    });
}
