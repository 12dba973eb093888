//! The whole table of who may do what, when, written down once more and asked for over HTTP.
//!
//! Every command at every stage by both sides, by its route and by merge-patch: what is not in the
//! table is refused, says what would be allowed, and changes nothing.

use sharepact_tests::{COMMANDS, Deal, Person, STAGES, scenario};

/// What either side may do at a stage, in the order of the pipeline.
fn allowed(stage: &str, side: &str) -> &'static [&'static str] {
    match (stage, side) {
        ("Request", "provider") => &["decline", "draft"],
        ("Request", _) => &["reject"],
        ("Draft", "provider") => &["reject"],
        ("Draft", _) => &["negotiate", "accept", "reject"],
        // The consumer has made the last offer.
        ("Negotiate", "provider") => &["negotiate", "accept", "reject"],
        ("Negotiate", _) => &["reject"],
        ("Signed", "provider") => &["reject", "activate"],
        ("Signed", _) => &["reject"],
        ("Active" | "Acquired", _) => &["stop"],
        (_, _) => &[],
    }
}

/// How a side is refused what it may not do at a stage.
fn refusal(stage: &str, side: &str, command: &str) -> (u16, &'static str) {
    match (side, command) {
        ("consumer", "decline" | "draft" | "activate") => (403, "wrong-side"),
        (_, "negotiate" | "accept") if matches!(stage, "Draft" | "Negotiate") => {
            (409, "not-your-turn")
        }
        (_, _) => (409, "illegal-status"),
    }
}

#[test]
fn what_the_table_does_not_allow_is_refused_and_changes_nothing() {
    scenario(async |api| {
        let stages = STAGES.map(|stage| {
            let (provider, consumer) = (api.provider(), api.consumer());
            async move {
                let deal = Deal::at(stage, &provider, &consumer).await;
                let before = deal.seen().await;
                for (side, person) in [("provider", &provider), ("consumer", &consumer)] {
                    let may = allowed(stage, side);
                    let seen = person.views(&deal.id).await;
                    assert_eq!(
                        seen["allowed"],
                        serde_json::json!(may),
                        "what the {side} may do at {stage}"
                    );
                    for command in COMMANDS
                        .into_iter()
                        .filter(|command| !may.contains(command))
                    {
                        refused(&deal, stage, side, person, command).await;
                    }
                }
                let after = deal.seen().await;
                assert_eq!(
                    after.etag(),
                    before.etag(),
                    "what is refused changes nothing"
                );
                assert_eq!(after.body, before.body, "what is refused changes nothing");
            }
        });
        api.at_once(stages).await;
    });
}

async fn refused(deal: &Deal, stage: &str, side: &str, person: &Person, command: &str) {
    let (status, slug) = refusal(stage, side, command);
    let rule = format!("the {side} may not {command} at {stage}");
    let by_route = deal.does(person, command).await;
    let by_patch = person.patch(deal.path(""), &Deal::patch(command)).await;
    for answer in [by_route, by_patch] {
        let answer = answer.must_refuse(status, slug, &rule);
        assert_eq!(
            answer["allowed"],
            serde_json::json!(allowed(stage, side)),
            "a refusal says what would be allowed: {rule}\n{answer}"
        );
    }
}

#[test]
fn what_the_table_allows_is_done() {
    scenario(async |api| {
        let mut cases = Vec::new();
        for stage in STAGES {
            for side in ["provider", "consumer"] {
                for command in allowed(stage, side) {
                    cases.push((stage, side, *command));
                }
            }
        }
        assert_eq!(cases.len(), 18, "the table has as many ways as the machine");
        let ways = cases.into_iter().map(|(stage, side, command)| {
            let (provider, consumer) = (api.provider(), api.consumer());
            async move {
                let deal = Deal::at(stage, &provider, &consumer).await;
                let person = if side == "provider" {
                    &provider
                } else {
                    &consumer
                };
                let rule = format!("the {side} may {command} at {stage}");
                let mut patch = Deal::patch(command);
                if (stage, command) == ("Negotiate", "negotiate") {
                    // What is on the table already would be no news.
                    patch["price"] = serde_json::json!("1150.25");
                }
                let after = person.patch(deal.path(""), &patch).await;
                let after = after.must(200, &rule);
                assert_eq!(after["status"], Deal::patch(command)["status"], "{rule}");
            }
        });
        api.at_once(ways).await;
    });
}
