//! The `main` of a function: settings, clients, the handler.

use std::process::ExitCode;
use std::sync::Arc;

use lambda_http::{Error, Request, service_fn};
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use sharepact_store::Store;

use crate::ledger::policy_from_env;
use crate::links::Linked;
use crate::vocabulary::vocabulary_from_env;
use crate::{
    App, Chain, ChainError, Clock, Config, Invocation, Log, Operation, Secrets, Worker, answer,
    perform,
};

/// What makes a function's chain of its environment: `sharepact_chain::from_env`. `None` is a ledger that is off.
pub type Chained = fn(&Secrets) -> Result<Option<Arc<dyn Chain>>, ChainError>;

/// Serves one operation until the environment is shut down.
#[must_use]
pub fn serve(operation: &'static Operation) -> ExitCode {
    start(operation.name, async {
        respond(operation, &app(operation.name).await?).await
    })
}

/// Serves one operation that is linked to more than the table.
#[must_use]
pub fn serve_linked(operation: &'static Operation) -> ExitCode {
    start(operation.name, async {
        respond(operation, &linked(operation.name).await?).await
    })
}

/// Serves one operation that asks the chain.
#[must_use]
pub fn serve_on(operation: &'static Operation, chain: Chained) -> ExitCode {
    start(operation.name, async {
        respond(operation, &chained(operation.name, chain).await?).await
    })
}

async fn respond(operation: &'static Operation, app: &App) -> Result<(), Error> {
    lambda_http::run(service_fn(move |request: Request| async move {
        Ok::<_, std::convert::Infallible>(answer(operation, app, request).await)
    }))
    .await
}

/// Serves one worker until the environment is shut down.
#[must_use]
pub fn work(worker: &'static Worker) -> ExitCode {
    start(worker.name, async {
        toil(worker, &linked(worker.name).await?).await
    })
}

/// Serves one worker that asks the chain.
#[must_use]
pub fn work_on(worker: &'static Worker, chain: Chained) -> ExitCode {
    start(worker.name, async {
        toil(worker, &chained(worker.name, chain).await?).await
    })
}

async fn toil(worker: &'static Worker, app: &App) -> Result<(), Error> {
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let invocation = Invocation::from(&event.context);
        let done = perform(worker, app, invocation, event.payload).await;
        done.map_err(Error::from)
    }))
    .await
}

/// A current-thread runtime: an environment answers one request at a time.
fn start(name: &str, serving: impl Future<Output = Result<(), Error>>) -> ExitCode {
    lambda_http::tracing::init_default_subscriber();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(serving),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(function = name, %error, "the function stopped");
            ExitCode::FAILURE
        }
    }
}

async fn app(name: &str) -> Result<App, Error> {
    let config = Config::from_env()?;
    Ok(App {
        store: Store::from_env(config.table).await,
        clock: Clock::system(),
        seals: config.seals,
        links: crate::Links {
            vocabulary: vocabulary_from_env()?,
            ..crate::Links::default()
        },
        log: Log::stdout(&config.function, name),
    })
}

/// The same with its links.
async fn linked(name: &str) -> Result<App, Error> {
    let Linked { links, .. } = crate::links::from_env().await;
    Ok(App {
        links,
        ..app(name).await?
    })
}

/// The same with the chain. What cannot be used there stops the function at its start, as any other setting does.
async fn chained(name: &str, chain: Chained) -> Result<App, Error> {
    let Linked { mut links, secrets } = crate::links::from_env().await;
    links.chain = chain(&secrets)?;
    links.policy = Some(policy_from_env()?);
    Ok(App {
        links,
        ..app(name).await?
    })
}
