//! What the gateway tells browsers: pages of the origins that the deployment names may call, others may not.

use sharepact_tests::skipped;

use crate::deployed;

#[test]
fn pages_of_named_origins_may_call_and_no_others() {
    deployed(async |api, deployment, _| {
        if deployment.origins.is_empty() {
            skipped("the deployment names no origins");
            return;
        }
        let asks = async |origin: &str| {
            let request = reqwest::Client::new()
                .request(reqwest::Method::OPTIONS, api.address("/contracts"))
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header(
                    "access-control-request-headers",
                    "authorization,idempotency-key",
                );
            request.send().await.expect("the gateway answers")
        };
        for origin in &deployment.origins {
            let answer = asks(origin).await;
            assert_eq!(answer.status(), 204, "{origin} is named");
            let says = |name: &str| {
                let value = answer
                    .headers()
                    .get(name)
                    .and_then(|value| value.to_str().ok());
                value.unwrap_or_default().to_lowercase()
            };
            assert_eq!(&says("access-control-allow-origin"), origin);
            assert!(says("access-control-allow-methods").contains("post"));
            assert!(says("access-control-allow-headers").contains("idempotency-key"));
        }
        let answer = asks("https://elsewhere.example").await;
        let allowed = answer.headers().get("access-control-allow-origin");
        assert!(
            allowed.is_none(),
            "an origin that is not named: {allowed:?}"
        );
    });
}
