//! A process that is killed between any two calls leaves either the whole step or nothing.
//!
//! A stack runs in a child process – this very test program, told to be one – under as many
//! commands as it can take, and is killed with the one signal that nothing can catch. The next
//! stack on the same folder must find a table in which every rule holds, with everything that was
//! ever answered, and must answer what was left open as if nothing had happened.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use sharepact_domain::id::ContractId;
use sharepact_local::{Options, Stack};
use sharepact_runtime::Clock;
use sharepact_store::Store;

use crate::audit::{self, Tally};
use crate::world::{
    Answer, Door, Request, Scratch, challenge, command, definition, get, key, post, put,
    registration, request,
};

/// Tells the program to be the child, and on which folder.
const CHILD: &str = "SHAREPACT_INSIDE_CHILD";
/// How long each life lasts, in milliseconds of work.
const LIVES: [u64; 6] = [35, 90, 150, 230, 61, 310];
/// Who works at the same time.
const WORKERS: usize = 6;

#[derive(Deserialize)]
struct Handout {
    url: String,
    tokens: BTreeMap<String, String>,
    users: BTreeMap<String, String>,
}

/// Not a test: what the child does. Without the variable it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the test below"]
async fn child() {
    #[expect(
        clippy::disallowed_methods,
        reason = "only the parent sets it, for this program"
    )]
    let Ok(home) = std::env::var(CHILD) else {
        return;
    };
    let stack = Stack::start(Options::on(home))
        .await
        .expect("the stack starts");
    // Should the parent be gone, the child goes too.
    tokio::time::sleep(Duration::from_mins(1)).await;
    stack.shutdown().await;
}

fn start(home: &Path) -> Child {
    let program = std::env::current_exe().expect("this program has a path");
    Command::new(program)
        .args(["--exact", "killed::child", "--ignored", "--nocapture"])
        .env(CHILD, home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts")
}

async fn handout(home: &Path) -> Handout {
    let path = home.join("local.json");
    for _ in 0..600 {
        let text = std::fs::read(&path).unwrap_or_default();
        if let Ok(handout) = serde_json::from_slice(&text) {
            return handout;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the child did not write {}", path.display());
}

/// What one worker knows: how far each of its contracts was, by its answers, and the request that
/// was never answered.
#[derive(Default)]
struct Known {
    versions: BTreeMap<String, u64>,
    open: Option<Request>,
}

impl Known {
    fn hear(&mut self, request: &Request, answer: &Answer) {
        // A registration that was taken has used its challenge up, and has no key to be known by.
        let taken = is_registration(request) && answer.status == 409;
        let taken = taken && answer.problem() == "challenge-used";
        assert!(
            taken || answer.status < 300,
            "{request:?} was answered {answer:?}"
        );
        if request.path.starts_with("/contracts") {
            let version = answer.json()["version"].as_u64().expect("a version");
            self.versions.insert(answer.id(), version);
        }
    }

    /// Asks; None when the answer never came.
    async fn ask(&mut self, door: &Door, request: Request) -> Option<Answer> {
        match door.send(&request).await {
            Ok(answer) => {
                self.hear(&request, &answer);
                Some(answer)
            }
            Err(_) => {
                self.open = Some(request);
                None
            }
        }
    }

    /// Takes one contract after the other through the pipeline until the stack is gone.
    async fn work(mut self, door: Door) -> Self {
        while self.pipeline(&door).await.is_some() {}
        self
    }

    async fn pipeline(&mut self, door: &Door) -> Option<()> {
        let asset = fresh("asset");
        self.ask(
            door,
            put(
                "provider",
                format!("/assets/{asset}"),
                definition("Private"),
            ),
        )
        .await?;
        let begin = post("consumer", "/contracts", request(&asset)).key(fresh("key"));
        let id = self.ask(door, begin).await?.id();
        for step in ["draft", "negotiate"] {
            self.ask(door, command(step, &id).key(fresh("key"))).await?;
        }
        let accept = post("provider", format!("/contracts/{id}/accept"), json!({}));
        self.ask(door, accept.key(fresh("key"))).await?;
        for step in ["activate", "stop"] {
            self.ask(door, command(step, &id).key(fresh("key"))).await?;
        }
        Some(())
    }

    /// Changes a wallet to and fro.
    async fn change_wallets(mut self, door: Door, owner: String) -> Self {
        for key in [1, 2, 3].map(key).iter().cycle() {
            let asked = challenge("stranger", &owner, key);
            let Some(told) = self.ask(&door, asked).await else {
                break;
            };
            let change = registration("stranger", &owner, key, &told);
            if self.ask(&door, change).await.is_none() {
                break;
            }
        }
        self
    }
}

fn is_registration(request: &Request) -> bool {
    request.method == Method::PUT && request.path.starts_with("/wallets/")
}

fn fresh(prefix: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// One life: started, worked, killed.
async fn live(home: &Path, span: Duration) -> Vec<Known> {
    let stale = home.join("local.json");
    if stale.exists() {
        std::fs::remove_file(&stale).expect("the file of the life before can go");
    }
    let mut child = start(home);
    let handout = handout(home).await;
    let door = Door::new(handout.url, &handout.tokens);
    door.wallet("consumer", &handout.users["consumer"], &key(0))
        .await;
    let mut workers: Vec<_> = (0..WORKERS)
        .map(|_| tokio::spawn(Known::default().work(door.clone())))
        .collect();
    let owner = handout.users["stranger"].clone();
    workers.push(tokio::spawn(Known::default().change_wallets(door, owner)));
    tokio::time::sleep(span).await;
    child.kill().expect("the child is killed");
    child.wait().expect("the child is gone");
    let mut known = Vec::new();
    for worker in workers {
        known.push(worker.await.expect("a worker comes to its end"));
    }
    known
}

async fn look(stack: &Stack) -> Tally {
    let store = Store::new(stack.client.clone(), stack.table.clone());
    let now = Clock::system().now();
    audit::table(&store, &stack.client, &stack.table, now).await
}

fn version_of(tally: &Tally, id: &str) -> u64 {
    let id = ContractId::parse(id).expect("an id");
    let contract = tally.contracts.get(&id);
    contract
        .unwrap_or_else(|| panic!("{id} was answered and is not there"))
        .version
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_leaves_whole_steps_or_nothing() {
    let scratch = Scratch::new();
    let (mut steps, mut left_open, mut taken) = (0, 0, 0);
    for span in LIVES {
        let known = live(scratch.path(), Duration::from_millis(span)).await;
        let stack = Stack::start(Options::on(scratch.path()));
        let stack = stack
            .await
            .expect("a stack starts where another was killed");
        let before = look(&stack).await;
        steps += before.events;
        for (id, version) in known.iter().flat_map(|known| &known.versions) {
            let found = version_of(&before, id);
            // The step that was left open may have been taken: one more, and never two.
            assert!(
                (*version..=version + 1).contains(&found),
                "{id}: version {version} was answered, and {found} is there"
            );
        }

        let door = Door::new(&stack.url, stack.tokens());
        for mut known in known {
            let Some(open) = known.open.take() else {
                continue;
            };
            left_open += 1;
            let expected = known.versions.clone();
            let answer = door.send(&open).await.expect("the stack answers");
            taken += usize::from(answer.header("idempotent-replayed").is_some());
            known.hear(&open, &answer);
            if is_registration(&open) {
                let seen = door.send(&get(open.who, &open.path)).await;
                let seen = seen.expect("the stack answers").json();
                let asked = open.body.as_ref().expect("a body");
                assert_eq!(seen["address"], asked["address"], "taken once, and there");
            }
            let after = look(&stack).await;
            for (id, version) in &known.versions {
                let step = match expected.get(id) {
                    Some(before) => u64::from(before < version),
                    None => 1,
                };
                let start = expected.get(id).copied().unwrap_or_default();
                assert_eq!(
                    version_of(&after, id),
                    start + step,
                    "{id}: a step was taken twice"
                );
            }
        }
        stack.shutdown().await;
    }
    println!("{steps} events audited, {left_open} requests left open, {taken} of them taken");
    assert!(
        left_open > LIVES.len(),
        "the kills met too few requests to show anything"
    );
}
