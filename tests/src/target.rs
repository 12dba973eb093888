//! Which API the scenarios talk to, and who there is to be.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use sharepact_domain::ledger::dispatch::Policy;
use sharepact_ledger_node::{Node, Options as NodeOptions};
use sharepact_local::{Handout, Home, Issuer, LedgerAt, Options, SigningKey, Stack};
use sharepact_runtime::policy;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::{Deployment, Description, Person};

/// The variable that names the handout of a running API.
const TARGET: &str = "SHAREPACT_TARGET";
/// Where the scenarios' own stacks keep their state, below the build's folder.
const SCRATCH: &str = "tmp";
/// What the gateway of an emulated AWS leaves out.
const UNSENT: &[&str] = &["www-authenticate"];
/// How long an index of a deployed table may lag behind.
const PATIENCE: Duration = Duration::from_secs(10);

/// An API, and the people who call it. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Target>);

struct Target {
    url: String,
    people: BTreeMap<String, (String, Option<String>, String)>,
    http: Client,
    description: Description,
    stack: Option<Stack>,
    /// The chain of the stack's ledger; it ends with this.
    _node: Option<Node>,
    deployment: Option<Deployment>,
    /// Who makes new tokens, where somebody here can.
    issuer: Option<Issuer>,
}

/// Runs one scenario against the API that all scenarios of this process share.
pub fn scenario(body: impl AsyncFnOnce(Api)) {
    static SHARED: OnceLock<(Runtime, Api)> = OnceLock::new();
    let (runtime, api) = SHARED.get_or_init(|| {
        let runtime = Runtime::new().expect("a runtime starts");
        let api = runtime.block_on(Api::chosen());
        (runtime, api)
    });
    runtime.block_on(body(api.clone()));
}

impl Api {
    async fn chosen() -> Self {
        let api = if let Some((handout, deployment)) = handout() {
            Self::of(handout, None, deployment).await
        } else {
            let node = Node::start(NodeOptions::default()).await;
            let node = node.expect("a development chain starts");
            let mut options = Options::on(scratch());
            options.ledger = Some(ledger(&node));
            let stack = Stack::start(options).await.expect("the stack starts");
            Self::of(stack.handout.clone(), Some((stack, Some(node))), None).await
        };
        for name in ["provider", "consumer", "manager"] {
            api.person(name).has_wallet().await;
        }
        api
    }

    /// The API of a stack that the caller started.
    pub async fn on(stack: Stack) -> Self {
        Self::of(stack.handout.clone(), Some((stack, None)), None).await
    }

    async fn of(
        handout: Handout,
        own: Option<(Stack, Option<Node>)>,
        deployment: Option<Deployment>,
    ) -> Self {
        let (stack, node) = own.map_or((None, None), |(stack, node)| (Some(stack), node));
        let issuer = match (&stack, &deployment) {
            (Some(stack), _) => Some(stack.issuer().clone()),
            (None, Some(deployment)) => deployment.issuer(&handout.issuer),
            (None, None) => None,
        };
        let http = Client::builder()
            .timeout(Duration::from_mins(1))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client is built");
        let url = handout.url.trim_end_matches('/').to_owned();
        let document = http.get(format!("{url}/openapi.json")).send().await;
        let document = document.expect("the API answers").json::<Value>().await;
        let emulated = deployment.as_ref().is_some_and(|known| known.emulated);
        let unsent = if emulated { UNSENT } else { &[] };
        let document = document.expect("the OpenAPI document is JSON");
        let description = Description::new(document, unsent);
        let people = handout.tokens.into_iter().map(|(name, token)| {
            let user = handout.users.get(&name).cloned().unwrap_or_default();
            let organization = handout.organizations.get(&name).cloned();
            (name, (user, organization, token))
        });
        Self(Arc::new(Target {
            url,
            people: people.collect(),
            http,
            description,
            stack,
            _node: node,
            deployment,
            issuer,
        }))
    }

    /// The OpenAPI document that the API serves.
    pub fn description(&self) -> &Description {
        &self.0.description
    }

    /// The stack, where the API is one of this process.
    pub fn stack(&self) -> Option<&Stack> {
        self.0.stack.as_ref()
    }

    /// What is known of the deployed stack, where the API is one that says.
    pub fn deployment(&self) -> Option<&Deployment> {
        self.0.deployment.as_ref()
    }

    /// Whether the gateway is an emulation of that of AWS.
    pub fn emulated(&self) -> bool {
        self.deployment().is_some_and(|known| known.emulated)
    }

    /// Whether the gateway hands a body or an id over as it was sent. An emulated one makes text of
    /// every body, and takes `%2F` in a path for a slash before it routes.
    pub fn hands_over(&self, sent: &[u8]) -> bool {
        let text = str::from_utf8(sent);
        let lost = self.emulated() && text.map_or(true, |text| text.contains("%2F"));
        if lost {
            skipped(&format!(
                "the emulated gateway makes something else of {text:?}"
            ));
        }
        !lost
    }

    /// The stack, given back by its last holder.
    pub fn into_stack(self) -> Option<Stack> {
        Arc::into_inner(self.0)?.stack
    }

    /// One of the ready-made identities, by name.
    pub fn person(&self, name: &str) -> Person {
        let known = self.0.people.get(name);
        let (user, organization, token) = known.unwrap_or_else(|| panic!("nobody is {name}"));
        Person {
            api: self.clone(),
            name: name.to_owned(),
            user: user.clone(),
            organization: organization.clone(),
            token: Some(token.clone()),
        }
    }

    /// Offers data, outside any organisation; has a wallet.
    pub fn provider(&self) -> Person {
        self.person("provider")
    }

    /// Wants data, outside any organisation; has a wallet.
    pub fn consumer(&self) -> Person {
        self.person("consumer")
    }

    /// Party to nothing; never has a wallet.
    pub fn stranger(&self) -> Person {
        self.person("stranger")
    }

    /// Runs the platform.
    pub fn operator(&self) -> Person {
        self.person("operator")
    }

    /// Someone new outside any organisation, where tokens can be made; or else the ready-made
    /// identity. Has a wallet.
    pub async fn someone_like(&self, ready_made: &str) -> Person {
        let person = match self.mint(json!({})) {
            Some(person) => person,
            None => self.person(ready_made),
        };
        person.has_wallet().await;
        person
    }

    /// Someone with these claims, under a new user id unless `sub` says otherwise; none where no
    /// tokens can be made.
    pub fn mint(&self, mut claims: Value) -> Option<Person> {
        let issuer = self.0.issuer.as_ref()?;
        if claims["sub"].is_null() {
            claims["sub"] = json!(unique("user"));
        }
        let text = |name: &str| claims[name].as_str().map(str::to_owned);
        Some(Person {
            api: self.clone(),
            name: text("sub").unwrap_or_default(),
            user: text("sub").unwrap_or_default(),
            organization: text("org"),
            token: Some(issuer.mint(claims).expect("a token is signed")),
        })
    }

    /// Someone whose token only says that it is by the API's issuer: another key has signed it. None
    /// where the issuer is not known.
    pub fn forge(&self) -> Option<Person> {
        let folder = scratch();
        let home = Home::open(&folder).expect("a folder can be made");
        let key = SigningKey::open(&home).expect("a key is made");
        let forger = Issuer::new(key, self.0.issuer.as_ref()?.url());
        std::fs::remove_dir_all(folder).expect("the folder is removed");
        let claims = json!({ "sub": unique("user") });
        let token = forger.mint(claims).expect("a token is signed");
        Some(self.bearer(Some(&token)))
    }

    /// A caller who shows this token, or none.
    pub fn bearer(&self, token: Option<&str>) -> Person {
        Person {
            api: self.clone(),
            name: "somebody unknown".to_owned(),
            user: String::new(),
            organization: None,
            token: token.map(str::to_owned),
        }
    }

    /// The sizes of pages to read a list in: all of 1 to `most` on a stack of its own, where lists
    /// are short; a few elsewhere, where others' contracts stand in them too.
    pub fn page_sizes(&self, most: usize) -> Vec<usize> {
        match self.0.stack {
            Some(_) => (1..=most).chain([100]).collect(),
            None => vec![5, 100],
        }
    }

    /// Looks until it finds: at once on a local stack, for a while on a deployed one, whose indexes
    /// follow the table with a delay. `look` says what it misses.
    pub async fn until<T>(&self, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
        let pause = Duration::from_millis(250);
        let mut left = match self.0.stack {
            Some(_) => Duration::ZERO,
            None => PATIENCE,
        };
        loop {
            match look().await {
                Ok(found) => return found,
                Err(missing) => assert!(!left.is_zero(), "{missing}"),
            }
            tokio::time::sleep(pause).await;
            left = left.saturating_sub(pause);
        }
    }

    pub(crate) fn http(&self) -> &Client {
        &self.0.http
    }

    /// The whole address of a path.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.0.url)
    }

    /// Runs several things at once.
    pub async fn at_once<T>(
        &self,
        things: impl IntoIterator<Item = impl Future<Output = T>>,
    ) -> Vec<T> {
        futures::future::join_all(things).await
    }
}

/// A ledger that waits for nobody.
fn ledger(node: &Node) -> LedgerAt {
    let usual = policy(|_| None).expect("the defaults hold");
    LedgerAt {
        rpc: node.url(),
        registry: None,
        policy: Policy {
            wait: 0,
            confirmations: 1,
            ..usual
        },
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one setting of the scenarios is read here"
)]
fn handout() -> Option<(Handout, Option<Deployment>)> {
    let path = std::env::var(TARGET).ok().filter(|path| !path.is_empty())?;
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{TARGET}={path}: {error}"));
    let told: serde_json::Result<Value> = serde_json::from_slice(&text);
    let told = told.unwrap_or_else(|error| panic!("{TARGET}={path}: {error}"));
    let deployment = Deployment::of(&told);
    let handout = serde_json::from_value(told);
    let handout = handout.unwrap_or_else(|error| panic!("{TARGET}={path}: {error}"));
    Some((handout, deployment))
}

/// Says that a scenario cannot be told here, and why.
#[expect(clippy::print_stdout, reason = "the output of a test")]
pub fn skipped(why: &str) {
    println!("skipped: {why}");
}

/// An id that nobody has used before.
#[expect(clippy::disallowed_methods, reason = "a scenario makes ids of its own")]
pub fn unique(what: &str) -> String {
    format!("{what}-{}", Uuid::now_v7())
}

/// A new folder for the state of a stack, in the build's folder. Those of earlier runs, which
/// nothing removed when their process ended, are removed.
pub fn scratch() -> PathBuf {
    let own = std::env::current_exe().expect("a program knows where it is");
    let root = own
        .ancestors()
        .nth(3)
        .expect("a test lies in target/<profile>/deps")
        .join(SCRATCH);
    let old = |entry: &std::fs::DirEntry| {
        let named = entry.file_name().to_string_lossy().starts_with("stack-");
        let age = entry.metadata().and_then(|found| found.modified());
        let age = age.ok().and_then(|since| since.elapsed().ok());
        named && age.is_some_and(|age| age > Duration::from_mins(10))
    };
    for entry in std::fs::read_dir(&root).into_iter().flatten().flatten() {
        if old(&entry) {
            // Somebody else may be removing it too.
            std::fs::remove_dir_all(entry.path()).unwrap_or_default();
        }
    }
    root.join(unique("stack"))
}
