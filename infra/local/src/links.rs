//! What happens after a commit, wired together: the queues, the bus, the event sources.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sharepact_domain::ledger::dispatch::Policy;
use sharepact_runtime::{App, Chain, Clock, policy};
use thiserror::Error;

use crate::bus::{Bus, Refusals};
use crate::clients::{Clients, LinkFaults, Maker};
use crate::dynamodb::{self, Dynamo};
use crate::home::{Home, Secrets};
use crate::queues::{self, Queues, Wire};
use crate::rpc::{self, Server};
use crate::s3::S3;
use crate::sources::{self, Activity, Failed, Perform, SourceError, Sources, Worker};
use crate::sqlite::FileError;
use crate::stop::Stop;
use crate::template::{Function, Template};

/// Why a link does not hold.
#[derive(Debug, Error)]
pub enum LinkError {
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// An event source does not start.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// No port.
    #[error("no loopback port for the bus and the queues: {0}")]
    Listen(#[from] std::io::Error),
}

/// The servers of the links, before any worker runs.
pub(crate) struct Servers {
    pub queues: Queues,
    pub sqs: Server,
    pub events: Server,
    pub refusals: Refusals,
    pub faults: LinkFaults,
    pub maker: Maker,
    urls: BTreeMap<String, String>,
    ledger: Option<Ledger>,
}

/// The blockchain of a stack.
#[derive(Clone)]
pub struct Ledger {
    /// A node, and the key of the platform's wallet.
    pub chain: Arc<dyn Chain>,
    /// How the ledger behaves.
    pub policy: Policy,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl Servers {
    /// What a function is linked to, as its environment in the template says.
    pub(crate) fn links_of(
        &self,
        function: &Function,
        clients: &Clients,
    ) -> sharepact_runtime::Links {
        let setting = |name: &str| function.environment.get(name).cloned();
        let url = |queue: String| {
            let known = |(resource, url): (&String, &String)| {
                (*resource == queue || url.rsplit('/').next() == Some(&queue)).then(|| url.clone())
            };
            self.urls.iter().find_map(known).unwrap_or(queue)
        };
        let queue = |name: &str| {
            setting(name)
                .map(|queue| sharepact_runtime::Queue::new(clients.queues.clone(), url(queue)))
        };
        let on_chain = function.environment.contains_key("SHAREPACT_LEDGER_RPC");
        sharepact_runtime::Links {
            bus: setting("SHAREPACT_BUS")
                .map(|name| sharepact_runtime::Bus::new(clients.bus.clone(), name)),
            expiries: queue("SHAREPACT_EXPIRIES"),
            settlements: queue("SHAREPACT_SETTLEMENTS"),
            deliveries: queue("SHAREPACT_DELIVERIES"),
            dead_letters: queue("SHAREPACT_DEAD_LETTERS"),
            chain: on_chain
                .then(|| self.ledger.as_ref().map(|ledger| Arc::clone(&ledger.chain)))
                .flatten(),
            policy: match &self.ledger {
                Some(ledger) => on_chain.then_some(ledger.policy),
                None => policy(setting).ok().filter(|_| on_chain),
            },
            vocabulary: sharepact_runtime::vocabulary(setting).unwrap_or_default(),
            // Receivers of a developer's own run on this machine.
            loopback: true,
            documents: setting("SHAREPACT_DOCUMENTS")
                .map(|name| sharepact_runtime::Bucket::new(clients.documents.clone(), name)),
        }
    }

    pub(crate) async fn start(
        home: &Home,
        template: &Template,
        secrets: &Secrets,
        s3: &S3,
        ledger: Option<Ledger>,
        (clock, stop): (&Clock, &Stop),
    ) -> Result<Self, LinkError> {
        let defined: Vec<_> = template.queues.values().cloned().collect();
        let queues = Queues::open(&home.path("queues.sqlite"), &defined)?;
        let (listener, endpoint) = rpc::port().await?;
        let urls = template
            .queues
            .iter()
            .map(|(resource, queue)| (resource.clone(), queues::url(&endpoint, &queue.name)))
            .collect();
        let wire = Arc::new(Wire::new(queues.clone(), endpoint.clone()));
        let sqs = Server::start(listener, endpoint, wire, stop.clone());
        let refusals = Refusals::default();
        let bus = Bus::new(template, queues.clone(), clock.clone(), refusals.clone());
        let (listener, endpoint) = rpc::port().await?;
        let events = Server::start(listener, endpoint, Arc::new(bus), stop.clone());
        let faults = LinkFaults::default();
        let maker = Maker::new(
            secrets,
            &faults,
            &events.endpoint,
            &sqs.endpoint,
            &s3.endpoint,
        );
        Ok(Self {
            queues,
            sqs,
            events,
            refusals,
            faults,
            maker,
            urls,
            ledger,
        })
    }

    /// Waits until the servers have stopped.
    pub(crate) async fn stopped(self) {
        self.sqs.stopped().await;
        self.events.stopped().await;
    }
}

/// The links of a running stack.
pub struct Links {
    servers: Servers,
    sources: Sources,
    own: BTreeMap<&'static str, Clients>,
}

impl Links {
    /// Starts the event sources of these workers.
    pub(crate) fn start(
        servers: Servers,
        home: &Home,
        template: &Template,
        dynamo: &Dynamo,
        workers: Vec<(&'static Worker, &Function, App)>,
        own: Vec<(&'static str, Clients)>,
        (clock, perform, stop): (Clock, Perform, Stop),
    ) -> Result<Self, LinkError> {
        let names: Vec<_> = workers.iter().map(|(worker, _, _)| *worker).collect();
        if let Some(read) = sources::passed(home.root(), &names)? {
            let file = home.path(dynamodb::FILE);
            let trimmed = dynamodb::trim(&file, &template.table.name, &read)?;
            tracing::debug!(trimmed, "records of the stream are no longer needed");
        }
        let surroundings = sources::Surroundings {
            queues: servers.queues.clone(),
            stream: dynamo.stream(&template.table.name),
            arn: template.table.stream_arn(),
            clock,
            perform,
            stop,
        };
        let sources = Sources::start(home.root(), workers, &surroundings)?;
        Ok(Self {
            servers,
            sources,
            own: own.into_iter().collect(),
        })
    }

    /// The queues, to look into them.
    #[must_use]
    pub fn queues(&self) -> &Queues {
        &self.servers.queues
    }

    /// The URL of the queue that is this resource of the template.
    #[must_use]
    pub fn queue_url(&self, resource: &str) -> Option<&str> {
        self.servers.urls.get(resource).map(String::as_str)
    }

    /// The SQS endpoint.
    #[must_use]
    pub fn sqs(&self) -> &str {
        &self.servers.sqs.endpoint
    }

    /// The EventBridge endpoint.
    #[must_use]
    pub fn events(&self) -> &str {
        &self.servers.events.endpoint
    }

    /// Clients that no policy restricts, for tests that look behind the functions.
    #[must_use]
    pub fn clients(&self) -> Clients {
        self.servers.maker.clients(|| None)
    }

    /// The clients of a worker, which reach what its policy grants.
    #[must_use]
    pub fn clients_of(&self, worker: &str) -> Option<&Clients> {
        self.own.get(worker)
    }

    /// Makes the functions' calls of the bus, the queues and the bucket go wrong.
    #[must_use]
    pub fn faults(&self) -> &LinkFaults {
        &self.servers.faults
    }

    /// Makes the bus refuse entries of requests that it takes.
    #[must_use]
    pub fn refusals(&self) -> &Refusals {
        &self.servers.refusals
    }

    /// Runs a worker of a schedule as if it were due now.
    ///
    /// # Errors
    /// When it fails, or nothing of that name runs on a schedule.
    pub async fn fire(&self, worker: &str) -> Result<Value, Failed> {
        self.sources.fire(worker).await
    }

    /// Runs a worker with this event, as `aws lambda invoke` does.
    ///
    /// # Errors
    /// When it fails, or nothing of that name runs here.
    pub async fn invoke(&self, worker: &str, event: Value) -> Result<Value, Failed> {
        self.sources.activity().invoke(worker, event).await
    }

    /// Crashes what runs of a worker at this moment; answers how many invocations that were.
    #[must_use]
    pub fn crash(&self, worker: &str) -> usize {
        self.sources.activity().crash(worker)
    }

    /// Waits until every record of the stream is read and every queue with a worker is empty;
    /// answers whether that came to pass in time. Dead letters are nobody's work.
    pub async fn settled(&self, patience: Duration) -> bool {
        self.sources.activity().wait(patience).await
    }

    /// What the workers do.
    pub(crate) fn activity(&self) -> &Activity {
        self.sources.activity()
    }

    /// Waits until no worker runs any more.
    pub(crate) async fn sources_stopped(self) -> Servers {
        self.sources.stopped().await;
        self.servers
    }
}
