//! A framework agreement comes into being: with a passcode, or with a consumer that comes to the platform with it.

use serde_json::json;
use sharepact_tests::{
    Framework, NO_STAFF, Staff, onboarding, proposal, scenario, skipped, unique,
};

const AGREEMENTS: &str = "/framework-agreements";

#[test]
fn a_proposal_waits_for_the_consumer_and_is_active_once_approved() {
    scenario(async |api| {
        let Some(provider) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let consumer = Staff::named(&api).await.expect("tokens are made");
        let changes = json!({
            "entity": "unit", "contractNeeded": true, "payer": "consumer", "validTo": "2045-01-01T00:00:00+01:00",
            "sharing": { "extent": "partial", "fields": ["mileage", "position"], "onward": "once" },
        });
        let made = provider.proposes(&consumer, &changes).await;
        let made = made.must(201, "whoever has a passcode of the consumer proposes");
        assert_eq!(made["status"], "Pending", "{made}");
        let id = made.text("id");
        let place = format!("{AGREEMENTS}/{id}");
        assert_eq!(made.header("location"), Some(place.as_str()));
        assert_eq!(made["provider"]["name"], json!(provider.name), "{made}");
        assert_eq!(made["consumer"]["name"], json!(consumer.name), "{made}");
        assert_eq!(
            made["consumer"]["organizationId"],
            json!(consumer.organization)
        );
        assert_eq!(made["consumer"]["userId"], json!(consumer.contracts.user));
        assert_eq!(made["entity"], "unit");
        assert_eq!(made["sharing"]["fields"], json!(["mileage", "position"]));
        assert_eq!(
            made["valuePropositions"],
            json!(["location", "vehicle-status"])
        );
        assert_eq!(made["validTo"], "2044-12-31T23:00:00.000Z");
        assert_eq!(
            (&made["payer"], &made["onboarded"]),
            (&json!("consumer"), &json!(false))
        );
        assert_eq!(made["allowed"], json!([]), "it is the consumer's turn");

        let framework = Framework {
            id,
            provider,
            consumer,
        };
        let waits = framework.consumer.contracts.get(framework.path("")).await;
        assert_eq!(waits["allowed"], json!(["approve", "reject"]), "{waits}");
        assert_eq!(waits.etag(), made.etag());
        let after = framework.approved().await;
        assert_eq!(after["status"], "Active", "{after}");
        assert_eq!(
            after["approval"]["userId"],
            json!(framework.consumer.contracts.user)
        );
        assert_eq!(after["allowed"], json!(["stop"]));
        assert_ne!(after.etag(), made.etag());
        assert_eq!(framework.seen().await["status"], "Active");
    });
}

#[test]
fn a_consumer_that_is_onboarded_has_a_copy_of_the_profile_and_an_agreement_at_once() {
    scenario(async |api| {
        let Some(provider) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let profile = provider.profile().await;
        let body = onboarding(&profile, &json!({}));
        let made = provider.contracts.post(AGREEMENTS, &body).await;
        let made = made.must(201, "who brings a consumer agrees with it at once");
        assert_eq!(
            (&made["status"], &made["onboarded"]),
            (&json!("Active"), &json!(true))
        );
        assert_eq!(made["consumer"]["name"], "Harbour Rentals");
        assert_eq!(
            made["approval"]["organizationId"],
            json!(provider.organization),
            "the provider owns it, and agrees for it\n{made}"
        );
        let id = made["consumer"]["organizationId"].as_str().expect("an id");
        let place = format!("/organizations/{id}");
        let seen = provider.administrator.get(&place).await;
        let seen = seen.must(200, "its parent's administrator sees it");
        assert_eq!(seen["accountOwner"]["name"], "Nora Lind");
        assert_eq!(seen["accountOwner"]["email"], "nora.lind@example.org");
        assert_eq!(seen["parentOrganizationId"], json!(provider.organization));
        assert_eq!(seen["billingOwnerId"], json!(provider.organization));
        assert_eq!(seen["settings"]["timeZone"], "Europe/Berlin");
        assert_eq!(seen["invitation"]["status"], "open");
        assert!(!seen.body.to_string().contains("token"), "{seen}");

        // A copy: what becomes of the profile later does not reach it.
        let path = format!(
            "/organizations/{}/profiles/{profile}",
            provider.organization
        );
        let other =
            json!({ "name": "Others", "settings": { "timeZone": "Asia/Tokyo", "language": "ja" } });
        let changed = provider.administrator.put(path, &other).await;
        changed.must(200, "an administrator changes a profile");
        let again = provider.administrator.get(&place).await;
        assert_eq!(again["settings"], seen["settings"]);

        // Its own people, whom the identity provider places there, have the agreement.
        let staff = Staff::of(&api, id).expect("tokens are made");
        let listed = staff
            .member
            .lists(AGREEMENTS, &[("role", "consumer")])
            .await;
        assert_eq!(listed, [made.text("id")]);
        let stopped = staff
            .contracts
            .post(
                format!("{AGREEMENTS}/{}/stop", made.text("id")),
                &Framework::body("stop"),
            )
            .await;
        stopped.must(200, "the new organisation is a party like any other");
    });
}

#[test]
fn whose_bills_go_to_somebody_else_pays_for_nothing() {
    scenario(async |api| {
        let Some(parent) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let body = onboarding(&parent.profile().await, &json!({}));
        let made = parent.contracts.post(AGREEMENTS, &body).await;
        let made = made.must(201, "a parent brings its child");
        let id = made["consumer"]["organizationId"].as_str().expect("an id");
        let child = Staff::of(&api, id).expect("tokens are made");
        let other = Staff::named(&api).await.expect("tokens are made");
        let code = child.passcode().await;
        let pays = proposal(&code, &json!({ "payer": "consumer" }));
        let refused = other.contracts.post(AGREEMENTS, &pays).await;
        let refused = refused.must_refuse(409, "payer-not-allowed", "its parent is billed for it");
        assert_eq!(refused.places(), ["/payer"]);
        let none = child
            .member
            .lists(AGREEMENTS, &[("role", "consumer")])
            .await;
        assert_eq!(none, [made.text("id")], "nothing was made");
        let paid = proposal(&code, &json!({ "payer": "provider" }));
        let paid = other.contracts.post(AGREEMENTS, &paid).await;
        paid.must(201, "what was refused did not use the passcode up");
    });
}

#[test]
fn a_proposal_sent_again_is_made_once() {
    scenario(async |api| {
        let Some(provider) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let consumer = Staff::named(&api).await.expect("tokens are made");
        for body in [
            proposal(&consumer.passcode().await, &json!({})),
            onboarding(&provider.profile().await, &json!({})),
        ] {
            let key = unique("key");
            let ask = || provider.contracts.post(AGREEMENTS, &body).key(&key);
            let first = ask().await.must(201, "it is made");
            let again = ask().await.must(201, "the same key hears the same answer");
            assert_eq!(again.body, first.body);
            assert_eq!(again.header("idempotent-replayed"), Some("true"));
            let mut other = body.clone();
            other["contractNeeded"] = json!(true);
            let other = provider.contracts.post(AGREEMENTS, &other).key(&key).await;
            other.must_refuse(422, "idempotency-key-reused", "a key is for one request");
        }
        let mine = provider.member.lists(AGREEMENTS, &[]).await;
        assert_eq!(mine.len(), 2, "each was made once: {mine:?}");
    });
}
