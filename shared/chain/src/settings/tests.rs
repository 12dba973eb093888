use sharepact_runtime::ChainError;

use super::*;

const URL: &str = "https://node.example/v3/0123456789";
const REGISTRY: &str = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:ledger-a1B2c3";

/// Secrets that nobody may read: nothing here is to be read at all.
fn secrets() -> Secrets {
    let config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(aws_sdk_secretsmanager::config::BehaviorVersion::v2026_01_12())
        .build();
    Secrets::new(aws_sdk_secretsmanager::Client::from_conf(config))
}

fn with(settings: &[(&str, &str)]) -> Result<Option<Ethereum>, ChainError> {
    read(&secrets(), |name| {
        let found = settings
            .iter()
            .find(|(key, _)| format!("SHAREPACT_LEDGER_{key}") == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn without_a_node_the_ledger_is_off() {
    assert!(with(&[]).unwrap().is_none());
    assert!(with(&[("RPC", ""), ("CHAIN", "potato")]).unwrap().is_none());
}

#[test]
fn a_node_and_its_chain_are_enough_to_look_things_up() {
    for rpc in [URL, ARN] {
        let chain = with(&[("RPC", rpc), ("CHAIN", "1"), ("REGISTRY", "")])
            .unwrap()
            .unwrap();
        assert!(chain.registry().is_err());
        assert!(chain.signer().is_err());
    }
}

#[test]
fn with_everything_it_anchors_and_signs() {
    let file = "/var/lib/ledger/password";
    let chain = with(&[
        ("RPC", URL),
        ("CHAIN", "1"),
        ("REGISTRY", REGISTRY),
        ("KEYSTORE", ARN),
        ("PASSWORD", file),
    ]);
    let chain = chain.unwrap().unwrap();
    assert_eq!(chain.registry().unwrap().as_str(), REGISTRY);
    assert!(chain.signer().is_ok());
    assert!(!format!("{chain:?}").contains("0123456789"));
}

#[tokio::test]
async fn who_does_not_sign_is_told_who_does() {
    let settings = [("RPC", URL), ("CHAIN", "1"), ("PLATFORM", REGISTRY)];
    let chain = with(&settings).unwrap().unwrap();
    assert_eq!(chain.platform().await.unwrap().as_str(), REGISTRY);
    assert!(chain.signer().is_err());
    let error = with(&[("RPC", URL), ("CHAIN", "1"), ("PLATFORM", "potato")]).unwrap_err();
    assert!(error.to_string().contains("SHAREPACT_LEDGER_PLATFORM"));
}

#[test]
fn what_cannot_be_used_is_named_and_not_repeated() {
    let key = "4646464646464646464646464646464646464646464646464646464646464646";
    for (settings, named) in [
        (&[("RPC", URL)][..], "SHAREPACT_LEDGER_CHAIN"),
        (
            &[("RPC", URL), ("CHAIN", "potato")],
            "SHAREPACT_LEDGER_CHAIN",
        ),
        (&[("RPC", "http://node.example"), ("CHAIN", "1")], "https"),
        (
            &[("RPC", URL), ("CHAIN", "1"), ("REGISTRY", "0x00")],
            "SHAREPACT_LEDGER_REGISTRY",
        ),
        (
            &[("RPC", URL), ("CHAIN", "1"), ("KEYSTORE", ARN)],
            "SHAREPACT_LEDGER_PASSWORD",
        ),
        (
            &[("RPC", URL), ("CHAIN", "1"), ("PASSWORD", ARN)],
            "SHAREPACT_LEDGER_KEYSTORE",
        ),
        (
            &[
                ("RPC", URL),
                ("CHAIN", "1"),
                ("KEYSTORE", key),
                ("PASSWORD", ARN),
            ],
            "SHAREPACT_LEDGER_KEYSTORE",
        ),
    ] {
        let error = with(settings).err().unwrap().to_string();
        assert!(error.contains(named), "{error}");
        assert!(!error.contains(key) && !error.contains("potato"), "{error}");
    }
}
