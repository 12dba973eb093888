//! `cargo run`: the bundle on this machine.

mod banner;
mod cli;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use cli::{Cli, Command, Serve, Token};
use lambda_http::tracing::subscriber::{EnvFilter, fmt};
use sharepact_local::{Handout, Home, Issuer, Options, RequestLog, SigningKey, Stack, openapi};
use sharepact_runtime::Clock;
use tokio::signal::unix::{SignalKind, signal};

/// What ends the program early; each error says for itself what to do.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.command {
        None => serve(&cli.home, &cli.serve),
        Some(Command::Token(token)) => mint(&cli.home, token).and_then(|token| print(&token)),
        Some(Command::Openapi) => openapi::document()
            .map_err(Failure::from)
            .and_then(|document| print(&document)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sharepact: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(home: &Path, options: &Serve) -> Result<(), Failure> {
    log_faults();
    let clock = match options.at {
        None => Clock::system(),
        Some(at) => {
            let machine = Clock::system();
            let ahead = at - machine.now().to_chrono();
            Clock::from_fn(move || {
                let now = machine.now();
                now.plus(ahead).unwrap_or(now)
            })
        }
    };
    let options = Options {
        port: Some(options.port),
        clock,
        log: Some(RequestLog::new()),
        ..Options::on(home)
    };
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            // Before the stack starts: a signal in between must not leave it half made.
            let mut terminate = signal(SignalKind::terminate())?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            let stack = Stack::start(options).await?;
            print(&banner::banner(&stack))?;
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stack.shutdown().await;
            Ok(())
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
        eprintln!("sharepact: faults are not logged: {error}");
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
