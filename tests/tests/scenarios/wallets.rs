//! Wallets: who registers which address, and who needs one.

use serde_json::json;
use sharepact_tests::{answered, fresh_key, scenario, skipped, unique};

#[test]
fn users_on_their_own_and_managers_need_a_wallet_and_members_do_not() {
    scenario(async |api| {
        // Neither the stranger nor the city data office ever registers a wallet in these scenarios.
        let (office, clerk) = (
            api.person("provider-manager"),
            api.person("provider-member"),
        );
        let asset = api.provider().offers("Private").await;
        for (person, owner) in [(api.stranger(), "user"), (office, "organisation")] {
            let refused = person.requests(&asset).await;
            let rule = format!("a {owner} without a registered wallet requests nothing");
            let refused = refused.must_refuse(409, "wallet-required", &rule);
            let path = format!("/wallets/{}", person.owner());
            let detail = refused.text("detail");
            assert!(
                detail.contains(&path),
                "the refusal says where to register: {detail}"
            );
        }
        clerk
            .requests(&asset)
            .await
            .must(201, "a plain member requests without a wallet");
    });
}

#[test]
fn a_wallet_opens_the_door_to_requests() {
    scenario(async |api| {
        let Some(newcomer) = api.mint(json!({})) else {
            return skipped("only a stack of this process makes newcomers");
        };
        let asset = api.provider().offers("Private").await;
        let refused = newcomer.requests(&asset).await;
        refused.must_refuse(409, "wallet-required", "a newcomer has no wallet");
        newcomer.has_wallet().await;
        newcomer
            .requests(&asset)
            .await
            .must(201, "with a wallet the request goes through");
    });
}

#[test]
fn another_address_takes_the_place_of_the_one_before() {
    scenario(async |api| {
        let owner = api.someone_like("consumer").await;
        let before = owner.get(owner.wallet()).await;
        let before = before.must(200, "an owner sees its wallet");
        let key = fresh_key();
        let after = owner.uses(&key).await;
        let after = after.must(200, "another address takes its place");
        assert_eq!(after["address"], key.address().as_str());
        assert_eq!(after["ownerKind"], "user");
        assert_eq!(
            after["former"][0]["address"], before["address"],
            "the one before stays known"
        );
        let version = |answer: &sharepact_tests::Answer| answer["version"].as_u64();
        assert_eq!(version(&after), version(&before).map(|version| version + 1));
        assert_ne!(
            after.etag(),
            before.etag(),
            "a change is another representation"
        );
        let same = owner.uses(&key).await;
        let same = same.must(200, "the same address again is no change");
        assert_eq!(
            same.etag(),
            after.etag(),
            "the same address again changes nothing"
        );
    });
}

#[test]
fn an_address_has_one_owner_ever() {
    scenario(async |api| {
        let (owner, other) = (
            api.someone_like("consumer").await,
            api.someone_like("provider").await,
        );
        let taken = fresh_key();
        owner
            .uses(&taken)
            .await
            .must(200, "an owner takes an address");
        // The other one has the same key, and shows it: the address stays its owner's all the same.
        let refused = other.uses(&taken).await;
        refused.must_refuse(409, "address-taken", "an address belongs to one owner");
        let kept = owner.get(owner.wallet()).await;
        assert_eq!(
            kept["address"],
            taken.address().as_str(),
            "its owner keeps it"
        );
        let left = owner.uses(&fresh_key()).await;
        left.must(200, "an owner leaves an address");
        let refused = other.uses(&taken).await;
        refused.must_refuse(
            409,
            "address-taken",
            "an address that was left is nobody else's",
        );
        let seen = other.get(other.wallet()).await;
        assert!(
            !seen.body.to_string().contains(taken.address().as_str()),
            "what was refused changed nothing"
        );
        let back = owner.uses(&taken).await;
        back.must(200, "its owner may come back to it");
    });
}

#[test]
fn a_wallet_is_its_owners_and_seen_by_members_and_operators() {
    scenario(async |api| {
        let (manager, member) = (api.person("manager"), api.person("member"));
        let (consumer, stranger) = (api.consumer(), api.stranger());
        let (theirs, own) = (
            format!("/wallets/{}", manager.owner()),
            format!("/wallets/{}", consumer.user),
        );
        // Each has a right proof of its own, as far as anybody gives it one.
        let key = fresh_key();
        let asked = json!({ "address": key.address() });
        let right = consumer.proves(&key).await;
        for (person, path) in [
            (&member, &theirs),
            (&api.operator(), &theirs),
            (&api.operator(), &own),
            (&consumer, &own),
        ] {
            let seen = person
                .get(path)
                .await
                .must(200, "owners, members and operators see a wallet");
            seen.etag();
        }
        for (person, path) in [
            (&stranger, &own),
            (&stranger, &theirs),
            (&consumer, &theirs),
            (&manager, &own),
        ] {
            let rule = "to anyone else there is no such wallet";
            person.get(path).await.must_refuse(404, "not-found", rule);
            let told = person.post(format!("{path}/challenge"), &asked).await;
            told.must_refuse(404, "not-found", rule);
            let told = person.put(path, &right).await;
            told.must_refuse(404, "not-found", rule);
        }
        let managers = answered(&manager.challenged(key.address().as_str()).await, &key);
        // Within an organisation a user has no wallet of its own.
        let members = format!("/wallets/{}", member.user);
        for (person, path, status, slug, rule) in [
            (
                &member,
                &theirs,
                403,
                "manager-required",
                "only the manager registers the organisation's wallet",
            ),
            (
                &api.operator(),
                &theirs,
                404,
                "not-found",
                "operators look and bind nobody",
            ),
            (
                &member,
                &members,
                404,
                "not-found",
                "a member acts for its organisation, not for itself",
            ),
        ] {
            let told = person.post(format!("{path}/challenge"), &asked).await;
            told.must_refuse(status, slug, rule);
            let told = person.put(path, &managers).await;
            told.must_refuse(status, slug, rule);
        }
    });
}

#[test]
fn an_operator_says_whose_wallet_it_means() {
    scenario(async |api| {
        let (operator, manager) = (api.operator(), api.person("manager"));
        let path = format!("/wallets/{}", manager.owner());
        for (kind, status) in [("organization", 200), ("user", 404)] {
            let seen = operator.get(&path).query("kind", kind).await;
            let seen = seen.must(status, "kind says whose wallet is meant");
            assert!(status == 404 || seen["ownerKind"] == kind, "{seen}");
        }
        let refused = operator.get(&path).query("kind", "company").await;
        let refused = refused.must_refuse(400, "invalid-parameter", "kind is user or organization");
        assert_eq!(refused.places(), ["kind"]);
        let nobody = operator.get(format!("/wallets/{}", unique("user"))).await;
        nobody.must_refuse(404, "not-found", "nobody has that wallet");
    });
}
