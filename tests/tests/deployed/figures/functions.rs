//! How long each function takes to start and to answer, against the deployed services.

use std::time::Duration;

use super::runtime::{Environment, Times};
use super::{median, say, shown};
use crate::deployed;

/// How often each function is started anew.
const STARTS: usize = 3;

#[test]
fn each_function_cold_and_warm() {
    deployed(async |_, deployment, _| {
        say("\n| function | init, ms | first answer, ms | warm, ms |\n| --- | --- | --- | --- |");
        let mut totals = (Vec::new(), Vec::new(), Vec::new());
        for (name, settings) in &deployment.functions {
            let (mut inits, mut firsts, mut warm) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..STARTS {
                let times = Environment::of(name, settings).run().await;
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
