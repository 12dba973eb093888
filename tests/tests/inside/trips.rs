//! Round trips to DynamoDB, counted at the SDK; and with them the least privilege: what was used is
//! what the template grants.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sharepact_local::{Permission, operations, template::Template};

use crate::cases::{self, Case};
use crate::town::Town;
use crate::world::{World, get};

/// The calls since the last time, as `(API, index)`, in alphabetical order; each went over the wire
/// once and was granted.
fn calls(world: &World, operation: &str, case: &str) -> Vec<(String, String)> {
    let mut calls: Vec<_> = world.stack.calls().take();
    for call in &calls {
        assert_eq!(
            call.operation, operation,
            "{case}: another function called DynamoDB"
        );
        assert!(
            call.granted,
            "{case}: template.yaml does not grant {operation} {:?}; add exactly that",
            call.permissions
        );
        assert_eq!(
            call.attempts(),
            1,
            "{case}: {} went over the wire again",
            call.api
        );
    }
    calls.sort_by_key(|call| (call.api.clone(), call.index().map(str::to_owned)));
    calls
        .iter()
        .map(|call| {
            (
                call.api.clone(),
                call.index().unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

fn named(case: &Case) -> String {
    format!("{} ({})", case.operation, case.what)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_takes_the_round_trips_of_its_row_and_uses_all_its_rights() {
    let town = Town::idle().await;
    let world = &town.world;
    let mut used: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
    for case in cases::all() {
        let name = named(&case);
        let mut request = (case.ready)(world).await;
        if case.keyed() {
            request = request.key(world.fresh("key"));
        }
        world.stack.calls().clear();
        let answer = world.expect(case.status, &request).await;
        for call in world.stack.calls().take() {
            let rights = used.entry(case.operation).or_default();
            rights.extend(call.permissions.iter().map(right));
            // Looked at again below, from a second run of the same request or one like it.
            assert!(call.granted, "{name}: not granted: {:?}", call.permissions);
        }

        // A replay is one read and the same answer; a read again is what it was.
        let again = if case.keyed() {
            let again = world.expect(case.status, &request).await;
            assert_eq!(again.text, answer.text, "{name}: the replay differs");
            assert_eq!(again.header("etag"), answer.header("etag"), "{name}");
            assert_eq!(
                again.header("location"),
                answer.header("location"),
                "{name}"
            );
            assert_eq!(again.header("idempotent-replayed"), Some("true"), "{name}");
            let replayed = calls(world, case.operation, &name);
            assert_eq!(
                replayed,
                [("BatchGetItem".to_owned(), String::new())],
                "{name}: a replay is one read; look for calls before idempotency::replay"
            );
            (case.ready)(world).await.key(world.fresh("key"))
        } else if case.writes() {
            (case.ready)(world).await
        } else {
            request
        };
        world.stack.calls().clear();
        world.expect(case.status, &again).await;
        let found = calls(world, case.operation, &name);
        let expected: Vec<_> = case
            .calls
            .iter()
            .map(|(api, index)| ((*api).to_owned(), (*index).to_owned()))
            .collect();
        assert_eq!(
            found, expected,
            "{name}: other round trips than its row in cases.rs says. A read takes 1, a command 2, \
             a list 1 per id, side and page: find the extra call, or change the row and say why"
        );
    }
    every_operation_has_a_row();
    rights_are_the_granted_ones(&used);
}

/// Action and resource, as a policy spells them: the documents of a folder are granted all together.
pub fn right(permission: &Permission) -> (String, String) {
    let resource = permission.resource();
    let folder = ["/contracts/", "/agreements/"].into_iter();
    let granted = folder.rev().find_map(|folder| {
        let (bucket, _) = resource.split_once(folder)?;
        Some(format!("{bucket}{folder}*"))
    });
    let granted = granted.unwrap_or(resource);
    (permission.action.clone(), granted)
}

fn every_operation_has_a_row() {
    let rows: BTreeSet<_> = cases::all().iter().map(|case| case.operation).collect();
    let known: BTreeSet<_> = operations::all()
        .iter()
        .map(|operation| operation.name)
        .collect();
    assert_eq!(
        rows, known,
        "each operation needs a row in tests/tests/inside/cases.rs that says what it asks of DynamoDB"
    );
}

/// The template's grants, each spelled out, are what the run used: none is missing, none is idle.
fn rights_are_the_granted_ones(used: &BTreeMap<&str, BTreeSet<(String, String)>>) {
    let template = Template::load().unwrap();
    for operation in operations::all() {
        let resource = operation.resource();
        let function = template
            .functions
            .get(&resource)
            .unwrap_or_else(|| panic!("template.yaml has no function {resource}"));
        let granted: BTreeSet<_> = function
            .statements
            .iter()
            .flat_map(|statement| {
                let pair = |action: &String| {
                    let action = action.clone();
                    statement
                        .resources
                        .iter()
                        .map(move |arn| (action.clone(), arn.clone()))
                };
                statement.actions.iter().flat_map(pair).collect::<Vec<_>>()
            })
            .collect();
        let used = used.get(operation.name).cloned().unwrap_or_default();
        let idle: Vec<_> = granted.difference(&used).collect();
        assert!(
            idle.is_empty(),
            "{resource} is granted what no path uses: {idle:?}. Take it out of template.yaml and of \
             the operation's grants, or add the path that needs it to cases.rs"
        );
        let missing: Vec<_> = used.difference(&granted).collect();
        assert!(
            missing.is_empty(),
            "{resource} uses what it is not granted: {missing:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_of_a_list_is_one_query_for_each_side() {
    let town = Town::idle().await;
    let world = &town.world;
    let mut expected = Vec::new();
    for _ in 0..7 {
        expected.push(world.contract("Request").await);
    }
    expected.reverse();
    let (mut found, mut path) = (Vec::new(), "/contracts?limit=3".to_owned());
    loop {
        world.stack.calls().clear();
        let page = world.expect(200, &get("provider", path)).await.json();
        let calls = calls(world, "contract-list", "a page");
        assert_eq!(
            calls.len(),
            2,
            "one query for each side and page, not {calls:?}"
        );
        let items = page["items"].as_array().unwrap();
        found.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        match &page["nextCursor"] {
            Value::String(cursor) => path = format!("/contracts?limit=3&cursor={cursor}"),
            _ => break,
        }
    }
    assert_eq!(
        found, expected,
        "the pages together are the list, newest first"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_is_paged_to_its_end() {
    let town = Town::idle().await;
    let world = &town.world;
    let id = world.contract("Active").await;
    for limit in 1..=5 {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/contracts/{id}/history?limit={limit}{cursor}");
            world.stack.calls().clear();
            let page = world.expect(200, &get("consumer", path)).await.json();
            assert_eq!(world.stack.calls().take().len(), 1, "one query a page");
            let items = page["items"].as_array().unwrap();
            found.extend(items.iter().map(|item| item["sequence"].as_u64().unwrap()));
            match &page["nextCursor"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(
            found,
            [1, 2, 3, 4],
            "limit {limit}: every event once, in order"
        );
    }
}
