//! Entity tags: on every representation, for `If-Match` on changes and `If-None-Match` on reads.

use serde_json::{Value, json};
use sharepact_tests::{Call, Deal, Person, asset, fresh_key, scenario, unique};

#[test]
fn every_representation_has_a_tag_and_can_be_asked_for_again() {
    scenario(async |api| {
        let deal = Deal::at("Active", &api.provider(), &api.consumer()).await;
        let request = Deal::begin(&api.provider(), &api.consumer()).await;
        let consumer = &deal.consumer;
        for path in [
            deal.path(""),
            format!("/assets/{}", deal.asset),
            format!("/assets/{}/active-contract", deal.asset),
            format!("/assets/{}/contract-request", request.asset),
        ] {
            let seen = consumer.get(&path).await.must(200, "a representation");
            let tag = seen.etag();
            assert!(
                tag.starts_with('"') && tag.ends_with('"'),
                "a strong tag: {tag}"
            );
            for known in [
                tag.clone(),
                format!("W/{tag}"),
                format!("\"0\", {tag}"),
                "*".to_owned(),
            ] {
                let same = consumer.get(&path).header("if-none-match", &known).await;
                let rule = format!("GET {path}: who has {known} already is told so");
                let same = same.must(304, &rule);
                assert_eq!(same.etag(), tag, "a 304 names the tag");
                assert_eq!(same.body, Value::Null, "a 304 has no body");
            }
            let other = consumer.get(&path).header("if-none-match", "\"0\"").await;
            let other = other.must(200, "who has something else gets the representation");
            assert_eq!(other.body, seen.body);
        }
    });
}

/// What the chain says of a wallet changes without a change of it: whoever is told to have it already has what is shown now.
#[test]
fn a_wallets_tag_says_what_is_found_on_the_chain() {
    scenario(async |api| {
        let owner = api.someone_like("consumer").await;
        // One that was registered just now may be funded between two looks.
        for _ in 0..20 {
            let seen = owner.get(owner.wallet()).await.must(200, "a wallet");
            let asked = owner
                .get(owner.wallet())
                .header("if-none-match", seen.etag());
            let same = asked.await;
            if same.status == 304 {
                assert_eq!(same.etag(), seen.etag(), "a 304 names the tag");
                assert_eq!(same.body, Value::Null, "a 304 has no body");
                let other = owner.get(owner.wallet()).header("if-none-match", "\"1\"");
                other
                    .await
                    .must(200, "the version alone is not all that is shown");
                return;
            }
            let later = same.must(200, "there is something new");
            assert_ne!(later.etag(), seen.etag(), "and it has a tag of its own");
            assert_ne!(later.body, seen.body);
        }
        panic!("nobody has what a wallet shows");
    });
}

#[test]
fn a_change_is_carried_out_when_the_tag_holds_and_refused_when_it_does_not() {
    scenario(async |api| {
        let (provider, consumer) = (api.provider(), api.consumer());
        let deal = Deal::begin(&provider, &consumer).await;
        let draft = || provider.post(deal.path("draft"), &Deal::body("draft"));
        for stale in [
            "\"2\"",
            "\"0\"",
            "W/\"1\"",
            "1",
            "\"1-lapsed\"",
            "\"2\", \"3\"",
            "",
        ] {
            let refused = draft().header("if-match", stale).await;
            let rule = format!("If-Match: {stale} is not the tag of version 1");
            let refused = refused.must_refuse(412, "stale-version", &rule);
            let detail = refused.text("detail");
            assert!(
                detail.contains("\"1\""),
                "the refusal names the present tag: {detail}"
            );
        }
        assert_eq!(
            deal.seen().await.etag(),
            "\"1\"",
            "what is refused changes nothing"
        );
        let listed = draft().header("if-match", "\"7\", \"1\"").await;
        let listed = listed.must(200, "one of the tags is enough");
        let negotiate = consumer.patch(deal.path(""), &Deal::patch("negotiate"));
        let after = negotiate.header("if-match", listed.etag()).await;
        after.must(200, "a merge-patch honours If-Match too");
        let accept = provider
            .post(deal.path("accept"), &json!({}))
            .header("if-match", "*");
        accept.await.must(200, "a star holds for whatever is there");
    });
}

#[test]
fn every_command_honours_if_match() {
    scenario(async |api| {
        for (stage, by_provider, command) in [
            ("Request", true, "decline"),
            ("Request", true, "draft"),
            ("Draft", false, "negotiate"),
            ("Draft", false, "accept"),
            ("Draft", false, "reject"),
            ("Signed", true, "activate"),
            ("Active", true, "stop"),
        ] {
            let deal = Deal::at(stage, &api.provider(), &api.consumer()).await;
            let person = if by_provider {
                &deal.provider
            } else {
                &deal.consumer
            };
            let call = || person.post(deal.path(command), &Deal::body(command));
            let refused = call().header("if-match", "\"99\"").await;
            refused.must_refuse(412, "stale-version", &format!("{command} honours If-Match"));
            let tag = deal.seen().await.etag();
            call()
                .header("if-match", tag)
                .await
                .must(200, &format!("{command} honours If-Match"));
        }
    });
}

#[test]
fn assets_and_wallets_are_registered_and_changed_under_conditions() {
    scenario(async |api| {
        let owner = api.someone_like("provider").await;
        let asset_path = format!("/assets/{}", unique("asset"));
        let mut changed = asset("Private");
        changed["name"] = json!("Renamed");
        let refused = owner
            .put(&asset_path, &changed)
            .header("if-match", "*")
            .await;
        refused.must_refuse(
            412,
            "stale-version",
            "nothing is there yet that could match",
        );
        let made = owner
            .put(&asset_path, &asset("Private"))
            .header("if-none-match", "*")
            .await;
        let made = made.must(201, "nothing is there yet, as demanded");
        assert_eq!(
            made.header("location"),
            Some(asset_path.as_str()),
            "what was made has an address"
        );
        let registered = owner.get(owner.wallet()).await;
        let key = fresh_key();
        let change = async || owner.put(&asset_path, &changed);
        conditions(&owner, &made.etag(), change).await;
        let change = async || owner.put(owner.wallet(), &owner.proves(&key).await);
        conditions(&owner, &registered.etag(), change).await;
    });
}

async fn conditions(owner: &Person, tag: &str, change: impl AsyncFn() -> Call) {
    let name = &owner.name;
    let refused = change().await.header("if-none-match", "*").await;
    refused.must_refuse(412, "stale-version", &format!("{name}'s is there already"));
    let refused = change().await.header("if-match", "\"99\"").await;
    refused.must_refuse(412, "stale-version", "a stale tag is refused");
    let after = change()
        .await
        .header("if-match", tag)
        .await
        .must(200, "the present tag is let through");
    assert_ne!(after.etag(), tag, "a change has a new tag");
    let refused = change().await.header("if-match", tag).await;
    refused.must_refuse(412, "stale-version", "the tag before it is stale now");
    let same = change()
        .await
        .header("if-match", after.etag())
        .await
        .must(200, "the same again is no change");
    assert_eq!(same.etag(), after.etag(), "the same again changes nothing");
}
