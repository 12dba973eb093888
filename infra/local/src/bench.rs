//! `cargo run --release -- bench`: what this machine does with the local stack.
//!
//! The one rule: figures are printed and never judged. They say something about one machine on one
//! day; what must hold everywhere, such as the number of round trips, is a test.

mod entitlement;
mod figures;
mod framework;
mod handler;
mod jobs;
mod ledger;
mod load;
mod payload;
mod replay;

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use sharepact_local::{Options, Stack};

use crate::Failure;
use crate::cli::Bench;
use crate::demo::TemporaryFolder;
use figures::{Row, Table, shown};

/// Measures everything and returns the report.
///
/// # Errors
/// When the stack does not start, or an answer is not a success.
pub(crate) async fn run(options: Bench) -> Result<String, Failure> {
    if options.jobs {
        let report = Box::pin(jobs::run()).await?;
        return Ok(format!("{report}\n{}\n", facts(options)));
    }
    if options.ledger {
        let report = Box::pin(ledger::run()).await?;
        return Ok(format!("{report}\n{}\n", facts(options)));
    }
    if options.framework {
        let report = Box::pin(framework::run()).await?;
        return Ok(format!("{report}\n{}\n", facts(options)));
    }
    let folder = TemporaryFolder::new("bench")?;
    // What happens after a commit would be in the figures of whatever comes next.
    let stack = Stack::start(Options {
        workers: Vec::new(),
        ..Options::on(folder.path())
    })
    .await?;
    let outcome = measure(&stack, options).await;
    stack.shutdown().await;
    outcome
}

async fn measure(stack: &Stack, options: Bench) -> Result<String, Failure> {
    let time = Duration::from_secs(options.seconds.into());
    let mut loads = load::measure(stack, options.clients, time).await?;
    loads.push(Box::pin(entitlement::measure(stack, options.clients, time)).await?);
    let cases = handler::record(stack).await?;
    // A fifth of the time suffices: without a database there is little that varies.
    let handlers =
        tokio::task::spawn_blocking(move || handler::measure(&cases, time / 5)).await??;

    let mut http = Table::new(&[
        "over HTTP",
        "a second",
        "p50",
        "p99",
        "CPU each",
        "measured",
    ]);
    for load in &loads {
        http.row(Row::of(load.name).cells([
            format!("{:.0}", load.rate()),
            shown(load.percentile(50)),
            shown(load.percentile(99)),
            shown(load.cpu_each()),
            load.count().to_string(),
        ]));
    }
    let mut alone = Table::new(&["handler alone", "CPU each", "measured"]);
    for figure in &handlers {
        alone.row(Row::of(figure.name).cells([shown(figure.cpu_each()), figure.count.to_string()]));
    }
    Ok(format!(
        "\n{http}\n{}\n\n{alone}\n{}\n\n{}\n",
        "Client, gateway, functions and DynamoDB share the machine and one process: all of it is in\n\
         the CPU time. A pipeline is five requests: request, draft, negotiate, accept, activate.",
        "From the gateway's payload to the answer: parsing, rules, hashes, the SDK's serialisation\n\
         and signature. DynamoDB's answers are replayed, so none of its time is in there.",
        facts(options)
    ))
}

/// What the figures depend on.
fn facts(options: Bench) -> String {
    let Bench {
        seconds,
        clients,
        jobs,
        ledger,
        framework,
    } = options;
    let what = match (jobs, ledger, framework) {
        (true, _, _) => "--jobs".to_owned(),
        (false, true, _) => "--ledger".to_owned(),
        (false, false, true) => "--framework".to_owned(),
        (false, false, false) => format!("--seconds {seconds} --clients {clients}"),
    };
    let (flag, build) = if cfg!(debug_assertions) {
        ("", "debug build: figures mean nothing")
    } else {
        (" --release", "release build")
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let machine = [std::env::consts::OS, std::env::consts::ARCH].join(" ");
    format!(
        "cargo run{flag} -- bench {what}\n\
         {cores} cores, {}{machine}, {build}",
        processor().map_or_else(String::new, |name| format!("{name}, "))
    )
}

/// What the processor calls itself, where the system tells.
fn processor() -> Option<String> {
    let facts = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = facts.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The CPU time that a thread, or the whole process, has taken so far.
fn cpu(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}
