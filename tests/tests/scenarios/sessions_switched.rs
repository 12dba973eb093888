//! Sessions are turned on and off, and their time is changed: by whom, when, and until when.

use serde_json::json;
use sharepact_tests::{Framework, NO_STAFF, Staff, scenario, skipped, unique};

#[test]
fn a_session_runs_stops_and_runs_again_until_it_ends() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let (session, asset) = framework.runs().await;
        let path = |command: &str| format!("/sessions/{session}{command}");
        let (provider, consumer) = (&framework.provider.sessions, &framework.consumer.sessions);
        let again = provider.post(path("/start"), &json!({})).await;
        let again = again.must_refuse(409, "illegal-status", "what runs is not started");
        assert_eq!(again["allowed"], json!(["stop", "change"]), "{again}");
        for by in [provider, consumer] {
            let off = by
                .post(path("/stop"), &json!({ "reason": "In the workshop." }))
                .await;
            let off = off.must(200, "either side turns the data off");
            assert_eq!(off["status"], "Stopped");
            assert_eq!(
                framework.entitled(&asset).await["entitled"],
                false,
                "at once"
            );
            let twice = by.post(path("/stop"), &json!({})).await;
            twice.must_refuse(409, "illegal-status", "what is off is not stopped");
            let on = framework.starts(&session).await;
            assert_eq!(on["status"], "Running");
            assert_eq!(
                framework.entitled(&asset).await["entitled"],
                true,
                "at once"
            );
        }
        let by = framework.consumer.contracts.clone();
        framework
            .does(&by, "stop")
            .await
            .must(200, "the consumer ends the agreement");
        for command in ["/start", "/stop"] {
            let late = provider.post(path(command), &json!({})).await;
            let late = late.must_refuse(409, "illegal-status", "an end is final");
            assert_eq!(late["allowed"], json!([]), "{late}");
        }
        let late = provider.patch(path(""), &json!({ "validTo": null })).await;
        late.must_refuse(409, "illegal-status", "an end is final");
        let seen = consumer.get(path("")).await;
        assert_eq!(
            (&seen["status"], &seen["endCause"]),
            (&json!("Ended"), &json!("agreement")),
            "{seen}"
        );
    });
}

#[test]
fn a_session_starts_within_its_time_by_hand_or_by_itself() {
    scenario(async |api| {
        for automatic in [false, true] {
            let changes = json!({ "sharing": { "automaticStart": automatic } });
            let Some(framework) = Framework::active(&api, &changes).await else {
                return skipped(NO_STAFF);
            };
            let asset = framework.provider.manager.offers("Private").await;
            let later = json!({ "validFrom": "2038-01-01T00:00:00Z" });
            let made = framework.shares(std::slice::from_ref(&asset), &later).await;
            let made = made.must(201, "a session may be made before its time");
            let id = made["items"][0]["id"].as_str().unwrap_or_default();
            assert_eq!(made["items"][0]["status"], "Scheduled", "{made}");
            let by = &framework.provider.sessions;
            let early = by.post(format!("/sessions/{id}/start"), &json!({})).await;
            early.must_refuse(409, "too-early", "its time has not begun");
            // Its time begins now.
            let now = json!({ "validFrom": made["items"][0]["createdAt"] });
            let changed = by.patch(format!("/sessions/{id}"), &now).await;
            let changed = changed.must(200, "the provider changes when it may run");
            let status = if automatic { "Running" } else { "Scheduled" };
            assert_eq!(changed["status"], status, "{changed}");
            let entitled = framework.entitled(&asset).await;
            assert_eq!(entitled["entitled"], json!(automatic), "{entitled}");
        }
    });
}

#[test]
fn the_time_of_a_session_is_its_providers_and_its_contracts() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let (session, _) = framework.runs().await;
        let path = format!("/sessions/{session}");
        let by = &framework.provider.sessions;
        let end = by
            .patch(&path, &json!({ "validTo": "2038-01-01T00:00:00Z" }))
            .await;
        let end = end.must(200, "an end of its own");
        assert_eq!(end["endsAt"], "2038-01-01T00:00:00.000Z");
        let none = by.patch(&path, &json!({ "validTo": null })).await;
        assert!(none.must(200, "null takes it away")["endsAt"].is_null());
        for (body, place) in [
            (json!({}), ""),
            (json!({ "validTo": null }), ""),
            (json!({ "validTo": "2001-01-01T00:00:00Z" }), "/validTo"),
            (json!({ "validFrom": "2038-01-01T00:00:00Z" }), "/validFrom"),
        ] {
            let refused = by.patch(&path, &body).await;
            let refused = refused.must_refuse(400, "invalid-term", "what cannot be taken is named");
            assert_eq!(refused.places(), [place], "{body}\n{refused}");
        }
        let contract = framework.grants(1).await.must(201, "a quota").text("id");
        let asset = framework.provider.manager.offers("Private").await;
        let made = framework
            .shares(&[asset], &json!({ "contractId": contract }))
            .await;
        let made = made.must(201, "a session under it");
        let bound = format!(
            "/sessions/{}",
            made["items"][0]["id"].as_str().unwrap_or_default()
        );
        let refused = by
            .patch(&bound, &json!({ "validTo": "2038-01-01T00:00:00Z" }))
            .await;
        refused.must_refuse(409, "bound-by-contract", "its time is the contract's");
    });
}

#[test]
fn only_session_managers_turn_data_on_and_off() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let Some(third) = Staff::unnamed(&api) else {
            return skipped(NO_STAFF);
        };
        let asset = framework.provider.manager.offers("Private").await;
        let made = framework.shares(&[asset], &json!({})).await;
        let made = made.must(201, "a session to begin with");
        let session = made["items"][0]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let (provider, consumer) = (&framework.provider, &framework.consumer);
        let other = framework.provider.manager.offers("Private").await;
        let ask = |by: &sharepact_tests::Person, command: &str| {
            let path = format!("/sessions/{session}");
            match command {
                "create" => by.post(
                    "/sessions",
                    &framework.sharing(std::slice::from_ref(&other), &json!({})),
                ),
                "change" => by.patch(path, &json!({ "validTo": "2038-01-01T00:00:00Z" })),
                "view" => by.get(path),
                command => by.post(format!("{path}/{command}"), &json!({})),
            }
        };
        for command in ["create", "view", "start", "stop", "change"] {
            for stranger in [&third.manager, &third.sessions, &api.stranger()] {
                let answer = ask(stranger, command).await;
                answer.must_refuse(404, "not-found", "a third organisation learns nothing");
            }
        }
        for command in ["create", "start", "change"] {
            let answer = ask(&consumer.sessions, command).await;
            answer.must_refuse(403, "wrong-side", "that is the provider's");
        }
        for command in ["create", "start", "stop", "change"] {
            for by in [
                &provider.contracts,
                &provider.administrator,
                &provider.member,
            ] {
                let answer = ask(by, command).await;
                answer.must_refuse(403, "role-required", "that takes a session manager");
            }
        }
        let operator = ask(&api.operator(), "view").await;
        operator.must(200, "operators look");
        let operator = ask(&api.operator(), "stop").await;
        operator.must_refuse(403, "wrong-side", "and turn nothing off");
        let seen = ask(&provider.member, "view").await;
        assert_eq!(seen["version"], 1, "nothing has happened\n{seen}");
        for (by, command, status) in [
            (&provider.manager, "start", 200),
            (&consumer.sessions, "stop", 200),
            (&provider.sessions, "change", 200),
            (&provider.manager, "create", 201),
        ] {
            ask(by, command).await.must(status, "these may");
        }
    });
}

#[test]
fn commands_are_held_against_the_tag_and_the_key() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let (session, _) = framework.runs().await;
        let path = |command: &str| format!("/sessions/{session}{command}");
        let by = &framework.provider.sessions;
        let seen = by.get(path("")).await.must(200, "it is there");
        let same = by.get(path("")).header("if-none-match", seen.etag()).await;
        same.must(304, "nothing has changed");
        let key = unique("key");
        let stop = || by.post(path("/stop"), &json!({})).key(&key);
        let first = stop().header("if-match", seen.etag()).await;
        let first = first.must(200, "the tag holds");
        let again = stop().header("if-match", seen.etag()).await;
        assert_eq!(again.must(200, "the same answer").body, first.body);
        let late = by
            .post(path("/start"), &json!({}))
            .header("if-match", seen.etag());
        late.await
            .must_refuse(412, "stale-version", "the tag is of before");
        // What it hangs from ends: the tag changes without a write to the session.
        let by_whom = framework.provider.contracts.clone();
        framework
            .does(&by_whom, "stop")
            .await
            .must(200, "the agreement ends");
        let after = by.get(path("")).header("if-none-match", first.etag()).await;
        let after = after.must(200, "it has changed");
        assert_eq!(
            (&after["status"], &after["version"]),
            (&json!("Ended"), &first["version"])
        );
    });
}
