//! What was received is shared on: as far as every agreement on the way lets it, never more of it, never back.

use serde_json::{Value, json};
use sharepact_tests::{Answer, Framework, NO_STAFF, Staff, scenario, skipped};

fn onward(grant: &str) -> Value {
    json!({ "sharing": { "onward": grant } })
}

/// An Active agreement from one organisation to the next.
async fn to(provider: &Staff, consumer: &Staff, changes: &Value) -> Framework {
    let framework = Framework::between(provider, consumer, changes).await;
    framework.approved().await;
    framework
}

async fn shares(framework: &Framework, asset: &str) -> Answer {
    framework.shares(&[asset.to_owned()], &json!({})).await
}

/// Shares what was received on, and turns it on.
async fn passes(framework: &Framework, asset: &str) -> String {
    let made = shares(framework, asset)
        .await
        .must(201, "it may be shared on");
    assert_eq!(
        made["items"][0]["onward"], true,
        "it is not the provider's own\n{made}"
    );
    let id = made["items"][0]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    framework.starts(&id).await;
    id
}

#[test]
fn what_was_received_goes_as_far_as_it_may() {
    scenario(async |api| {
        for (grant, hops) in [("none", 0), ("once", 1), ("unlimited", 3)] {
            let Some(mut framework) = Framework::active(&api, &onward(grant)).await else {
                return skipped(NO_STAFF);
            };
            let (_, asset) = framework.runs().await;
            for hop in 0..=hops {
                let Some(next) = Staff::named(&api).await else {
                    return skipped(NO_STAFF);
                };
                // Each of them would let it go on; what the first one grants decides.
                framework = to(&framework.consumer, &next, &onward("unlimited")).await;
                if hop < hops {
                    passes(&framework, &asset).await;
                    let entitled = framework.entitled(&asset).await;
                    assert_eq!(entitled["entitled"], true, "{grant}, {hop}\n{entitled}");
                } else if grant != "unlimited" {
                    let refused = shares(&framework, &asset).await;
                    let rule = format!("{grant} lets it go {hops} hands far");
                    refused.must_refuse(409, "onward-sharing-not-allowed", &rule);
                }
            }
        }
    });
}

#[test]
fn what_is_shared_on_is_never_more_and_never_comes_back() {
    scenario(async |api| {
        let partial = json!({
            "sharing": { "onward": "unlimited", "extent": "partial", "fields": ["distance", "zone"] },
            "valuePropositions": ["location"],
        });
        let Some(first) = Framework::active(&api, &partial).await else {
            return skipped(NO_STAFF);
        };
        let Some(third) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let (_, asset) = first.runs().await;
        let wide = to(&first.consumer, &third, &onward("none")).await;
        let more = shares(&wide, &asset).await;
        more.must_refuse(
            409,
            "onward-sharing-not-allowed",
            "nobody shares more than it has",
        );
        let by = wide.provider.contracts.clone();
        wide.does(&by, "stop")
            .await
            .must(200, "another agreement takes its place");
        let narrow = json!({
            "sharing": { "extent": "partial", "fields": ["distance"], "onward": "unlimited" },
            "valuePropositions": ["location"],
        });
        let second = to(&first.consumer, &third, &narrow).await;
        passes(&second, &asset).await;
        let entitled = second.entitled(&asset).await;
        assert_eq!(
            entitled["grounds"][0]["fields"],
            json!(["distance"]),
            "{entitled}"
        );

        for back in [&first.provider, &first.consumer] {
            let round = to(&third, back, &narrow).await;
            let looped = shares(&round, &asset).await;
            let looped = looped.must_refuse(409, "onward-sharing-loop", "it comes from there");
            assert_eq!(looped.places(), ["/assetIds/0"]);
        }
    });
}

#[test]
fn what_is_shared_on_stops_and_ends_with_what_it_comes_from() {
    scenario(async |api| {
        let Some(first) = Framework::active(&api, &onward("unlimited")).await else {
            return skipped(NO_STAFF);
        };
        let Some(third) = Staff::named(&api).await else {
            return skipped(NO_STAFF);
        };
        let (session, asset) = first.runs().await;
        let second = to(&first.consumer, &third, &onward("none")).await;
        let on = passes(&second, &asset).await;
        let seen = async |status: &str| {
            let seen = third.member.get(format!("/sessions/{on}")).await;
            assert_eq!(seen["status"], status, "{seen}");
            let entitled = second.entitled(&asset).await;
            assert_eq!(
                entitled["entitled"],
                json!(status == "Running"),
                "{entitled}"
            );
            seen
        };
        seen("Running").await;
        let stop = format!("/sessions/{session}/stop");
        let stopped = first.provider.sessions.post(&stop, &json!({})).await;
        stopped.must(200, "the owner turns its data off");
        seen("Stopped").await;
        let start = format!("/sessions/{on}/start");
        let refused = second.provider.sessions.post(start, &json!({})).await;
        refused.must_refuse(409, "upstream-stopped", "what it comes from is off");
        first.starts(&session).await;
        seen("Running").await;
        let by = first.provider.contracts.clone();
        first
            .does(&by, "stop")
            .await
            .must(200, "the owner ends the agreement");
        let ended = seen("Ended").await;
        assert_eq!(ended["endCause"], "upstream", "{ended}");
    });
}
