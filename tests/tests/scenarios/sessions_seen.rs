//! Sessions are listed for both sides, by what holds of them now.

use serde_json::json;
use sharepact_tests::{Framework, NO_STAFF, Person, Staff, scenario, skipped};

async fn listed(by: &Person, query: &[(&str, &str)]) -> Vec<String> {
    by.lists("/sessions", query).await
}

#[test]
fn each_side_lists_its_sessions_newest_first() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let Some(third) = Staff::unnamed(&api) else {
            return skipped(NO_STAFF);
        };
        let mut made = Vec::new();
        for _ in 0..5 {
            made.push(framework.runs().await);
        }
        let ids: Vec<_> = made.iter().rev().map(|(id, _)| id.clone()).collect();
        let (provider, consumer) = (&framework.provider.member, &framework.consumer.member);
        for (by, role, other) in [
            (provider, "provider", "consumer"),
            (consumer, "consumer", "provider"),
        ] {
            assert_eq!(listed(by, &[]).await, ids, "newest first");
            assert_eq!(listed(by, &[("role", role)]).await, ids, "on its side");
            assert_eq!(
                listed(by, &[("role", other)]).await,
                [""; 0],
                "on the other side"
            );
            assert_eq!(listed(by, &[("agreementId", &framework.id)]).await, ids);
            assert_eq!(listed(by, &[("assetId", &made[2].1)]).await, ids[2..3]);
            for size in [1, 2, 5] {
                let walk = by.walks("/sessions", &[], size).await;
                assert_eq!(walk.ids(), ids, "in pages of {size}");
            }
        }
        assert_eq!(
            listed(&third.manager, &[]).await,
            [""; 0],
            "nothing to others"
        );
        assert_eq!(
            listed(&api.stranger(), &[]).await,
            [""; 0],
            "nor to whom no organisation sent"
        );
        for (name, value) in [
            ("role", "owner"),
            ("status", "Active"),
            ("assetId", "!"),
            ("agreementId", "1"),
        ] {
            let refused = provider.get("/sessions").query(name, value).await;
            assert_eq!(refused.status, 400, "{name}={value}\n{refused}");
            assert_eq!(refused.places(), [name], "{refused}");
        }
    });
}

#[test]
fn a_list_goes_by_the_status_that_holds_now() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let by = &framework.provider.sessions;
        let (running, _) = framework.runs().await;
        let (stopped, _) = framework.runs().await;
        let off = by
            .post(format!("/sessions/{stopped}/stop"), &json!({}))
            .await;
        off.must(200, "one of them is turned off");
        let asset = framework.provider.manager.offers("Private").await;
        let made = framework
            .shares(&[asset], &json!({}))
            .await
            .must(201, "another one");
        let scheduled = made["items"][0]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        for (status, expected) in [
            ("Scheduled", vec![scheduled.clone()]),
            ("Running", vec![running.clone()]),
            ("Stopped", vec![stopped.clone()]),
            ("Ended", vec![]),
        ] {
            assert_eq!(
                listed(by, &[("status", status)]).await,
                expected,
                "{status}"
            );
        }
        let all = vec![scheduled, stopped, running];
        let both = [("status", "Stopped"), ("status", "Running")];
        assert_eq!(listed(by, &both).await, all[1..], "either of them");
        let contracts = framework.provider.contracts.clone();
        framework
            .does(&contracts, "stop")
            .await
            .must(200, "the agreement ends");
        assert_eq!(
            listed(by, &[("status", "Ended")]).await,
            all,
            "at once, all of them"
        );
        assert_eq!(listed(by, &[("status", "Running")]).await, [""; 0]);
    });
}
