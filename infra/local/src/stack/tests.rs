use std::os::unix::fs::PermissionsExt as _;

use aws_sdk_dynamodb::types::AttributeValue;

use super::*;
use crate::sample;
use crate::scratch::Scratch;

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let scratch = Scratch::new();
    let stack = Stack::start(sample::options(scratch.path())).await.unwrap();
    let put = stack.client.put_item().table_name(&stack.table);
    put.item("pk", text("a"))
        .item("sk", text("STATE"))
        .send()
        .await
        .unwrap();
    let (users, key) = (stack.users().clone(), stack.issuer().key().id().to_owned());
    stack.shutdown().await;

    let stack = Stack::start(sample::options(scratch.path())).await.unwrap();
    let get = stack.client.get_item().table_name(&stack.table);
    let found = get
        .key("pk", text("a"))
        .key("sk", text("STATE"))
        .send()
        .await
        .unwrap();
    assert!(found.item.is_some());
    assert_eq!(stack.users(), &users);
    assert_eq!(stack.issuer().key().id(), key);
    stack.shutdown().await;
}

#[tokio::test]
async fn what_it_hands_out_is_complete_and_private() {
    let scratch = Scratch::new();
    let stack = Stack::start(sample::options(scratch.path())).await.unwrap();
    for name in ["local.json", "local.env"] {
        let mode = std::fs::metadata(stack.home().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let json: Value =
        serde_json::from_slice(&std::fs::read(stack.home().join("local.json")).unwrap()).unwrap();
    assert_eq!(json["url"], stack.url);
    assert_eq!(json["issuer"], stack.url);
    assert_eq!(json["audience"], "sharepact");
    assert_eq!(json["organizations"]["provider-member"], "city-data-office");
    for name in [
        "provider",
        "consumer",
        "stranger",
        "operator",
        "manager",
        "member",
        "provider-manager",
        "provider-member",
    ] {
        assert!(json["tokens"][name].is_string(), "{name}");
        assert!(json["users"][name].is_string(), "{name}");
    }
    let shell = format!(
        "set -eu; . {}/local.env; \
         printf '%s %s %s %s' \"$SHAREPACT_URL\" \"$AWS_ENDPOINT_URL_DYNAMODB\" \
         \"${{#SHAREPACT_SEALING_KEY}}\" \"$SHAREPACT_TABLE\"",
        stack.home().display()
    );
    let run = std::process::Command::new("sh")
        .args(["-c", &shell])
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    let expected = format!("{} {} 64 {}", stack.url, stack.dynamodb, stack.table);
    assert_eq!(String::from_utf8(run.stdout).unwrap(), expected);
    stack.shutdown().await;
}

#[tokio::test]
async fn a_port_or_a_folder_that_is_taken_is_refused_with_a_way_out() {
    let (one, two) = (Scratch::new(), Scratch::new());
    let stack = Stack::start(sample::options(one.path())).await.unwrap();
    let port: u16 = stack.url.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut options = sample::options(two.path());
    options.port = Some(port);
    let error = Stack::start(options).await.err().unwrap().to_string();
    assert!(error.contains(&format!("port {port} is taken")) && error.contains("--port 0"));
    let error = Stack::start(sample::options(one.path()))
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("already runs") && error.contains("--home"),
        "{error}"
    );
    stack.shutdown().await;
}

#[tokio::test]
async fn a_stack_that_is_dropped_frees_its_port_and_its_folder() {
    let scratch = Scratch::new();
    let stack = Stack::start(sample::options(scratch.path())).await.unwrap();
    let port: u16 = stack.url.rsplit_once(':').unwrap().1.parse().unwrap();
    drop(stack);
    // Nothing waits for a stack that was dropped, so what it holds goes a moment later.
    for _ in 0..100 {
        let mut options = sample::options(scratch.path());
        options.port = Some(port);
        match Stack::start(options).await {
            Ok(stack) => return stack.shutdown().await,
            Err(StackError::PortTaken(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("port {port} stays taken");
}

#[tokio::test]
async fn an_operation_without_a_function_is_refused_by_name() {
    let scratch = Scratch::new();
    let mut options = sample::options(scratch.path());
    options
        .template
        .as_mut()
        .unwrap()
        .functions
        .remove("ThingView");
    let error = Stack::start(options).await.err().unwrap().to_string();
    assert!(error.contains("no function ThingView"), "{error}");
}

#[tokio::test]
async fn the_bundle_itself_starts_on_its_own_template() {
    let scratch = Scratch::new();
    let stack = Stack::start(Options::on(scratch.path())).await.unwrap();
    assert!(stack.home().join("s3").join(crate::s3::DOCUMENTS).is_dir());
    stack.shutdown().await;
}
