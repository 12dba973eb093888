//! How long each function takes to start and to answer, against the deployed services.

use std::time::Duration;

use serde_json::{Value, json};
use sharepact_local::operations;
use sharepact_runtime::Source;
use sharepact_tests::{Api, Deal};

use super::runtime::{Environment, Times, root};
use super::{median, say, shown};
use crate::deployed;

/// How often each function is started anew.
const STARTS: usize = 3;

#[test]
fn each_function_cold_and_warm() {
    deployed(async |api: Api, deployment, _| {
        let deal = Deal::at("Draft", &api.provider(), &api.consumer()).await;
        say("\n| function | init, ms | first answer, ms | warm, ms |\n| --- | --- | --- | --- |");
        let mut totals = (Vec::new(), Vec::new(), Vec::new());
        for (name, settings) in &deployment.functions {
            let event = event(name, &deal);
            let (mut inits, mut firsts, mut warm) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..STARTS {
                let times = Environment::of(name, settings, &event).run().await;
                let Times { init, first, later } = times;
                inits.push(init);
                firsts.push(first);
                warm.extend(later);
            }
            let row = (median(&mut inits), median(&mut firsts), median(&mut warm));
            line(name, row);
            totals.0.push(row.0);
            totals.1.push(row.1);
            totals.2.push(row.2);
        }
        let (mut inits, mut firsts, mut warm) = totals;
        let row = (median(&mut inits), median(&mut firsts), median(&mut warm));
        line("median", row);
    });
}

fn line(name: &str, (init, first, warm): (Duration, Duration, Duration)) {
    let (init, first, warm) = (shown(init), shown(first), shown(warm));
    say(&format!("| {name} | {init} | {first} | {warm} |"));
}

/// What the function is given: an operation its own event, which ends with the first read of the table; a worker a batch
/// with nothing in it, since its work is measured where all of the way is.
fn event(name: &str, deal: &Deal) -> Value {
    let workers = operations::workers();
    let Some(worker) = workers.iter().find(|worker| worker.name == name) else {
        let path = root().join(format!("tests/events/{name}.json"));
        let event = std::fs::read(&path);
        let event = event.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return serde_json::from_slice(&event).expect("an event is JSON");
    };
    match worker.source {
        Source::Stream | Source::Queue => json!({ "Records": [] }),
        Source::Schedule => json!({}),
        Source::Hand => json!({ "contract": deal.id }),
    }
}
