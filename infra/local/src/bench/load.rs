//! What the stack does over HTTP while several clients ask at the same time.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::Method;
use http::header::LOCATION;
use hyper::body::Bytes;
use rustix::time::ClockId;
use serde_json::{Value, json};
use sharepact_chain::possession::Key;
use sharepact_local::Stack;
use tokio::task::JoinSet;

use super::figures::Figures;
use crate::Failure;
use crate::demo::material;

/// The assets on offer. A consumer has one live contract on each, so that assets times consumers
/// is how many contracts there can be.
const ASSETS: usize = 100;
/// Contracts that are made ready for each second of measuring; more than a machine comes to.
const A_SECOND: usize = 2_500;
/// Contracts to look at.
const LOOKED_AT: usize = 50;

/// Measures view, create and the pipeline.
pub(super) async fn measure(
    stack: &Stack,
    clients: u32,
    time: Duration,
) -> Result<Vec<Figures>, Failure> {
    let site = Arc::new(Site::prepare(stack, time).await?);
    let mut figures = Vec::new();
    let seen = AtomicUsize::new(0);
    let view = {
        let (site, seen) = (Arc::clone(&site), Arc::new(seen));
        move || {
            let (site, turn) = (Arc::clone(&site), seen.fetch_add(1, Ordering::Relaxed));
            async move { site.view(turn).await.map(|()| true) }
        }
    };
    figures.push(round("view", clients, time, view).await?);
    let create = {
        let site = Arc::clone(&site);
        move || {
            let site = Arc::clone(&site);
            async move { Ok(site.create().await?.is_some()) }
        }
    };
    figures.push(round("create", clients, time, create).await?);
    let pipeline = move || {
        let site = Arc::clone(&site);
        async move { site.pipeline().await }
    };
    figures.push(round("pipeline", clients, time, pipeline).await?);
    Ok(figures)
}

/// Lets every client do the same for so long; work that answers `false` has nothing left to do.
pub(super) async fn round<W, F>(
    name: &'static str,
    clients: u32,
    time: Duration,
    work: W,
) -> Result<Figures, Failure>
where
    W: Fn() -> F + Clone + Send + 'static,
    F: Future<Output = Result<bool, Failure>> + Send,
{
    // Connections are made and caches filled before the clock starts.
    together(clients, time / 10, work.clone()).await?;
    let (start, cpu) = (Instant::now(), super::cpu(ClockId::ProcessCPUTime));
    let times = together(clients, time, work).await?;
    let cpu = super::cpu(ClockId::ProcessCPUTime).saturating_sub(cpu);
    Ok(Figures::new(name, times, start.elapsed(), cpu))
}

async fn together<W, F>(clients: u32, time: Duration, work: W) -> Result<Vec<Duration>, Failure>
where
    W: Fn() -> F + Clone + Send + 'static,
    F: Future<Output = Result<bool, Failure>> + Send,
{
    let end = Instant::now() + time;
    let mut running = JoinSet::new();
    for _ in 0..clients {
        let work = work.clone();
        running.spawn(async move {
            let mut times = Vec::new();
            while Instant::now() < end {
                let start = Instant::now();
                if !work().await? {
                    break;
                }
                times.push(start.elapsed());
            }
            Ok::<_, Failure>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(outcome) = running.join_next().await {
        times.append(&mut outcome??);
    }
    Ok(times)
}

/// What came back.
struct Answered {
    location: Option<String>,
    body: Bytes,
}

/// A stack with offers, and consumers who may take them.
struct Site {
    client: reqwest::Client,
    url: String,
    provider: String,
    consumers: Vec<String>,
    /// The next combination of consumer and asset that has no contract.
    next: AtomicUsize,
    /// Contracts to look at, with a token that may.
    contracts: Vec<(String, String)>,
    drafted: Value,
    countered: Value,
}

impl Site {
    async fn prepare(stack: &Stack, time: Duration) -> Result<Self, Failure> {
        let seconds = usize::try_from(time.as_secs()).unwrap_or(1);
        let consumers = (seconds * A_SECOND + LOOKED_AT).div_ceil(ASSETS);
        let mut site = Self {
            client: reqwest::Client::builder().no_proxy().build()?,
            url: stack.url.clone(),
            provider: stack.mint(json!({"sub": "bench-provider"}))?,
            consumers: Vec::with_capacity(consumers),
            next: AtomicUsize::new(0),
            contracts: Vec::new(),
            drafted: material::draft(),
            countered: material::counter_offer(),
        };
        let asset: Value = serde_json::from_str(material::ASSET)?;
        for number in 0..ASSETS {
            let path = format!("/assets/bench-{number}");
            site.send(Method::PUT, &path, &site.provider, Some(&asset), 201)
                .await?;
        }
        for number in 1..=consumers {
            let user = format!("bench-consumer-{number}");
            let token = stack.mint(json!({"sub": user}))?;
            site.wallet(&format!("/wallets/{user}"), &token).await?;
            site.consumers.push(token);
        }
        while site.contracts.len() < LOOKED_AT {
            let (path, token) = site.create().await?.ok_or("there are too few consumers")?;
            let draft = format!("{path}/draft");
            let provider = &site.provider;
            site.send(Method::POST, &draft, provider, Some(&site.drafted), 200)
                .await?;
            let token = token.to_owned();
            site.contracts.push((path, token));
        }
        Ok(site)
    }

    /// Registers a new wallet.
    async fn wallet(&self, path: &str, token: &str) -> Result<(), Failure> {
        let key = Key::random()?;
        let asked = json!({"address": key.address()});
        let path_of_challenge = format!("{path}/challenge");
        let told = self
            .ask(Method::POST, &path_of_challenge, token, Some(&asked), 200)
            .await?;
        let proof = material::proof(&key, &serde_json::from_slice(&told.body)?)?;
        self.send(Method::PUT, path, token, Some(&proof), 201)
            .await
            .map(drop)
    }

    /// Looks at one of the contracts, terms and all.
    async fn view(&self, turn: usize) -> Result<(), Failure> {
        let contract = self.contracts.get(turn % self.contracts.len().max(1));
        let (path, token) = contract.ok_or("there is no contract to look at")?;
        self.send(Method::GET, path, token, None, 200)
            .await
            .map(drop)
    }

    /// Requests an asset; answers the contract's path and the consumer's token, and nothing when
    /// every consumer has a contract on every asset.
    async fn create(&self) -> Result<Option<(String, &str)>, Failure> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let Some(token) = self.consumers.get(turn / ASSETS) else {
            return Ok(None);
        };
        let asset = format!("bench-{}", turn % ASSETS);
        let body = material::request(&asset, &material::filters());
        let path = self
            .send(Method::POST, "/contracts", token, Some(&body), 201)
            .await?;
        let path = path.ok_or("a contract was made without a Location")?;
        Ok(Some((path, token)))
    }

    /// Takes a contract from request to active.
    async fn pipeline(&self) -> Result<bool, Failure> {
        let Some((path, consumer)) = self.create().await? else {
            return Ok(false);
        };
        let provider = self.provider.as_str();
        let (nothing, payment) = (json!({}), json!({"paymentReference": material::PAYMENT}));
        for (below, token, body) in [
            ("draft", provider, &self.drafted),
            ("negotiate", consumer, &self.countered),
            ("accept", provider, &nothing),
            ("activate", provider, &payment),
        ] {
            let path = format!("{path}/{below}");
            self.send(Method::POST, &path, token, Some(body), 200)
                .await?;
        }
        Ok(true)
    }

    /// Sends a request, reads all of the answer, and returns its Location.
    async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&Value>,
        wanted: u16,
    ) -> Result<Option<String>, Failure> {
        let answer = self.ask(method, path, token, body, wanted).await?;
        Ok(answer.location)
    }

    /// Sends a request and reads all of the answer.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&Value>,
        wanted: u16,
    ) -> Result<Answered, Failure> {
        let call = format!("{method} {path}");
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let location = response.headers().get(LOCATION);
        let location = location
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = response.bytes().await?;
        if status == wanted {
            return Ok(Answered { location, body });
        }
        let said = String::from_utf8_lossy(&body);
        Err(format!("{call} answered {status} instead of {wanted}: {said}").into())
    }
}
