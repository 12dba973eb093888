//! The `main` of a function: settings, one client, the handler.

use std::process::ExitCode;

use lambda_http::{Error, Request, run, service_fn};
use sharepact_store::Store;

use crate::{App, Clock, Config, Operation, answer};

/// Serves one operation until the environment is shut down.
///
/// A current-thread runtime: an environment answers one request at a time.
#[must_use]
pub fn serve(operation: &'static Operation) -> ExitCode {
    lambda_http::tracing::init_default_subscriber();
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "the async runtime did not start");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(start(operation)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(operation = operation.name, %error, "the function stopped");
            ExitCode::FAILURE
        }
    }
}

async fn start(operation: &'static Operation) -> Result<(), Error> {
    let config = Config::from_env()?;
    let app = App {
        store: Store::from_env(config.table).await,
        clock: Clock::system(),
        cursors: config.cursors,
    };
    let app = &app;
    run(service_fn(move |request: Request| async move {
        Ok::<_, std::convert::Infallible>(answer(operation, app, request).await)
    }))
    .await
}
