//! Two parties in the same instant: one wins, the other hears what is there now.

use serde_json::{Value, json};
use sharepact_tests::{Answer, Api, Call, Deal, asset, request, scenario, unique};

/// Sends all at once and gives the winner; all others were refused with 409, or with 412 where they
/// made a condition.
async fn one_wins(api: &Api, calls: Vec<Call>, rule: &str) -> (Answer, Vec<Answer>) {
    let sent = calls.into_iter().map(|call| async move { call.await });
    let (won, lost): (Vec<_>, Vec<_>) = api
        .at_once(sent)
        .await
        .into_iter()
        .partition(|answer| matches!(answer.status, 200 | 201));
    assert_eq!(won.len(), 1, "{rule}: {won:#?}");
    (won.into_iter().next().expect("one won"), lost)
}

#[test]
fn of_conflicting_commands_one_is_carried_out() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        for round in 0..12 {
            let stage = ["Draft", "Negotiate", "Request", "Signed"][round % 4];
            let deal = Deal::at(stage, &provider, &consumer).await;
            let version = deal.seen().await["version"].as_u64().expect("a version");
            let call = |by: &sharepact_tests::Person, command: &str| {
                by.post(deal.path(command), &Deal::body(command))
            };
            let calls = match stage {
                "Draft" => vec![
                    call(&consumer, "accept"),
                    call(&consumer, "negotiate"),
                    call(&provider, "reject"),
                ],
                "Negotiate" => vec![
                    call(&provider, "accept"),
                    call(&provider, "reject"),
                    call(&consumer, "reject"),
                ],
                "Request" => vec![call(&provider, "decline"), call(&consumer, "reject")],
                _ => vec![
                    call(&provider, "activate"),
                    call(&consumer, "reject"),
                    call(&provider, "reject"),
                ],
            };
            // A negotiation may be followed by a rejection, and an acceptance by one: then two are
            // carried out, one after the other, and nothing is lost.
            let sent = calls.into_iter().map(|call| async move { call.await });
            let answers = api.at_once(sent).await;
            let won = answers.iter().filter(|answer| answer.status == 200).count();
            let seen = deal.seen().await;
            assert_eq!(
                seen["version"],
                version + won as u64,
                "each that was carried out is an event"
            );
            assert!(won >= 1, "one of them wins");
            for lost in answers.iter().filter(|answer| answer.status != 200) {
                assert_eq!(lost.status, 409, "who is late hears of a conflict\n{lost}");
                assert!(
                    lost["allowed"].is_array(),
                    "and what would be allowed now\n{lost}"
                );
                if lost.slug() == "conflict" {
                    current(lost, &deal);
                }
            }
            let events = consumer.walks(&deal.path("history"), &[], 100).await;
            assert_eq!(
                events.items.len() as u64,
                version + won as u64,
                "no event is lost or doubled"
            );
        }
    });
}

fn current(lost: &Answer, deal: &Deal) {
    let current = &lost["current"];
    assert_eq!(
        current["id"],
        deal.id.as_str(),
        "a conflict shows what is there now\n{lost}"
    );
    assert!(current["version"].is_u64(), "{lost}");
    assert_eq!(
        current["allowed"], lost["allowed"],
        "both say what is allowed\n{lost}"
    );
}

#[test]
fn of_the_same_command_many_times_one_is_carried_out() {
    scenario(async |api| {
        for (stage, by_provider, command) in [
            ("Request", true, "draft"),
            ("Draft", false, "negotiate"),
            ("Draft", false, "accept"),
            ("Signed", true, "activate"),
            ("Active", true, "stop"),
        ] {
            let deal = Deal::at(stage, &api.provider(), &api.consumer()).await;
            let person = if by_provider {
                &deal.provider
            } else {
                &deal.consumer
            };
            let before = deal.seen().await["version"].as_u64().expect("a version");
            let calls = (0..8).map(|_| person.post(deal.path(command), &Deal::body(command)));
            let rule = format!("{command} at {stage} is carried out once");
            let (won, lost) = one_wins(&api, calls.collect(), &rule).await;
            for answer in lost {
                assert_eq!(
                    answer.status, 409,
                    "who is late hears of a conflict\n{answer}"
                );
                if answer.slug() == "conflict" {
                    current(&answer, &deal);
                }
            }
            let seen = deal.seen().await;
            assert_eq!(seen["version"], before + 1, "{rule}");
            assert_eq!(
                seen["updatedAt"], won["updatedAt"],
                "the winner's answer is what is there"
            );
        }
    });
}

#[test]
fn who_makes_a_condition_is_told_that_it_failed() {
    scenario(async |api| {
        for _ in 0..3 {
            let deal = Deal::at("Draft", &api.provider(), &api.consumer()).await;
            let tag = deal.seen().await.etag();
            let calls = (0..8).map(|index| {
                let (by, command) = match index % 2 {
                    0 => (&deal.consumer, "negotiate"),
                    _ => (&deal.provider, "reject"),
                };
                by.post(deal.path(command), &Deal::body(command))
                    .header("if-match", &tag)
            });
            let (_, lost) =
                one_wins(&api, calls.collect(), "one change of what both have seen").await;
            for answer in lost {
                answer.must_refuse(
                    412,
                    "stale-version",
                    "the others made a condition that failed",
                );
            }
            assert_eq!(deal.seen().await["version"], 3, "and changed nothing");
        }
    });
}

#[test]
fn of_simultaneous_requests_of_one_side_one_becomes_a_contract() {
    scenario(async |api| {
        let (provider, manager, member) =
            (api.provider(), api.person("manager"), api.person("member"));
        for _ in 0..3 {
            let asset = provider.offers("Private").await;
            let calls = (0..8).map(|index| {
                let person = if index % 2 == 0 { &manager } else { &member };
                person.post("/contracts", &request(&asset))
            });
            let rule = "a side has one live contract on an asset";
            let (won, lost) = one_wins(&api, calls.collect(), rule).await;
            for answer in lost {
                let answer = answer.must_refuse(409, "live-contract", rule);
                let detail = answer.text("detail");
                assert!(
                    detail.contains(&won.text("id")),
                    "the refusal names it: {detail}"
                );
            }
            let contracts = provider
                .lists(&format!("/assets/{asset}/contracts"), &[])
                .await;
            assert_eq!(contracts, [won.text("id")], "{rule}");
        }
    });
}

#[test]
fn of_simultaneous_owners_one_has_the_asset() {
    scenario(async |api| {
        let path = format!("/assets/{}", unique("asset"));
        let owners = [
            "provider",
            "consumer",
            "stranger",
            "manager",
            "provider-manager",
        ];
        let calls = owners.map(|name| api.person(name).put(&path, &asset("Private")));
        let (won, lost) =
            one_wins(&api, calls.into(), "whoever registers an id first owns it").await;
        for answer in lost {
            assert_eq!(
                answer.status, 409,
                "the id belongs to somebody else\n{answer}"
            );
        }
        let seen = api.operator().get(&path).await;
        assert_eq!(
            seen.body, won.body,
            "the winner's definition is what is there"
        );
    });
}

#[test]
fn of_simultaneous_changes_of_an_asset_under_one_tag_one_is_made() {
    scenario(async |api| {
        let provider = api.provider();
        let path = format!("/assets/{}", provider.offers("Private").await);
        let calls = (0..8).map(|index| {
            let mut changed = asset("Private");
            changed["name"] = json!(format!("Name {index}"));
            provider.put(&path, &changed).header("if-match", "\"1\"")
        });
        let (won, lost) = one_wins(&api, calls.collect(), "one change of what was seen").await;
        for answer in lost {
            answer.must_refuse(
                412,
                "stale-version",
                "the others made a condition that failed",
            );
        }
        let seen = provider.get(&path).await;
        assert_ne!(seen["name"], Value::Null);
        assert_eq!(
            seen.body, won.body,
            "the winner's definition is what is there"
        );
    });
}
