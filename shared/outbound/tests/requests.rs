//! Requests against servers that behave badly, on loopback, and names that resolve badly.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sharepact_outbound::{Failure, Limits, Lookup, Outbound, Reach, system};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const SHORT: Limits = Limits {
    connect: Duration::from_millis(300),
    total: Duration::from_millis(600),
    body: 4 * 1024,
};

/// What a server does with a request.
#[derive(Clone, Copy)]
enum Manner {
    /// Answers this.
    Says(&'static str),
    /// Takes the request, and never answers.
    Silent,
    /// Begins an answer, and sends its body for ever, a little at a time.
    Drips,
    /// Sends a body for ever, as fast as it is read.
    Floods,
    /// Closes the connection.
    Closes,
}

/// A server on loopback: its port, and the requests that it got.
async fn server(manner: Manner) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (mut peer, _) = listener.accept().await.unwrap();
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                let mut buffer = vec![0; 16 * 1024];
                let length = peer.read(&mut buffer).await.unwrap();
                let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
                seen.lock().unwrap().push(request);
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n";
                match manner {
                    Manner::Says(answer) => peer.write_all(answer.as_bytes()).await.unwrap(),
                    Manner::Silent => tokio::time::sleep(Duration::from_secs(30)).await,
                    Manner::Drips => {
                        peer.write_all(head).await.unwrap();
                        while peer.write_all(b"x").await.is_ok() {
                            tokio::time::sleep(Duration::from_millis(50)).await;
                        }
                    }
                    Manner::Floods => {
                        peer.write_all(head).await.unwrap();
                        while peer.write_all(&[b'x'; 4096]).await.is_ok() {}
                    }
                    Manner::Closes => {}
                }
            });
        }
    });
    (port, requests)
}

fn fixed(addresses: &'static [&'static str]) -> Lookup {
    Arc::new(move |_| {
        let found = addresses.iter().map(|text| text.parse().unwrap());
        let found: Vec<IpAddr> = found.collect();
        Box::pin(async move { Ok(found) })
    })
}

fn local(limits: Limits) -> Outbound {
    Outbound::with(Reach::Loopback, limits, system()).unwrap()
}

async fn post(outbound: &Outbound, url: &str) -> Result<u16, Failure> {
    let headers = [("webhook-id", "1".to_owned())];
    let answer = outbound.post(url, &headers, "{\"a\":1}".to_owned()).await;
    answer.map(|answer| answer.status)
}

#[tokio::test]
async fn a_request_arrives_with_its_headers_and_its_very_body() {
    let answer = "HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok";
    let (port, seen) = server(Manner::Says(answer)).await;
    let url = format!("http://127.0.0.1:{port}/events?tenant=4");
    assert_eq!(post(&local(SHORT), &url).await, Ok(201));
    let request = seen.lock().unwrap()[0].to_lowercase();
    assert!(request.starts_with("post /events?tenant=4 http/1.1\r\n"));
    for line in ["webhook-id: 1", "content-type: application/json"] {
        assert!(request.contains(line), "{request}");
    }
    assert!(request.ends_with("\r\n\r\n{\"a\":1}"), "{request}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (target, led) = server(Manner::Says("HTTP/1.1 200 OK\r\n\r\n")).await;
    let answer = format!("HTTP/1.1 307 Look there\r\nlocation: http://127.0.0.1:{target}/\r\n\r\n");
    let (port, _) = server(Manner::Says(answer.leak())).await;
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(post(&local(SHORT), &url).await, Ok(307));
    assert!(led.lock().unwrap().is_empty());
}

#[tokio::test]
async fn nobody_is_waited_for_longer_than_the_limit() {
    for manner in [Manner::Silent, Manner::Drips] {
        let (port, _) = server(manner).await;
        let began = Instant::now();
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(post(&local(SHORT), &url).await, Err(Failure::TimedOut));
        assert!(began.elapsed() < Duration::from_secs(2));
    }
    let hanging: Lookup = Arc::new(|_| Box::pin(std::future::pending()));
    let outbound = Outbound::with(Reach::Public, SHORT, hanging).unwrap();
    let began = Instant::now();
    assert!(outbound.admit("https://slow.example/").await.is_err());
    assert_eq!(
        post(&outbound, "https://slow.example/").await,
        Err(Failure::TimedOut)
    );
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn no_more_of_an_answer_is_read_than_the_limit() {
    let (port, _) = server(Manner::Floods).await;
    let url = format!("http://127.0.0.1:{port}/");
    let answer = local(SHORT).post(&url, &[], String::new()).await.unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, SHORT.body));
}

#[tokio::test]
async fn whatever_goes_wrong_has_a_name() {
    let (port, _) = server(Manner::Closes).await;
    let outbound = local(SHORT);
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(post(&outbound, &url).await, Err(Failure::Broken));
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", free.local_addr().unwrap().port());
    drop(free);
    assert_eq!(post(&outbound, &url).await, Err(Failure::NotConnected));
    let (port, _) = server(Manner::Says("no HTTP at all\r\n\r\n")).await;
    let url = format!("https://localhost:{port}/");
    assert_eq!(post(&outbound, &url).await, Err(Failure::NotConnected));
    let unknown: Lookup =
        Arc::new(|_| Box::pin(async { Err(io::Error::other("there is no such name")) }));
    let outbound = Outbound::with(Reach::Public, SHORT, unknown).unwrap();
    let url = "https://nobody.example/";
    assert_eq!(post(&outbound, url).await, Err(Failure::NotResolved));
    assert!(outbound.admit(url).await.is_err());
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_at_registration_and_at_each_request() {
    for addresses in [
        &["10.0.0.1"][..],
        &["127.0.0.1"],
        &["169.254.169.254"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["fd00:ec2::254"],
        // One honest address hides none of the others.
        &["8.8.8.8", "192.168.0.1"],
    ] {
        let outbound = Outbound::with(Reach::Public, SHORT, fixed(addresses)).unwrap();
        let url = "https://inside.example/";
        let fault = outbound.admit(url).await.unwrap_err();
        assert!(fault.detail.contains("public addresses"), "{fault}");
        for address in addresses {
            assert!(!fault.detail.contains(address), "{fault}");
        }
        let failure = post(&outbound, url).await.unwrap_err();
        assert!(matches!(failure, Failure::NotAllowed(_)), "{failure:?}");
    }
    let outbound = Outbound::with(Reach::Public, SHORT, fixed(&["8.8.8.8"])).unwrap();
    let admitted = outbound.admit("HTTPS://Example.ORG:443/a b").await;
    assert_eq!(admitted.unwrap(), "https://example.org/a%20b");
}

#[tokio::test]
async fn a_name_that_is_public_once_and_inside_the_next_time_leads_nowhere() {
    let (port, seen) = server(Manner::Says("HTTP/1.1 200 OK\r\n\r\n")).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let rebinding: Lookup = Arc::new(move |_| {
        let first = counter.fetch_add(1, Ordering::SeqCst) == 0;
        let address = if first { "8.8.8.8" } else { "127.0.0.1" };
        Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
    });
    let outbound = Outbound::with(Reach::Public, SHORT, rebinding).unwrap();
    let url = format!("https://rebinding.example:{port}/");
    outbound.admit(&url).await.unwrap();
    let failure = post(&outbound, &url).await.unwrap_err();
    assert!(matches!(failure, Failure::NotAllowed(_)), "{failure:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_name_is_resolved_once_and_the_connection_goes_where_that_led() {
    let (port, seen) = server(Manner::Says("HTTP/1.1 204 Done\r\n\r\n")).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let here: Lookup = Arc::new(move |name| {
        assert_eq!(name, "localhost");
        counter.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(vec!["127.0.0.1".parse().unwrap()]) })
    });
    let outbound = Outbound::with(Reach::Loopback, SHORT, here).unwrap();
    for times in 1..=3 {
        let url = format!("http://localhost:{port}/");
        assert_eq!(post(&outbound, &url).await, Ok(204));
        // Nothing is kept open: each request is checked anew.
        assert_eq!(asked.load(Ordering::SeqCst), times);
    }
    assert_eq!(seen.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn without_the_switch_loopback_is_out_of_reach() {
    let (port, seen) = server(Manner::Says("HTTP/1.1 200 OK\r\n\r\n")).await;
    let outbound = Outbound::with(Reach::Public, SHORT, system()).unwrap();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://2130706433:{port}/"),
    ] {
        assert!(outbound.admit(&url).await.is_err(), "{url}");
        let failure = post(&outbound, &url).await.unwrap_err();
        assert!(matches!(failure, Failure::NotAllowed(_)), "{url}");
    }
    assert!(seen.lock().unwrap().is_empty());
}
