//! A rule and a queue of the test's own, which hear everything on the bus.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use sharepact_local::Stack;
use sharepact_local::template::Template;
use sharepact_tests::Schemas;

use crate::world::World;

/// What is added to the template.
const SPY: &str = "
  Overheard:
    Type: AWS::SQS::Queue
  OverheardRule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: { source: [sharepact] }
      Targets:
        - Id: Overheard
          Arn: !GetAtt Overheard.Arn
";

/// More than any test here waits for.
const PATIENCE: Duration = Duration::from_secs(90);

/// The bundle's template with the spy in it.
pub fn template() -> Template {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(tests.join("../template.yaml")).expect("the template");
    let (before, after) = text
        .split_once("\nOutputs:")
        .expect("Outputs follow Resources");
    Template::parse(&format!("{before}\n{SPY}\nOutputs:{after}")).expect("the template is read")
}

impl World {
    /// A world in which everything runs, with the spy.
    pub async fn overheard() -> Self {
        Self::with(|options| options.template = Some(template())).await
    }

    /// Waits until nothing is left to do.
    pub async fn settled(&self) {
        settled(&self.stack).await;
    }

    /// The events that were put on the bus, in the order in which they came, repeated ones too. Each
    /// is held against its schema.
    pub fn published(&self) -> Vec<Value> {
        published(&self.stack)
    }

    /// Moves the dead letters of a queue back to where they came from; answers how many.
    pub async fn send_back(&self, dead: &str, queue: &str) -> usize {
        let links = self.stack.links();
        let queues = links.clients().queues;
        let url = |resource| links.queue_url(resource).expect("there is such a queue");
        let mut moved = 0;
        loop {
            let receive = queues.receive_message().queue_url(url(dead));
            let received = receive.max_number_of_messages(10).send().await;
            let messages = received
                .expect("the queue answers")
                .messages
                .unwrap_or_default();
            if messages.is_empty() {
                return moved;
            }
            for message in messages {
                let body = message.body().expect("a body");
                let send = queues
                    .send_message()
                    .queue_url(url(queue))
                    .message_body(body);
                send.send().await.expect("it is sent");
                let handle = message.receipt_handle().expect("a handle");
                let delete = queues
                    .delete_message()
                    .queue_url(url(dead))
                    .receipt_handle(handle);
                delete.send().await.expect("it is deleted");
                moved += 1;
            }
        }
    }

    /// The dead letters of a queue: their bodies, and the reasons.
    pub fn dead_letters(&self, resource: &str) -> Vec<(Value, String)> {
        let messages = look(&self.stack, resource);
        messages
            .into_iter()
            .map(|message| {
                let reason = message.attributes["Reason"]["StringValue"].as_str();
                let body = serde_json::from_str(&message.body).unwrap_or(Value::Null);
                (body, reason.unwrap_or_default().to_owned())
            })
            .collect()
    }
}

pub async fn settled(stack: &Stack) {
    assert!(stack.links().settled(PATIENCE).await, "work is left");
}

fn look(stack: &Stack, resource: &str) -> Vec<sharepact_local::Message> {
    let url = stack
        .links()
        .queue_url(resource)
        .expect("there is such a queue");
    let name = url.rsplit('/').next().expect("a URL has a last part");
    let queues = stack.links().queues();
    queues
        .look(name, 100_000)
        .expect("the queue can be looked at")
}

pub fn published(stack: &Stack) -> Vec<Value> {
    let schemas = Schemas::load();
    look(stack, "Overheard")
        .into_iter()
        .map(|message| {
            let envelope: Value = serde_json::from_str(&message.body).expect("JSON");
            let event = envelope["detail"].clone();
            schemas.check(&event);
            assert_eq!(envelope["detail-type"], event["type"]);
            assert_eq!(envelope["source"], "sharepact");
            assert!(
                event["traceparent"].is_string(),
                "on the bus each event is traced"
            );
            event
        })
        .collect()
}

/// The events of each aggregate in the order in which they came first.
pub fn first_seen(events: &[Value]) -> BTreeMap<String, Vec<u64>> {
    let (mut seen, mut orders) = (BTreeSet::new(), BTreeMap::<String, Vec<u64>>::new());
    for event in events {
        if seen.insert(event["id"].as_str().expect("an id").to_owned()) {
            let sequence = event["sequence"].as_u64().expect("a sequence");
            let aggregate = format!("{}", event["aggregate"]);
            orders.entry(aggregate).or_default().push(sequence);
        }
    }
    orders
}

/// Every aggregate's events came, and each for the first time after the one before it.
pub fn in_order(events: &[Value]) {
    for (aggregate, order) in first_seen(events) {
        let expected: Vec<_> = (1..=order.len() as u64).collect();
        assert_eq!(order, expected, "{aggregate}");
    }
}
