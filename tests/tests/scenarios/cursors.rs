//! Cursors: for this very list and this very caller, unchanged, and for nothing else.

use sharepact_tests::{Api, Call, Deal, Person, scenario};

fn refused(answer: sharepact_tests::Answer, rule: &str) {
    answer.must_refuse(400, "invalid-cursor", rule);
}

async fn cursor(call: Call) -> String {
    call.query("limit", 1)
        .await
        .must(200, "a first page")
        .text("nextCursor")
}

/// Two contracts, and the lists that go on after their first item.
async fn lists(api: &Api) -> (Deal, Vec<String>) {
    let (provider, consumer) = (api.provider(), api.consumer());
    let deal = Deal::at("Acquired", &provider, &consumer).await;
    api.person("manager")
        .acquires(&deal.asset)
        .await
        .must(201, "another side acquires it too");
    Deal::at("Acquired", &provider, &consumer).await;
    Deal::begin(&provider, &consumer).await;
    Deal::begin(&provider, &consumer).await;
    deal.does(&provider, "stop")
        .await
        .must(200, "a second event");
    consumer
        .acquires(&deal.asset)
        .await
        .must(201, "and it is acquired again");
    let paths = vec![
        "/contracts".to_owned(),
        "/contracts/tasks".to_owned(),
        "/assets".to_owned(),
        "/assets/pending".to_owned(),
        "/assets/acquired".to_owned(),
        format!("/assets/{}/contracts", deal.asset),
        deal.path("history"),
    ];
    (deal, paths)
}

/// Who has more than one item in the list.
fn reader<'a>(deal: &'a Deal, path: &str) -> &'a Person {
    match path {
        "/assets/pending" | "/assets/acquired" => &deal.consumer,
        _ => &deal.provider,
    }
}

#[test]
fn a_cursor_that_was_tampered_with_is_refused() {
    scenario(async |api| {
        let (deal, paths) = lists(&api).await;
        for path in &paths {
            let person = reader(&deal, path);
            let next = cursor(person.get(path)).await;
            person
                .get(path)
                .query("cursor", &next)
                .await
                .must(200, "a cursor leads on");
            let mut tampered = Vec::new();
            for index in [0, 1, next.len() / 2, next.len() - 2, next.len() - 1] {
                let mut bytes = next.clone().into_bytes();
                bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
                tampered.push(String::from_utf8(bytes).expect("letters"));
            }
            tampered.extend([
                next.chars().take(next.len() - 4).collect(),
                format!("{next}AAAA"),
                format!("{next}="),
                next.to_lowercase(),
                "A".repeat(2000),
                "cursor".to_owned(),
                "1".to_owned(),
                String::new(),
                "%".to_owned(),
            ]);
            for bad in tampered.iter().filter(|bad| **bad != next) {
                let answer = person.get(path).query("cursor", bad).await;
                refused(
                    answer,
                    &format!("{path} takes no cursor {bad:?} that it did not make"),
                );
            }
            let twice = person
                .get(path)
                .query("cursor", &next)
                .query("cursor", &next)
                .await;
            twice.must_refuse(400, "invalid-parameter", "a cursor is given once");
        }
    });
}

#[test]
fn a_cursor_is_its_callers_own() {
    scenario(async |api| {
        let (deal, paths) = lists(&api).await;
        for path in &paths {
            let next = cursor(reader(&deal, path).get(path)).await;
            for other in [
                api.stranger(),
                api.operator(),
                api.person("manager"),
                api.person("provider-member"),
            ] {
                let answer = other.get(path).query("cursor", &next).await;
                refused(answer, &format!("{path}: another caller's cursor is none"));
            }
        }
        let (manager, member) = (api.person("manager"), api.person("member"));
        Deal::begin(&deal.provider, &member).await;
        Deal::begin(&deal.provider, &member).await;
        let next = cursor(manager.get("/contracts")).await;
        refused(
            member.get("/contracts").query("cursor", &next).await,
            "not even a colleague's",
        );
    });
}

#[test]
fn a_cursor_is_its_querys_own() {
    scenario(async |api| {
        let (deal, paths) = lists(&api).await;
        let (provider, user) = (&deal.provider, deal.consumer.user.as_str());
        let next = cursor(provider.get("/contracts").query("userId", user)).await;
        let same = provider
            .get("/contracts")
            .query("userId", user)
            .query("limit", 50);
        same.query("cursor", &next)
            .await
            .must(200, "the size of a page may change");
        for query in [
            vec![],
            vec![("userId", provider.user.as_str())],
            vec![("userId", user), ("userId", provider.user.as_str())],
            vec![("userId", user), ("role", "consumer")],
            vec![("userId", user), ("status", "Request")],
        ] {
            let mut call = provider.get("/contracts").query("cursor", &next);
            for (name, value) in &query {
                call = call.query(name, value);
            }
            refused(
                call.await,
                &format!("another query's cursor is none: {query:?}"),
            );
        }
        for path in &paths {
            for other in paths.iter().filter(|other| *other != path) {
                let next = cursor(reader(&deal, path).get(path)).await;
                let answer = reader(&deal, path).get(other).query("cursor", &next).await;
                refused(answer, &format!("a cursor of {path} is none of {other}"));
            }
        }
        let second = Deal::at("Active", provider, &deal.consumer).await;
        let next = cursor(provider.get(deal.path("history"))).await;
        let answer = provider
            .get(second.path("history"))
            .query("cursor", &next)
            .await;
        refused(answer, "another contract's cursor is none");
    });
}
