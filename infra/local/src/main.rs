//! `cargo run`: the bundle on this machine.

mod banner;
mod bench;
mod cli;
mod demo;
mod jobs;
mod prepare;
mod proof;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use cli::{Bench, Cli, Command, Demo, Serve, Tale, Token, Verify};
use demo::Place;
use lambda_http::tracing::subscriber::{EnvFilter, fmt};
use sharepact_local::{
    Handout, Home, Issuer, LedgerAt, MovableClock, Options, RequestLog, SigningKey, Stack, openapi,
};
use sharepact_runtime::Clock;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

/// What ends the program early; each error says for itself what to do.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.command {
        None => serve(&cli.home(), &cli.serve),
        Some(Command::Demo(options)) => walk(&cli, options),
        Some(Command::Bench(options)) => measure(*options),
        Some(Command::Token(token)) => mint(&cli.home(), token).and_then(|token| print(&token)),
        Some(Command::Expire(options)) => job(jobs::expire(&cli.home(), options.at)),
        Some(Command::Replay(options)) => job(jobs::replay(&cli.home(), options)),
        Some(Command::Ledger(cli::Ledger::Keystore(options))) => {
            prepare::keystore(options).and_then(|address| print(&address))
        }
        Some(Command::Ledger(cli::Ledger::Deploy(options))) => job(prepare::deploy(options)),
        Some(Command::Verify(options)) => prove(options),
        Some(Command::Openapi) => openapi::document()
            .map_err(Failure::from)
            .and_then(|document| print(&document)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn serve(home: &Path, options: &Serve) -> Result<(), Failure> {
    log_faults();
    let clock = MovableClock::default();
    if let Some(at) = options.at {
        clock.move_to(at);
    }
    let options = Options {
        port: Some(options.port),
        clock: clock.clock(),
        movable: Some(clock),
        log: Some(RequestLog::new()),
        ledger: LedgerAt::from_settings()?,
        ..Options::on(home)
    };
    runtime()?.block_on(async {
        // Before the stack starts: a signal in between must not leave it half made.
        let stopped = signals()?;
        let stack = Stack::start(options).await?;
        print(&banner::banner(&stack))?;
        stopped.await;
        stack.shutdown().await;
        Ok(())
    })
}

fn walk(cli: &Cli, options: &Demo) -> Result<(), Failure> {
    log_faults();
    let description = || demo::description(&cli.home());
    let place = match (&options.target, &options.url, &cli.home) {
        (Some(target), url, _) => Place::Running(target.clone(), url.clone()),
        (None, Some(url), _) => Place::Running(description(), Some(url.clone())),
        (None, None, Some(home)) => Place::Kept(home.clone()),
        (None, None, None) => Place::Fresh,
    };
    if options.tale == Tale::Framework && options.ledger {
        return Err("--ledger goes with the marketplace's story".into());
    }
    uninterrupted(demo::run(place, options.tale, &options.pdf, options.ledger))
}

fn measure(options: Bench) -> Result<(), Failure> {
    log_faults();
    uninterrupted(bench::run(options)).and_then(|report| print(&report))
}

/// What goes wrong with a job is its outcome: it is said once, at the end.
fn job(work: impl Future<Output = Result<String, Failure>>) -> Result<(), Failure> {
    uninterrupted(work).and_then(|report| print(&report))
}

/// What was looked at is printed, whether it holds or not.
fn prove(options: &Verify) -> Result<(), Failure> {
    let proved = uninterrupted(proof::verified(options))?;
    print(&proved.table)?;
    match proved.altered {
        None => Ok(()),
        Some(altered) => Err(altered.into()),
    }
}

/// Runs to the end, or until somebody stops it: what it has made for itself goes either way.
fn uninterrupted<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    runtime()?.block_on(async {
        let stopped = signals()?;
        tokio::select! {
            outcome = work => outcome,
            () = stopped => Err("stopped before the end".into()),
        }
    })
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}

/// Listens from now on; resolves when the program is told to stop.
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// The embedded servers warn of every answer that is not a success, such as a condition that does
/// not hold, which is nothing out of the ordinary.
const FAULTS: &str = "warn,dynoxide=error,s3s=error,s3s_fs=error";

/// Faults of the stack and the handlers go to standard error; `RUST_LOG` shows more.
fn log_faults() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(FAULTS));
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .without_time()
        .try_init();
    if let Err(error) = log {
        complain(&format!("faults are not logged: {error}"));
    }
}

fn mint(home: &Path, token: &Token) -> Result<String, Failure> {
    let home = Home::look(home);
    let (Some(key), Some(handout)) = (SigningKey::find(&home)?, Handout::find(&home)?) else {
        let path = home.root().display();
        return Err(format!("no stack was ever started on {path}: run `cargo run` first").into());
    };
    let expires = Clock::system().now().to_chrono() + token.expires_in;
    let issuer = Issuer::new(key, handout.issuer);
    let mut minted = issuer.mint_for(&token.sub, token.org.as_deref(), &token.roles, expires)?;
    minted.push('\n');
    Ok(minted)
}

/// Standard output may be a pipe that closes early, which is no fault of ours.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::from),
    }
}

/// Standard error is where whoever started the program looks when it fails.
fn complain(text: &str) {
    if let Err(error) = writeln!(std::io::stderr(), "sharepact: {text}") {
        tracing::debug!(%error, text, "not said");
    }
}
