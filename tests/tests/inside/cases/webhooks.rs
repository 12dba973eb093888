//! The operations on webhooks.

use serde_json::json;

use super::{Case, READ, WRITE};
use crate::world::{delete, get, post, webhook};

pub(super) fn all() -> Vec<Case> {
    vec![
        case!("webhook-register", "one", 201, WRITE, |w| {
            // An owner has twenty at most: make room.
            let listed = w.expect(200, &get("manager", "/webhooks")).await.json();
            for webhook in listed["items"].as_array().expect("items") {
                let id = webhook["id"].as_str().expect("an id");
                w.expect(200, &delete("manager", format!("/webhooks/{id}")))
                    .await;
            }
            post("manager", "/webhooks", webhook())
        }),
        case!("webhook-list", "of a party", 200, &[("Query", "")], |_w| {
            get("member", "/webhooks")
        }),
        case!("webhook-view", "one", 200, READ, |w| {
            get("consumer", format!("/webhooks/{}", w.webhook().await))
        }),
        case!("webhook-rotate", "a new secret", 200, WRITE, |w| {
            let path = format!("/webhooks/{}/rotate", w.webhook().await);
            post("consumer", path, json!({}))
        }),
        case!("webhook-enable", "enabled already", 200, READ, |w| {
            let path = format!("/webhooks/{}/enable", w.webhook().await);
            post("consumer", path, json!({}))
        }),
        case!("webhook-enable", "after it was disabled", 200, WRITE, |w| {
            let id = w.webhook().await;
            w.disable(&id).await;
            post("consumer", format!("/webhooks/{id}/enable"), json!({}))
        }),
        case!("webhook-remove", "one", 200, WRITE, |w| {
            delete("consumer", format!("/webhooks/{}", w.webhook().await))
        }),
    ]
}
