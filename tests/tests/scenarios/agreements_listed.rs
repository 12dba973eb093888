//! Lists of framework agreements: by side, by the status that holds, page by page, newest first.

use serde_json::json;
use sharepact_tests::{Framework, NO_STAFF, Person, Staff, scenario, skipped};

const AGREEMENTS: &str = "/framework-agreements";

#[test]
fn an_organisation_finds_its_agreements_by_side_and_status() {
    scenario(async |api| {
        let Some(hub) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let mut made = Vec::new();
        for number in 0..4 {
            let other = Staff::named(&api).await.expect("tokens are made");
            let (provider, consumer) = match number % 2 {
                0 => (&hub, &other),
                _ => (&other, &hub),
            };
            let framework = Framework::between(provider, consumer, &json!({})).await;
            if number >= 2 {
                framework.approved().await;
            }
            made.push(framework);
        }
        let ids: Vec<_> = made.iter().map(|framework| framework.id.clone()).collect();
        let [provided, received, in_force, under] = ids.as_slice() else {
            panic!("four of them");
        };
        let of = |query: &'static [(&str, &str)], expected: &[&String]| {
            let expected: Vec<String> = expected.iter().map(|id| (*id).clone()).collect();
            (query, expected)
        };
        for (query, expected) in [
            of(&[], &[provided, received, in_force, under]),
            of(&[("role", "provider")], &[provided, in_force]),
            of(&[("role", "consumer")], &[received, under]),
            of(&[("status", "Pending")], &[provided, received]),
            of(
                &[("status", "Pending"), ("status", "Active")],
                &[provided, received, in_force, under],
            ),
            of(&[("role", "consumer"), ("status", "Pending")], &[received]),
            of(&[("role", "provider"), ("status", "Active")], &[in_force]),
            of(&[("status", "Stopped")], &[]),
        ] {
            let rule = "a list holds what it is asked for, and nothing else";
            for person in [&hub.member, &hub.contracts] {
                let found = person.finds_just(AGREEMENTS, query, &ids, &expected, rule);
                found.await;
            }
        }
        let waits = hub.contracts.get(AGREEMENTS);
        let waits = waits
            .query("role", "consumer")
            .query("status", "Pending")
            .await;
        assert_eq!(
            waits["items"][0]["allowed"],
            json!(["approve", "reject"]),
            "what waits for the organisation can be answered\n{waits}"
        );
        newest_first(&hub.member, &ids).await;
    });
}

async fn newest_first(person: &Person, ids: &[String]) {
    for size in person.api.page_sizes(5) {
        let walk = person.walks(AGREEMENTS, &[], size).await;
        let mut found = walk.among(ids);
        found.reverse();
        assert_eq!(found, ids, "newest first, {size} a page");
    }
}

#[test]
fn nobody_else_finds_them() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let third = Staff::named(&api).await.expect("tokens are made");
        for person in [
            &third.manager,
            &third.contracts,
            &api.stranger(),
            &api.operator(),
        ] {
            let found = person.lists(AGREEMENTS, &[]).await;
            assert!(!found.contains(&framework.id), "{} finds it", person.name);
        }
        for person in [&third.manager, &api.stranger()] {
            let told = person.get(framework.path("")).await;
            told.must_refuse(404, "not-found", "a third party is not told that it exists");
        }
        let seen = api.operator().get(framework.path("")).await;
        let seen = seen.must(200, "operators look");
        assert_eq!(seen["allowed"], json!([]), "and bind nobody");
    });
}

#[test]
fn what_a_list_does_not_take_is_named() {
    scenario(async |api| {
        let stranger = api.stranger();
        for (name, value) in [
            ("role", "both"),
            ("status", "active"),
            ("limit", "0"),
            ("userId", "ana"),
        ] {
            let told = stranger.get(AGREEMENTS).query(name, value).await;
            let told = told.must_refuse(400, "invalid-parameter", "bad input is named");
            assert_eq!(told.places(), [name]);
        }
        let told = stranger.get(AGREEMENTS).query("cursor", "bm9uZQ").await;
        told.must_refuse(400, "invalid-cursor", "a cursor is one of this list");
    });
}
