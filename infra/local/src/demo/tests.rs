//! The story from outside: told to its end on a stack, and broken off where a server is broken.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use sharepact_local::{Options, Stack};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::folder::TemporaryFolder;
use super::paper::{Paper, WIDTH};
use super::story::{Failed, Story};
use super::target::{Target, TargetError, Who};
use crate::cli::Tale;

/// Something to write on that can be read while the writer lives.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Write::write(&mut *self.0.lock().unwrap(), bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn told(target: &Target, tale: Tale, fresh: bool) -> (Result<(), Failed>, String) {
    let shared = Shared::default();
    let folder = TemporaryFolder::new("demo-pdf").unwrap();
    let pdf = folder.path().join("contract.pdf");
    let mut story =
        Story::new(target, tale, Paper::new(shared.clone(), false), fresh, &pdf).unwrap();
    let outcome = story.tell().await;
    (outcome, shared.text())
}

fn target(url: String) -> Target {
    let each = |prefix: &str| -> BTreeMap<_, _> {
        [Tale::Marketplace, Tale::Framework]
            .into_iter()
            .flat_map(Who::cast)
            .map(|who| (who.name().to_owned(), format!("{prefix}-{}", who.name())))
            .collect()
    };
    Target {
        url,
        tokens: each("token"),
        users: each("user"),
        organizations: each("organization"),
    }
}

/// A server that answers everything alike.
async fn server(status: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = vec![0; 1_024];
            let _size = connection.read(&mut request).await.unwrap();
            connection.write_all(answer.as_bytes()).await.unwrap();
            connection.shutdown().await.unwrap();
            // What was not read would cut the connection before the answer is there.
            let _size = connection.read_to_end(&mut request).await.unwrap_or(0);
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_is_told_to_its_end_again_and_again() {
    let folder = TemporaryFolder::new("demo-test").unwrap();
    let stack = Stack::start(Options::on(folder.path())).await.unwrap();
    let target = Target {
        url: stack.url.clone(),
        tokens: stack.tokens().clone(),
        users: stack.users().clone(),
        organizations: stack.organizations().clone(),
    };
    for fresh in [true, false, false] {
        let (outcome, text) = told(&target, Tale::Marketplace, fresh).await;
        outcome.unwrap();
        assert_eq!(
            text.contains("A wallet must be registered first"),
            fresh,
            "{text}"
        );
        assert!(text.contains("hash chain ok"), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }
    stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_fleets_share_again_and_again() {
    let folder = TemporaryFolder::new("demo-fleet").unwrap();
    let stack = Stack::start(Options::on(folder.path())).await.unwrap();
    let target = Target {
        url: stack.url.clone(),
        tokens: stack.tokens().clone(),
        users: stack.users().clone(),
        organizations: stack.organizations().clone(),
    };
    for fresh in [true, false] {
        let (outcome, text) = told(&target, Tale::Framework, fresh).await;
        outcome.unwrap();
        assert!(text.contains("50 sessions ended"), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn a_broken_server_fails_the_step() {
    let url = server("500 Internal Server Error", r#"{"message":"out of order"}"#).await;
    let (outcome, _) = told(&target(url), Tale::Marketplace, true).await;
    let said = outcome.unwrap_err().to_string();
    assert_eq!(
        said,
        "step 1 of the demo is not as it should be (The provider offers a data set): \
         PUT /assets/nyc-yellow-taxi-trips answered 500 instead of 201: out of order"
    );
}

#[tokio::test]
async fn an_answer_that_says_nothing_fails_the_step() {
    let url = server("201 Created", "{}").await;
    let (outcome, _) = told(&target(url), Tale::Marketplace, true).await;
    let failed = outcome.unwrap_err();
    assert_eq!(failed.number, 1);
    assert!(
        failed.to_string().contains("has no value at /name"),
        "{failed}"
    );
}

#[tokio::test]
async fn nobody_there_fails_the_step() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (outcome, _) = told(&target(url), Tale::Marketplace, true).await;
    let said = outcome.unwrap_err().to_string();
    assert!(said.contains("was not answered"), "{said}");
}

#[test]
fn a_target_is_complete() {
    let mut target = target("http://localhost:1".to_owned());
    target.tokens.remove("stranger");
    assert!(
        Story::new(
            &target,
            Tale::Framework,
            Paper::new(Shared::default(), false),
            true,
            Path::new("none")
        )
        .is_err()
    );
    let missing = Target::read("/nowhere/local.json".as_ref());
    assert!(matches!(missing, Err(TargetError::Unreadable { .. })));
}
