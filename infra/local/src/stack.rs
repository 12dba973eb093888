//! The embedded stack: everything that a deployed bundle has around its functions, in one process.
//!
//! Start it, talk to its address, shut it down. Tests start one each, on a folder of their own.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use hyper::service::service_fn;
use serde_json::Value;
use sharepact_http::SealingKey;
use sharepact_runtime::{App, Clock, Log, Operation};
use sharepact_store::Store;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::authorizer::Authorizer;
use crate::calls::Calls;
use crate::clock::MovableClock;
use crate::dynamodb::{self, Dynamo, DynamoError};
use crate::faults::{Faults, Service};
use crate::gateway::{self, Gateway, Invoke};
use crate::guard::{self, Guard};
use crate::handout::Handout;
use crate::home::{Home, HomeError};
use crate::keys::{KeyError, SigningKey};
use crate::ledger::{self, LedgerAt, LedgerState};
use crate::links::{LinkError, Links, Servers};
use crate::request_log::RequestLog;
use crate::routes::{RouteError, Routes, Target};
use crate::rpc::Server;
use crate::s3::{S3, S3Error};
use crate::sources::{self, Perform, Worker};
use crate::stop::{self, Stop, Stopper};
use crate::template::{Function, Template, TemplateError};
use crate::tokens::{AUDIENCE, Issuer, Users};
use crate::{connections, control, operations};

/// The port when none is asked for.
pub const PORT: u16 = 9000;

/// How to start a stack.
pub struct Options {
    /// The state folder.
    pub home: PathBuf,
    /// The port; 0 picks a free one, `None` takes [`PORT`].
    pub port: Option<u16>,
    /// The functions' clock.
    pub clock: Clock,
    /// The clock again, where it may be moved while the stack runs.
    pub movable: Option<MovableClock>,
    /// The blockchain; without one the ledger is off.
    pub ledger: Option<LedgerAt>,
    /// Where requests are logged, if anywhere.
    pub log: Option<RequestLog>,
    /// Where the functions' own lines go.
    pub lines: Log,
    /// The operations; all of them, except in tests of the stack itself.
    pub operations: Vec<&'static Operation>,
    /// Another template than the bundle's.
    pub template: Option<Template>,
    /// What runs the handlers; the handlers themselves, except in tests of the stack itself.
    pub invoke: Invoke,
    /// The functions that are not behind HTTP; all of them, except in tests.
    pub workers: Vec<&'static Worker>,
    /// What runs them; their own functions, except where a test stands in between.
    pub perform: Perform,
}

impl Options {
    /// A stack of every operation on this folder, on a free port, by the machine's clock, silent.
    pub fn on(home: impl Into<PathBuf>) -> Self {
        Self {
            home: home.into(),
            port: Some(0),
            clock: Clock::system(),
            movable: None,
            ledger: None,
            log: None,
            lines: Log::default(),
            operations: operations::all(),
            template: None,
            invoke: gateway::invoke,
            workers: operations::workers(),
            perform: sources::perform(),
        }
    }
}

/// Why the stack does not start.
#[derive(Debug, Error)]
pub enum StackError {
    /// The state folder cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The template cannot be followed.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The embedded DynamoDB does not serve.
    #[error(transparent)]
    Dynamo(#[from] DynamoError),
    /// The embedded S3 does not serve.
    #[error(transparent)]
    S3(#[from] S3Error),
    /// What follows a commit does not work.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The routes do not make a router.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// Somebody else has the port.
    #[error("port {0} is taken: choose another with --port, or let --port 0 pick a free one")]
    PortTaken(u16),
    /// The port cannot be listened on.
    #[error("port {port} cannot be used: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// An operation has no function in the template.
    #[error("template.yaml has no function {0}, so nothing says what it may do")]
    NoFunction(String),
    /// The kept sealing key is too short.
    #[error("the sealing key in secrets.json is too short: remove the file and start again")]
    SealingKey,
}

/// A running stack.
pub struct Stack {
    /// The API's address.
    pub url: String,
    /// What `local.json` and `local.env` say: the tokens, the users, the endpoints.
    pub handout: Handout,
    /// The DynamoDB endpoint.
    pub dynamodb: String,
    /// The S3 endpoint.
    pub s3: String,
    /// A client that no policy restricts, for tests that look behind the API.
    pub client: Client,
    /// The table.
    pub table: String,
    /// The blockchain.
    pub ledger: LedgerState,
    issuer: Issuer,
    calls: Calls,
    faults: Faults,
    stopper: Stopper,
    workers: Stopper,
    gateway: Vec<JoinHandle<()>>,
    links: Links,
    control: Server,
    servers: (Dynamo, S3),
    /// Last, so that the folder is free only when nothing uses it any more.
    home: Home,
}

impl Stack {
    /// Starts a stack and waits until it answers.
    ///
    /// # Errors
    /// Says what is in the way, and what to do about it.
    pub async fn start(options: Options) -> Result<Self, StackError> {
        let template = match options.template {
            Some(template) => template,
            None => Template::load()?,
        };
        let home = Home::open(&options.home)?;
        let secrets = home.secrets()?;
        let users = Users::open(&home)?;
        let key = SigningKey::open(&home)?;
        let (listeners, port) = listen(options.port.unwrap_or(PORT)).await?;
        let url = format!("http://localhost:{port}");

        let (stopper, stop) = stop::channel();
        let clock = options.clock;
        let dynamo = Dynamo::start(home.root(), clock.clone(), stop.clone()).await?;
        let settings = |http| dynamodb::settings(&dynamo.endpoint, &secrets, http);
        let client = Client::from_conf(settings(guard::plain_http()));
        let faults = Faults::default();
        let settings = settings(guard::shared_http(Service::DynamoDb, faults.clone()));
        dynamodb::ensure_table(&client, &template.table, home.root()).await?;
        let buckets = template.buckets.values().map(String::as_str);
        let s3 = S3::start(home.root(), buckets, &secrets, stop.clone()).await?;
        let ledger = ledger::open(&home, options.ledger).await;
        let around = (&clock, &stop);
        let on = ledger.ledger();
        let servers = Servers::start(&home, &template, &secrets, &s3, on, around).await?;

        let calls = Calls::default();
        let seals = SealingKey::new(secrets.seals.as_bytes()).ok_or(StackError::SealingKey)?;
        let app = |name: &'static str, resource: String| {
            let function = function(&template, &resource)?;
            let guard = || {
                let statements = function.statements.clone();
                Guard::new(name, resource.clone(), statements, calls.clone())
            };
            let client = Client::from_conf(settings.to_builder().interceptor(guard()).build());
            let clients = servers.maker.clients(|| Some(guard()));
            let app = App {
                store: Store::new(client, template.table.name.clone()),
                clock: clock.clone(),
                seals: seals.clone(),
                links: servers.links_of(function, &clients),
                log: options.lines.fresh(),
            };
            Ok::<_, StackError>((function, app, clients))
        };
        let mut targets = Vec::new();
        for operation in options.operations {
            let (_, app, _) = app(operation.name, operation.resource())?;
            targets.push(Target { operation, app });
        }
        let (mut workers, mut own) = (Vec::new(), Vec::new());
        for worker in options.workers {
            let (function, app, clients) = app(worker.name, worker.resource())?;
            workers.push((worker, function, app));
            own.push((worker.name, clients));
        }
        let issuer = Issuer::new(key, &url);
        let gateway = Arc::new(Gateway {
            routes: Routes::new(targets)?,
            authorizer: Authorizer::new(issuer.key(), issuer.url(), AUDIENCE)?,
            issuer: issuer.clone(),
            invoke: options.invoke,
            clock: clock.clone(),
            log: options.log,
        });
        let handout = Handout::new(&issuer, &users, &secrets, &dynamo, &s3, &servers, &template)?;
        handout.write(&home)?;
        let (workers_stopper, workers_stop) = stop::channel();
        let how = (clock, options.perform, workers_stop);
        let links = Links::start(servers, &home, &template, &dynamo, workers, own, how)?;
        let activity = links.activity().clone();
        let control = control::serve(&home, activity, options.movable, stop.clone())
            .await
            .map_err(LinkError::Listen)?;
        let gateway = listeners
            .into_iter()
            .map(|listener| tokio::spawn(accept(listener, Arc::clone(&gateway), stop.clone())))
            .collect();
        Ok(Self {
            url,
            handout,
            dynamodb: dynamo.endpoint.clone(),
            s3: s3.endpoint.clone(),
            client,
            table: template.table.name,
            ledger,
            issuer,
            calls,
            faults,
            stopper,
            workers: workers_stopper,
            gateway,
            links,
            control,
            servers: (dynamo, s3),
            home,
        })
    }

    /// The state folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.root()
    }

    /// What the functions asked of DynamoDB.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// What follows a commit: the bus, the queues and the workers.
    #[must_use]
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Makes the functions' calls of DynamoDB go wrong.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The tokens of the ready-made identities, by name.
    #[must_use]
    pub fn tokens(&self) -> &BTreeMap<String, String> {
        &self.handout.tokens
    }

    /// Their user ids, by name.
    #[must_use]
    pub fn users(&self) -> &BTreeMap<String, String> {
        &self.handout.users
    }

    /// Their organisations, by name, for those who have one.
    #[must_use]
    pub fn organizations(&self) -> &BTreeMap<String, String> {
        &self.handout.organizations
    }

    /// A token with these claims; see [`Issuer::mint`].
    ///
    /// # Errors
    /// When the claims are no object or the signature fails.
    pub fn mint(&self, claims: Value) -> Result<String, KeyError> {
        self.issuer.mint(claims)
    }

    /// The issuer of its tokens.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Stops: requests that run are finished, then the state folder is free for another stack.
    pub async fn shutdown(self) {
        // Workers first: what they are at, they finish with all that they need still there.
        self.workers.stop();
        let servers = self.links.sources_stopped().await;
        self.stopper.stop();
        for gateway in self.gateway {
            if tokio::time::timeout(Duration::from_secs(6), gateway)
                .await
                .is_err()
            {
                tracing::warn!("the gateway did not stop in time");
            }
        }
        servers.stopped().await;
        self.control.stopped().await;
        let (dynamo, s3) = self.servers;
        dynamo.stopped().await;
        s3.stopped().await;
        drop(self.home);
    }
}

fn function<'a>(template: &'a Template, resource: &str) -> Result<&'a Function, StackError> {
    template
        .functions
        .get(resource)
        .ok_or_else(|| StackError::NoFunction(resource.to_owned()))
}

async fn accept(listener: TcpListener, gateway: Arc<Gateway>, stop: Stop) {
    let service = move |peer| {
        let gateway = Arc::clone(&gateway);
        service_fn(move |request| Arc::clone(&gateway).serve(peer, request))
    };
    connections::serve(listener, service, stop).await;
}

/// Listens on loopback only: on 127.0.0.1 and, where the machine has it, on `::1`,
/// so that `localhost` leads here whichever of the two a client tries first.
async fn listen(port: u16) -> Result<(Vec<TcpListener>, u16), StackError> {
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AddrInUse => StackError::PortTaken(port),
        _ => StackError::Listen { port, source },
    };
    let v4 = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .await
        .map_err(failed)?;
    let chosen = v4.local_addr().map_err(failed)?.port();
    match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, chosen))).await {
        Ok(v6) => Ok((vec![v4, v6], chosen)),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && port != 0 => {
            Err(StackError::PortTaken(port))
        }
        Err(error) => {
            tracing::debug!(%error, "not listening on ::1");
            Ok((vec![v4], chosen))
        }
    }
}

#[cfg(test)]
mod tests;
