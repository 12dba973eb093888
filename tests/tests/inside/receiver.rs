//! An endpoint of a party: a server on loopback that notes what it gets and answers as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What is answered to a request.
#[derive(Clone, Debug)]
pub enum Manner {
    /// This status.
    Status(u16),
    /// A redirect to this address.
    Redirect(String),
    /// Nothing, ever.
    Hang,
}

/// A request that arrived.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Arrival {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The name of the event.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }

    /// Is it signed with this secret, among others? Checked by the reference implementation.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let timestamp = self.header("webhook-timestamp").parse().expect("seconds");
        let expected = standardwebhooks::Webhook::new(secret)
            .expect("a secret")
            .sign(self.header("webhook-id"), timestamp, self.body.as_bytes())
            .expect("a signature");
        self.header("webhook-signature")
            .split(' ')
            .any(|signature| signature == expected)
    }
}

#[derive(Default)]
struct Seen {
    arrivals: Vec<Arrival>,
    /// What is answered to the next requests; after them the last of it.
    manners: Vec<Manner>,
}

/// The endpoint.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
}

impl Receiver {
    /// One that answers so, the last for ever.
    pub async fn start(manners: impl IntoIterator<Item = Manner>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Seen {
            arrivals: Vec::new(),
            manners: manners.into_iter().collect(),
        }));
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((peer, _)) = listener.accept().await {
                tokio::spawn(serve(peer, Arc::clone(&shared)));
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}/events/s3cret"),
            seen,
        }
    }

    /// One that takes everything.
    pub async fn willing() -> Self {
        Self::start([Manner::Status(204)]).await
    }

    /// Answers otherwise from now on.
    pub fn answer(&self, manner: Manner) {
        self.seen.lock().unwrap().manners = vec![manner];
    }

    pub fn arrivals(&self) -> Vec<Arrival> {
        self.seen.lock().unwrap().arrivals.clone()
    }

    /// The names of the events that arrived, in alphabetical order.
    pub fn kinds(&self) -> Vec<String> {
        let mut kinds: Vec<_> = self.arrivals().iter().map(Arrival::kind).collect();
        kinds.sort();
        kinds
    }

    /// Waits until so many requests have arrived.
    pub async fn has(&self, count: usize) -> Vec<Arrival> {
        let began = Instant::now();
        loop {
            let arrivals = self.arrivals();
            if arrivals.len() >= count {
                assert_eq!(arrivals.len(), count, "{arrivals:#?}");
                return arrivals;
            }
            let patience = began.elapsed() < Duration::from_secs(30);
            assert!(patience, "{count} requests were expected: {arrivals:#?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn serve(mut peer: TcpStream, seen: Arc<Mutex<Seen>>) {
    let Some(arrival) = read(&mut peer).await else {
        return;
    };
    let manner = {
        let mut seen = seen.lock().unwrap();
        seen.arrivals.push(arrival);
        match seen.manners.len() {
            0 | 1 => seen.manners.first().cloned().unwrap_or(Manner::Hang),
            _ => seen.manners.remove(0),
        }
    };
    let answer = match manner {
        Manner::Status(status) => format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\n\r\n"),
        Manner::Redirect(to) => {
            format!("HTTP/1.1 307 There\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
        }
        Manner::Hang => {
            tokio::time::sleep(Duration::from_mins(5)).await;
            return;
        }
    };
    // Whoever has gone by then hears nothing.
    peer.write_all(answer.as_bytes()).await.unwrap_or_default();
}

/// A request, read to its end.
async fn read(peer: &mut TcpStream) -> Option<Arrival> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let headers: BTreeMap<_, _> = head
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
                .collect();
            let length = headers.get("content-length")?.parse().ok()?;
            if body.len() >= length {
                let body = body.to_owned();
                return Some(Arrival { headers, body });
            }
        }
        match peer.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
    }
}
