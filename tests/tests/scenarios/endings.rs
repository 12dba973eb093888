//! Declining, withdrawing, rejecting and stopping: who ends what, when, and what both sides see.

use serde_json::{Value, json};
use sharepact_tests::{Deal, scenario};

#[test]
fn each_ending_says_who_ended_it_and_why() {
    scenario(async |api| {
        for (stage, by, command, to) in [
            ("Request", "provider", "decline", "Declined"),
            ("Request", "consumer", "reject", "Rejected"),
            ("Draft", "provider", "reject", "Rejected"),
            ("Draft", "consumer", "reject", "Rejected"),
            ("Negotiate", "provider", "reject", "Rejected"),
            ("Negotiate", "consumer", "reject", "Rejected"),
            ("Signed", "provider", "reject", "Rejected"),
            ("Signed", "consumer", "reject", "Rejected"),
            ("Active", "provider", "stop", "Stopped"),
            ("Active", "consumer", "stop", "Stopped"),
        ] {
            let deal = Deal::at(stage, &api.provider(), &api.consumer()).await;
            let (person, other) = match by {
                "provider" => (&deal.provider, &deal.consumer),
                _ => (&deal.consumer, &deal.provider),
            };
            let rule = format!("the {by} may {command} at {stage}");
            let after = deal.does(person, command).await.must(200, &rule);
            assert_eq!(after["status"], to, "{rule}");
            let seen = other
                .views(&deal.id)
                .await
                .must(200, "both sides still see it");
            assert_eq!(seen["status"], to, "the other side sees it at once");
            assert_eq!(
                seen["ending"]["by"], by,
                "an ending says whose it was: {rule}"
            );
            assert_eq!(
                seen["ending"]["reason"],
                Deal::body(command)["reason"],
                "the reason is shown to both: {rule}"
            );
            assert_eq!(seen["allowed"], json!([]), "nothing follows an ending");
        }
    });
}

#[test]
fn a_provider_may_decline_without_a_reason() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let after = deal
            .provider
            .post(deal.path("decline"), &json!({}))
            .empty()
            .await;
        let after = after.must(200, "a reason is optional, and so is the body");
        assert_eq!(after["ending"]["reason"], Value::Null);
    });
}

#[test]
fn whoever_walks_away_or_stops_gives_a_reason() {
    scenario(async |api| {
        for (stage, command) in [("Draft", "reject"), ("Active", "stop")] {
            let deal = Deal::at(stage, &api.provider(), &api.consumer()).await;
            let refused = deal.consumer.post(deal.path(command), &json!({})).await;
            let refused = refused.must_refuse(400, "missing-member", "the other side hears why");
            assert_eq!(refused.places(), ["/reason"], "{refused}");
        }
    });
}
