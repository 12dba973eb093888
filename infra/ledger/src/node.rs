//! A development chain in a process of its own: anvil.
//!
//! The one rule: the process ends with whoever started it, however that one ends.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use serde_json::{Value, json};
use tempfile::TempDir;
use thiserror::Error;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::binary::{NoBinary, find};
use crate::rpc::Rpc;

/// How long a node may take until it answers, and until it has ended.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);
/// How often another port is tried: between the choice of a port and its use another process may take it.
const ATTEMPTS: usize = 5;

/// Ends the node when the pipe to whoever started it ends: the kernel closes that one, whatever happens.
const WATCH: &str = r#"read -r _; kill -KILL "$1" 2>/dev/null"#;

/// What went wrong with a node.
#[derive(Debug, Error)]
pub enum NodeError {
    /// There is no program to start.
    #[error(transparent)]
    NoBinary(#[from] NoBinary),
    /// The process cannot be made, told or ended.
    #[error("the development chain: {0}")]
    Process(#[from] std::io::Error),
    /// It does not answer, or refuses.
    #[error("the development chain: {0}")]
    Answer(String),
}

/// How a node is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program; without it `SHAREPACT_ANVIL`, `anvil` of the path, or what `infra/ledger/node` installed.
    pub binary: Option<PathBuf>,
    /// The chain's id.
    pub chain_id: u64,
    /// The port, on loopback; a free one without it.
    pub port: Option<u16>,
    /// A block every so many seconds; without it a block for every transaction.
    pub block_time: Option<u32>,
    /// The file that the chain's state is kept in between two starts; a temporary one without it.
    pub state: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            binary: None,
            chain_id: 31_337,
            port: None,
            block_time: None,
            state: None,
        }
    }
}

/// A running chain.
#[derive(Debug)]
pub struct Node {
    options: Options,
    binary: PathBuf,
    state: PathBuf,
    _folder: TempDir,
    port: u16,
    rpc: Rpc,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    // First, or it would look after a process that is no more.
    _watch: Child,
    node: Child,
    pid: Pid,
}

impl Node {
    /// Starts a chain and waits until it answers.
    ///
    /// # Errors
    /// [`NodeError::NoBinary`] says what to run where there is no program.
    pub async fn start(options: Options) -> Result<Self, NodeError> {
        let binary = find(options.binary.as_deref())?;
        let folder = tempfile::tempdir()?;
        let own = || folder.path().join("state.json");
        let state = options.state.clone().unwrap_or_else(own);
        let mut attempt = 1;
        loop {
            let port = match options.port {
                Some(port) => port,
                None => TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port(),
            };
            let rpc = Rpc::new(port)?;
            match run(&binary, &options, &state, port, &rpc).await {
                Ok(running) => {
                    return Ok(Self {
                        options,
                        binary,
                        state,
                        _folder: folder,
                        port,
                        rpc,
                        running: Some(running),
                    });
                }
                Err(error) if options.port.is_some() || attempt == ATTEMPTS => return Err(error),
                Err(_) => attempt += 1,
            }
        }
    }

    /// Where it is asked.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends the process as a machine would that is shut down; its state is kept, what waits for a block is not.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop(&mut self) -> Result<(), NodeError> {
        let Some(mut running) = self.running.take() else {
            return Ok(());
        };
        kill_process(running.pid, Signal::CONT).map_err(std::io::Error::from)?;
        kill_process(running.pid, Signal::TERM).map_err(std::io::Error::from)?;
        match timeout(PATIENCE, running.node.wait()).await {
            Ok(ended) => ended.map(drop).map_err(NodeError::from),
            Err(_) => Err(NodeError::Answer("it does not end".to_owned())),
        }
    }

    /// Starts it again where it was, with the state that it had.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn restart(&mut self) -> Result<(), NodeError> {
        self.stop().await?;
        let (options, port) = (&self.options, self.port);
        let running = run(&self.binary, options, &self.state, port, &self.rpc).await?;
        self.running = Some(running);
        Ok(())
    }

    /// Holds the process still: connections are taken and nothing is answered.
    ///
    /// # Errors
    /// When it does not run.
    pub fn pause(&self) -> Result<(), NodeError> {
        let pid = self.signal(Signal::STOP)?;
        // Until it stands still it may still answer.
        let stands = waitid(
            WaitId::Pid(pid),
            WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT,
        );
        stands
            .map(drop)
            .map_err(|error| NodeError::Process(error.into()))
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When it does not run.
    pub fn resume(&self) -> Result<(), NodeError> {
        self.signal(Signal::CONT).map(drop)
    }

    fn signal(&self, signal: Signal) -> Result<Pid, NodeError> {
        let stopped = || NodeError::Answer("it does not run".to_owned());
        let running = self.running.as_ref().ok_or_else(stopped)?;
        kill_process(running.pid, signal).map_err(std::io::Error::from)?;
        Ok(running.pid)
    }

    /// Asks it anything.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub async fn ask(&self, method: &str, parameters: Value) -> Result<Value, NodeError> {
        self.rpc.ask(method, parameters).await
    }

    /// The file that its state is kept in.
    #[must_use]
    pub fn state(&self) -> &Path {
        &self.state
    }
}

async fn run(
    binary: &Path,
    options: &Options,
    state: &Path,
    port: u16,
    rpc: &Rpc,
) -> Result<Running, NodeError> {
    let mut command = Command::new(binary);
    command
        .arg("--quiet")
        .args(["--host", "127.0.0.1"])
        .args(["--port", &port.to_string()])
        .args(["--chain-id", &options.chain_id.to_string()])
        // Nobody's keys: who needs ether is given it.
        .args(["--accounts", "0"])
        .arg("--no-cors")
        .arg("--preserve-historical-states")
        .arg("--state")
        .arg(state)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    if let Some(seconds) = options.block_time {
        command.args(["--block-time", &seconds.to_string()]);
    }
    let mut node = command.spawn()?;
    let ended = || NodeError::Answer("it has ended at once".to_owned());
    let number = node.id().and_then(|id| i32::try_from(id).ok());
    let pid = number.and_then(Pid::from_raw).ok_or_else(ended)?;
    let watch = Command::new("sh")
        .args(["-c", WATCH, "sh", &pid.as_raw_nonzero().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let begun = Instant::now();
    loop {
        if node.try_wait()?.is_some() {
            return Err(ended());
        }
        let answer = rpc.ask("web3_clientVersion", json!([])).await;
        if answer.is_ok() && node.try_wait()?.is_none() {
            return Ok(Running {
                _watch: watch,
                node,
                pid,
            });
        }
        if begun.elapsed() > PATIENCE {
            return Err(NodeError::Answer("it does not answer".to_owned()));
        }
        sleep(PAUSE).await;
    }
}
