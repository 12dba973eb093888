//! The framework agreement as PDF: for everybody of both sides, in every status, and for nobody else.

use serde_json::json;
use sharepact_tests::{Answer, Framework, NO_STAFF, Person, Staff, scenario, skipped};

async fn print(framework: &Framework, by: &Person) -> Answer {
    by.post(framework.path("document"), &json!({})).await
}

async fn link(framework: &Framework, by: &Person) -> Answer {
    let link = by.get(framework.path("document"));
    link.header("accept", "application/json").await
}

#[test]
fn both_sides_print_it_in_every_status_and_the_same_is_the_same() {
    scenario(async |api| {
        let Some(pending) = Framework::pending(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let onward = json!({ "sharing": { "onward": "once" } });
        let active = Framework::active(&api, &onward).await.expect("tokens");
        let stopped = Framework::active(&api, &json!({})).await.expect("tokens");
        stopped.does(&stopped.consumer.contracts, "stop").await;
        let mut hashes = Vec::new();
        for (framework, version) in [(&pending, 1), (&active, 2), (&stopped, 3)] {
            let first = print(framework, &framework.provider.member).await;
            let first = first.must(200, "a member of the provider prints it");
            let again = print(framework, &framework.consumer.member).await;
            let again = again.must(200, "a member of the consumer prints it");
            assert_eq!(first["sha256"], again["sha256"], "one document for both");
            assert_eq!(again["version"], version);
            let seen = framework.seen().await;
            assert_eq!(first.header("etag"), seen.header("etag"), "as it is now");
            let linked = link(framework, &framework.consumer.contracts).await;
            let linked = linked.must(200, "it is linked to");
            assert_eq!(linked["sha256"], first["sha256"]);
            let operator = link(framework, &api.operator()).await;
            operator.must(200, "operators see it too");
            hashes.push(first.text("sha256"));
        }
        hashes.dedup();
        assert_eq!(hashes.len(), 3);
    });
}

#[test]
fn to_third_parties_there_is_none() {
    scenario(async |api| {
        let Some(framework) = Framework::active(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        print(&framework, &framework.provider.contracts).await;
        let third = Staff::named(&api).await.expect("tokens are made");
        for stranger in [&third.manager, &third.contracts, &api.stranger()] {
            let printed = print(&framework, stranger).await;
            let linked = link(&framework, stranger).await;
            for told in [printed, linked] {
                told.must_refuse(404, "not-found", "to a third party there is no agreement");
            }
        }
    });
}

#[test]
fn a_stale_version_and_a_faulty_body_print_nothing() {
    scenario(async |api| {
        let Some(framework) = Framework::pending(&api, &json!({})).await else {
            return skipped(NO_STAFF);
        };
        let by = &framework.consumer.member;
        let stale = by
            .post(framework.path("document"), &json!({}))
            .header("if-match", "\"7\"");
        let stale = stale.await;
        stale.must_refuse(412, "stale-version", "another version was meant");
        let faulty = by.post(framework.path("document"), &json!({ "size": "A5" }));
        assert_eq!(faulty.await.status, 400, "it takes nothing");
        let linked = link(&framework, by).await;
        linked.must_refuse(
            404,
            "no-document",
            "nobody has printed it, and nobody approved",
        );
    });
}
