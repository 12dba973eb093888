//! What waits for the caller: with the side that goes on with it, oldest first.

use sharepact_tests::{Deal, Person, scenario};

const TASKS: &str = "/contracts/tasks";

async fn waits(deal: &Deal, whom: Option<&Person>, rule: &str) {
    for person in [&deal.provider, &deal.consumer] {
        let there = whom.is_some_and(|whom| whom.name == person.name);
        person.finds(TASKS, &[], &deal.id, there, rule).await;
    }
}

#[test]
fn a_contract_waits_for_the_side_that_goes_on_with_it() {
    scenario(async |api| {
        let deal = Deal::begin(&api.provider(), &api.consumer()).await;
        let (provider, consumer) = (&deal.provider.clone(), &deal.consumer.clone());
        waits(&deal, Some(provider), "a request waits for the provider").await;
        for (by, command, next, rule) in [
            (
                provider,
                "draft",
                Some(consumer),
                "a draft waits for the consumer",
            ),
            (
                consumer,
                "negotiate",
                Some(provider),
                "an offer waits for the other side",
            ),
        ] {
            deal.does(by, command).await.must(200, rule);
            waits(&deal, next, rule).await;
        }
        let body = serde_json::json!({ "price": "1200" });
        let after = provider.post(deal.path("negotiate"), &body).await;
        after.must(200, "the turn flips");
        waits(
            &deal,
            Some(consumer),
            "a counter-offer waits for the other side",
        )
        .await;
        for (by, command, next, rule) in [
            (
                consumer,
                "accept",
                Some(provider),
                "a signed contract waits for activation",
            ),
            (
                provider,
                "activate",
                None,
                "an active contract waits for nobody",
            ),
            (
                consumer,
                "stop",
                None,
                "a stopped contract waits for nobody",
            ),
        ] {
            deal.does(by, command).await.must(200, rule);
            waits(&deal, next, rule).await;
        }
    });
}

#[test]
fn what_was_refused_waits_for_nobody() {
    scenario(async |api| {
        for stage in ["Declined", "Rejected", "Acquired"] {
            let deal = Deal::at(stage, &api.provider(), &api.consumer()).await;
            waits(
                &deal,
                None,
                "what is over, or never waited, waits for nobody",
            )
            .await;
        }
    });
}

#[test]
fn what_waits_longest_comes_first() {
    scenario(async |api| {
        let provider = api.someone_like("provider").await;
        let consumer = api.someone_like("manager").await;
        let mut deals = Vec::new();
        for _ in 0..4 {
            deals.push(Deal::begin(&provider, &consumer).await);
        }
        // The first begins to wait anew, and so becomes the youngest.
        for (by, command) in [(&provider, "draft"), (&consumer, "negotiate")] {
            deals[0]
                .does(by, command)
                .await
                .must(200, "the pipeline goes on");
        }
        deals.rotate_left(1);
        let expected: Vec<_> = deals.iter().map(|deal| deal.id.clone()).collect();
        for limit in api.page_sizes(4) {
            api.until(async || {
                let walk = provider.walks(TASKS, &[], limit).await;
                let mut since: Vec<_> = walk.items.iter().map(|item| item["updatedAt"].to_string()).collect();
                assert!(since.is_sorted(), "tasks come oldest first: {since:?}");
                since.clear();
                let found = walk.among(&expected);
                (found == expected).then_some(()).ok_or_else(|| {
                    format!("in pages of {limit} what waits longest comes first: {found:?}, not {expected:?}")
                })
            })
            .await;
        }
    });
}
