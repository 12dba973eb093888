//! How long a document takes in a warm process: the usual contract, a short one, and one with 40,000
//! characters of terms. `cargo bench -p sharepact-document`; the target for three pages is 8 ms.

#![allow(
    missing_docs,
    reason = "criterion's macros write functions of their own"
)]

#[path = "../tests/sample/mod.rs"]
mod sample;

use criterion::{Criterion, criterion_group, criterion_main};
use sharepact_document::render;

fn rendering(criterion: &mut Criterion) {
    let three = sample::three_pages();
    criterion.bench_function("three pages", |bencher| {
        bencher.iter(|| render(&three.content()));
    });
    let five = sample::signed();
    criterion.bench_function("five pages", |bencher| {
        bencher.iter(|| render(&five.content()));
    });
    let clause = "The party of the first part shall, notwithstanding anything to the contrary. ";
    let text: String = format!("# Clause\n\n{}\n\n", clause.repeat(20));
    let text: String = text.chars().cycle().take(40_000).collect();
    let long = sample::signed().with_terms(text.trim_end());
    criterion.bench_function("40,000 characters of terms", |bencher| {
        bencher.iter(|| render(&long.content()));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(60);
    targets = rendering
}
criterion_main!(benches);
