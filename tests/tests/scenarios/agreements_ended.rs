//! The commands on a framework agreement: who may issue them, in which status, and over which version.

use serde_json::json;
use sharepact_tests::{Framework, NO_STAFF, Staff, scenario, skipped, unique};

/// The commands that callers have.
const COMMANDS: [&str; 3] = ["approve", "reject", "stop"];

#[test]
fn each_command_is_one_sides_in_one_status_and_takes_a_role() {
    scenario(async |api| {
        let Some(pending) = Framework::pending(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let active = Framework::active(&api, &json!({})).await.expect("tokens");
        let third = Staff::named(&api).await.expect("tokens are made");
        for framework in [&pending, &active] {
            let before = framework.seen().await;
            for command in COMMANDS {
                for stranger in [&third.contracts, &third.manager, &api.stranger()] {
                    let told = framework.does(stranger, command).await;
                    told.must_refuse(404, "not-found", "to a third party there is none");
                }
                let told = framework.does(&api.operator(), command).await;
                told.must_refuse(403, "wrong-side", "operators bind nobody");
                let staff = match command {
                    "stop" => [&framework.provider, &framework.consumer],
                    _ => [&framework.consumer, &framework.consumer],
                };
                for staff in staff {
                    for person in [&staff.member, &staff.sessions, &staff.administrator] {
                        let rule = format!("{} ends and begins nothing", person.name);
                        let told = framework.does(person, command).await;
                        let told = told.must_refuse(403, "role-required", &rule);
                        assert_eq!(told["allowed"], json!([]), "{told}");
                    }
                }
                if command != "stop" {
                    let told = framework.does(&framework.provider.contracts, command).await;
                    told.must_refuse(403, "wrong-side", "the consumer decides");
                }
            }
            assert_eq!(framework.seen().await.body, before.body, "nothing changed");
        }
        let told = pending.does(&pending.provider.contracts, "stop").await;
        told.must_refuse(409, "illegal-status", "a proposal is not in force");
        for command in ["approve", "reject"] {
            let told = active.does(&active.consumer.contracts, command).await;
            let told = told.must_refuse(409, "illegal-status", "it is decided already");
            assert_eq!(told["allowed"], json!(["stop"]), "{told}");
        }
    });
}

#[test]
fn a_final_status_takes_nothing_and_says_why_it_ended() {
    scenario(async |api| {
        let Some(rejected) = Framework::pending(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let after = rejected.does(&rejected.consumer.manager, "reject").await;
        let after = after.must(200, "a manager is a contract manager too");
        assert_eq!(after["status"], "Rejected");
        assert_eq!(after["ending"]["reason"], "Not with these fields.");
        assert_eq!(after["ending"]["by"], "consumer");
        let stopped = Framework::active(&api, &json!({})).await.expect("tokens");
        let after = stopped.does(&stopped.consumer.contracts, "stop").await;
        let after = after.must(200, "either side stops");
        assert_eq!(after["status"], "Stopped");
        assert_eq!(after["ending"]["detail"], "All of it.");
        for framework in [&rejected, &stopped] {
            let before = framework.seen().await;
            for command in COMMANDS {
                let told = framework.does(&framework.consumer.contracts, command).await;
                let told = told.must_refuse(409, "illegal-status", "it has ended");
                assert_eq!(told["allowed"], json!([]), "{told}");
            }
            let told = framework.grants(5).await;
            told.must_refuse(409, "agreement-not-active", "nothing is granted any more");
            assert_eq!(framework.seen().await.body, before.body);
        }
    });
}

#[test]
fn faulty_bodies_name_what_is_at_fault() {
    scenario(async |api| {
        let Some(framework) = Framework::pending(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let by = &framework.consumer.contracts;
        for (command, body, slug, place) in [
            (
                "approve",
                json!({ "reason": "Yes." }),
                "unknown-member",
                "/reason",
            ),
            ("reject", json!({}), "missing-member", "/reason"),
            (
                "reject",
                json!({ "reason": " " }),
                "invalid-text",
                "/reason",
            ),
            (
                "reject",
                json!({ "reason": "a", "detail": "b" }),
                "unknown-member",
                "/detail",
            ),
            ("stop", json!({ "reason": 1 }), "wrong-type", "/reason"),
            (
                "stop",
                json!({ "reason": "a", "detail": "b".repeat(2_001) }),
                "invalid-text",
                "/detail",
            ),
        ] {
            let told = by.post(framework.path(command), &body).await;
            let told = told.must_refuse(400, slug, "bad input is named");
            assert_eq!(told.places(), [place], "{told}");
        }
        for id in ["none", "0192F0C1-2D3E-7A4B-8C5D-6E7F8A9B0C1D"] {
            let told = by.get(format!("/framework-agreements/{id}")).await;
            let told = told.must_refuse(400, "invalid-id", "an id is a UUID");
            assert_eq!(told.places(), ["id"]);
        }
    });
}

#[test]
fn a_version_that_was_seen_can_be_made_a_condition() {
    scenario(async |api| {
        let Some(framework) = Framework::pending(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let by = &framework.consumer.contracts;
        let seen = framework.seen().await;
        let tag = seen.etag();
        let same = by.get(framework.path("")).header("if-none-match", &tag);
        same.await.must(304, "who has it already is told so");
        let approve = || by.post(framework.path("approve"), &json!({}));
        let told = approve().header("if-match", "\"7\"").await;
        told.must_refuse(412, "stale-version", "another version was seen");
        let (key, again) = (unique("key"), unique("key"));
        let after = approve().header("if-match", &tag).key(&key).await;
        let after = after.must(200, "the version that was seen");
        let replayed = approve().header("if-match", &tag).key(&key).await;
        let replayed = replayed.must(200, "a repetition hears the same");
        assert_eq!(replayed.body, after.body);
        let told = approve().key(&again).await;
        told.must_refuse(409, "illegal-status", "another request is another command");
        let told = by
            .post(framework.path("stop"), &Framework::body("stop"))
            .header("if-match", &tag)
            .await;
        told.must_refuse(412, "stale-version", "that version is over");
    });
}
