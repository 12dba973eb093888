//! One live contract per consumer side and asset; an ending frees the asset.

use sharepact_tests::{Deal, Person, scenario};

async fn taken(consumer: &Person, deal: &Deal, stage: &str) {
    let refused = consumer.requests(&deal.asset).await;
    let rule = format!("a side has one live contract on an asset, and one at {stage} is live");
    let refused = refused.must_refuse(409, "live-contract", &rule);
    let detail = refused.text("detail");
    assert!(
        detail.contains(&deal.id),
        "the refusal names the live contract: {detail}"
    );
}

#[test]
fn every_live_stage_holds_the_place_and_every_ending_frees_it() {
    scenario(async |api| {
        for (stage, by, ending) in [
            ("Request", "provider", "decline"),
            ("Request", "consumer", "reject"),
            ("Draft", "consumer", "reject"),
            ("Negotiate", "provider", "reject"),
            ("Signed", "consumer", "reject"),
            ("Active", "provider", "stop"),
        ] {
            let deal = Deal::at(stage, &api.provider(), &api.consumer()).await;
            taken(&deal.consumer, &deal, stage).await;
            let person = if by == "provider" {
                &deal.provider
            } else {
                &deal.consumer
            };
            deal.does(person, ending)
                .await
                .must(200, "either side may end it");
            let again = deal.consumer.requests(&deal.asset).await;
            let again = again.must(201, "an ending frees the asset for a new request");
            assert_ne!(
                again["id"],
                deal.id.as_str(),
                "a new request is a new contract"
            );
            let second = Deal {
                id: again.text("id"),
                ..deal
            };
            taken(&second.consumer, &second, "Request").await;
        }
    });
}

#[test]
fn an_organization_is_one_side() {
    scenario(async |api| {
        let (manager, member) = (api.person("manager"), api.person("member"));
        let deal = Deal::begin(&api.provider(), &member).await;
        taken(&manager, &deal, "Request").await;
        taken(&member, &deal, "Request").await;
        deal.does(&manager, "reject")
            .await
            .must(200, "the manager withdraws what a member asked for");
        let again = manager.requests(&deal.asset).await;
        again.must(201, "an ending frees the asset for every colleague");
        let refused = member.requests(&deal.asset).await;
        refused.must_refuse(409, "live-contract", "colleagues are one side");
    });
}

#[test]
fn other_sides_and_other_assets_are_free() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let deal = Deal::begin(&provider, &consumer).await;
        let other = api.person("manager").requests(&deal.asset).await;
        other.must(201, "another side requests the same asset");
        let asset = provider.offers("Private").await;
        consumer
            .requests(&asset)
            .await
            .must(201, "the same side requests another asset");
    });
}

#[test]
fn a_declined_consumer_asks_again_as_often_as_it_likes() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let asset = provider.offers("Private").await;
        for _ in 0..4 {
            let deal = Deal::on(&asset, &provider, &consumer).await;
            deal.does(&provider, "decline")
                .await
                .must(200, "a provider declines");
        }
    });
}
