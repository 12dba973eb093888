//! Every operation on every path that touches the table, with the calls that it may make.
//!
//! The one rule: an operation without a row here fails the tests, so that nobody adds a round trip
//! or a right without writing it down.

use std::pin::Pin;

use serde_json::json;

use crate::world::{
    Request, World, challenge, command, definition, get, key, patch, post, put, request,
};

/// One call of DynamoDB: the API, and the index where it reads one.
pub type Expected = (&'static str, &'static str);

/// One way through one operation.
pub struct Case {
    /// The operation.
    pub operation: &'static str,
    /// Which way.
    pub what: &'static str,
    /// Brings the world to where the request belongs, and gives the request.
    pub ready: Ready,
    /// The status of success.
    pub status: u16,
    /// The calls it takes.
    pub calls: &'static [Expected],
}

type Ready = for<'w> fn(&'w World) -> Pin<Box<dyn Future<Output = Request> + Send + 'w>>;

impl Case {
    /// Does it change something?
    pub fn writes(&self) -> bool {
        self.calls.contains(&("TransactWriteItems", ""))
    }

    /// Is `Idempotency-Key` honoured? On everything that changes an agreement, a contract, a webhook or an organisation; what is printed again is the
    /// same document without one.
    pub fn keyed(&self) -> bool {
        let honouring = [
            "contract-",
            "webhook-",
            "wallet-transfer",
            "organization-",
            "invitation-",
            "profile-create",
            "passcode-",
            "session-",
            "agreement-",
        ];
        self.writes()
            && !self.operation.ends_with("-print")
            && honouring
                .iter()
                .any(|prefix| self.operation.starts_with(prefix))
    }

    /// Does a second request without a key find what the first has done? What the first has made or
    /// removed it does not: another webhook, another secret, nothing to remove.
    pub fn repeats(&self) -> bool {
        let anew = [
            "webhook-",
            "wallet-transfer",
            "organization-",
            "invitation-",
            "profile-create",
            "passcode-",
            // The same time again is no change, and told as a fault of the value.
            "session-change",
            "agreement-create",
            "contract-grant",
            "contract-extend",
        ];
        !anew.iter().any(|prefix| self.operation.starts_with(prefix))
    }

    /// Is its first transaction refused, because something stands in the way that has to be looked at?
    pub fn tries_again(&self) -> bool {
        let write = |call: &&Expected| **call == ("TransactWriteItems", "");
        self.calls.iter().filter(write).count() > 1
    }

    /// How many events does it leave? A guess leaves none; who makes an agreement uses a passcode or makes an organisation.
    pub fn events(&self) -> usize {
        match self.operation {
            "passcode-resolve" => 0,
            "agreement-create" => 2,
            _ => 1,
        }
    }
}

const READ: &[Expected] = &[("BatchGetItem", "")];
/// The wallet, and then what was sent to its address.
const TWO_READS: &[Expected] = &[("BatchGetItem", ""), ("BatchGetItem", "")];
const WRITE: &[Expected] = &[("BatchGetItem", ""), ("TransactWriteItems", "")];

/// One read, and a link: signed like a call that is not made.
const LINK: &[Expected] = &[("BatchGetItem", ""), ("GetObject", "")];
/// One read, the object, the event that tells of it, and a link.
const PRINT: &[Expected] = &[
    ("BatchGetItem", ""),
    ("GetObject", ""),
    ("PutObject", ""),
    ("TransactWriteItems", ""),
];

macro_rules! case {
    ($operation:literal, $what:literal, $status:literal, $calls:expr, |$w:ident| $ready:expr) => {
        Case {
            operation: $operation,
            what: $what,
            ready: |$w| Box::pin(async move { $ready }),
            status: $status,
            calls: $calls,
        }
    };
}

/// A command on a contract in a status.
macro_rules! commands {
    ($($operation:literal, $command:literal, $status:literal;)*) => {
        [$(case!($operation, $status, 200, WRITE, |w| command($command, &w.contract($status).await))),*]
    };
}

/// A merge-patch on a contract in a status.
macro_rules! patches {
    ($($what:literal, $status:literal, $who:literal, $body:tt;)*) => {
        [$(case!("contract-update", $what, 200, WRITE, |w| {
            let id = w.contract($status).await;
            patch($who, format!("/contracts/{id}"), json!($body))
        })),*]
    };
}

/// A read that needs nothing but its path.
macro_rules! lists {
    ($($operation:literal, $who:literal, $path:literal, [$($index:literal),*];)*) => {
        [$(case!($operation, $path, 200, &[$(("Query", $index)),*], |w| {
            get($who, $path.replace("CONSUMER", &w.user("consumer")).replace("PROVIDER", &w.user("provider")))
        })),*]
    };
}

mod agreements;
mod evidence;
mod organizations;
mod sessions;
mod webhooks;

/// All of them. Lists come first: with more contracts in the world than a page holds, those that a
/// list leaves out would cost it further rounds.
pub fn all() -> Vec<Case> {
    let mut cases = beginnings();
    cases.extend(lists());
    cases.extend(commands());
    cases.extend(views());
    cases.extend(documents());
    cases.extend(evidence::all());
    cases.extend(registers());
    cases.extend(webhooks::all());
    cases.extend(organizations::all());
    cases.extend(sessions::all());
    cases.extend(agreements::all());
    cases
}

fn beginnings() -> Vec<Case> {
    vec![
        case!("contract-create", "a user with a wallet", 201, WRITE, |w| {
            w.wallet("consumer", &w.user("consumer"), &key(0)).await;
            post(
                "consumer",
                "/contracts",
                request(&w.asset("provider", "Private").await),
            )
        }),
        case!(
            "contract-create",
            "a member of an organisation",
            201,
            WRITE,
            |w| {
                post(
                    "member",
                    "/contracts",
                    request(&w.asset("provider-manager", "Private").await),
                )
            }
        ),
        case!("contract-acquire", "a public asset", 201, WRITE, |w| {
            let asset = w.asset("provider", "Public").await;
            post(
                "consumer",
                format!("/assets/{asset}/acquisitions"),
                json!({}),
            )
        }),
    ]
}

fn commands() -> Vec<Case> {
    let plain = commands![
        "contract-decline", "decline", "Request";
        "contract-draft", "draft", "Request";
        "contract-negotiate", "negotiate", "Draft";
        "contract-accept", "accept", "Draft";
        "contract-reject", "reject", "Request";
        "contract-reject", "reject", "Signed";
        "contract-activate", "activate", "Signed";
        "contract-stop", "stop", "Active";
    ];
    let patches = patches![
        "to Declined", "Request", "provider", { "status": "Declined" };
        "to Draft", "Request", "provider",
            { "status": "Draft", "price": "1", "currency": "EUR", "vat": "0", "terms": "Use it." };
        "to Negotiate", "Draft", "consumer", { "status": "Negotiate", "terms": "Use it well." };
        "to Signed", "Draft", "consumer", { "status": "Signed" };
        "to Rejected", "Negotiate", "provider", { "status": "Rejected", "reason": "No" };
        "to Active", "Signed", "provider", { "status": "Active", "paymentReference": "INV-2" };
        "to Stopped", "Active", "consumer", { "status": "Stopped", "reason": "Done" };
    ];
    plain.into_iter().chain(patches).collect()
}

fn documents() -> Vec<Case> {
    vec![
        case!(
            "contract-document",
            "one that is rendered",
            200,
            LINK,
            |w| {
                let path = format!("/contracts/{}/document", w.contract("Signed").await);
                w.expect(200, &post("provider", path.clone(), json!({})))
                    .await;
                get("consumer", path).header("accept", "application/json")
            }
        ),
        case!("contract-print", "a draft", 200, PRINT, |w| {
            let path = format!("/contracts/{}/document", w.contract("Draft").await);
            post("consumer", path, json!({}))
        }),
        case!(
            "agreement-document",
            "one that is rendered",
            200,
            LINK,
            |w| {
                let agreed = w.agreement("Active").await;
                let path = agreed.path("document");
                let print = post("stranger", path.clone(), json!({}));
                w.expect(200, &w.contracts(&agreed.provider, print)).await;
                let link = get("stranger", path).header("accept", "application/json");
                w.by(link, &agreed.consumer, &[])
            }
        ),
        case!("agreement-print", "a proposal", 200, PRINT, |w| {
            let agreed = w.agreement("Pending").await;
            let print = post("stranger", agreed.path("document"), json!({}));
            w.by(print, &agreed.consumer, &[])
        }),
    ]
}

fn views() -> Vec<Case> {
    vec![
        case!("contract-view", "with terms", 200, READ, |w| {
            get(
                "consumer",
                format!("/contracts/{}", w.contract("Draft").await),
            )
        }),
        case!("contract-view", "unchanged", 304, READ, |w| {
            get(
                "consumer",
                format!("/contracts/{}", w.contract("Draft").await),
            )
            .header("if-none-match", "\"2\"")
        }),
        case!(
            "contract-history",
            "the events",
            200,
            &[("Query", "")],
            |w| {
                get(
                    "provider",
                    format!("/contracts/{}/history", w.contract("Negotiate").await),
                )
            }
        ),
        case!(
            "contract-history",
            "with a comparison, at once",
            200,
            &[("BatchGetItem", ""), ("Query", "")],
            |w| {
                let id = w.contract("Negotiate").await;
                get("provider", format!("/contracts/{id}/history?from=1&to=2"))
            }
        ),
        case!(
            "contract-requested",
            "of two users",
            200,
            &[("Query", "by-asset"), ("Query", "by-asset")],
            |w| {
                let asset = asset_of(w, "Request").await;
                let (one, two) = (w.user("consumer"), w.user("stranger"));
                get(
                    "provider",
                    format!("/assets/{asset}/contract-request?userId={one}&userId={two}"),
                )
            }
        ),
        case!(
            "contract-requested",
            "of the caller",
            200,
            &[("Query", "by-asset")],
            |w| {
                get(
                    "consumer",
                    format!("/assets/{}/contract-request", asset_of(w, "Request").await),
                )
            }
        ),
        case!(
            "contract-active",
            "of the caller",
            200,
            &[("Query", "by-asset")],
            |w| {
                get(
                    "consumer",
                    format!("/assets/{}/active-contract", asset_of(w, "Active").await),
                )
            }
        ),
        case!(
            "asset-contracts",
            "of an asset",
            200,
            &[("Query", "by-asset")],
            |w| {
                get(
                    "provider",
                    format!("/assets/{}/contracts", asset_of(w, "Active").await),
                )
            }
        ),
        case!("openapi-view", "without the table", 200, &[], |_w| get(
            "stranger",
            "/openapi.json"
        )),
    ]
}

async fn asset_of(w: &World, status: &str) -> String {
    let id = w.contract(status).await;
    let view = w
        .expect(200, &get("consumer", format!("/contracts/{id}")))
        .await
        .json();
    view["assetId"].as_str().expect("an asset id").to_owned()
}

fn lists() -> Vec<Case> {
    let cases = lists![
        "contract-list", "consumer", "/contracts", ["by-consumer", "by-provider"];
        "contract-list", "member", "/contracts",
            ["by-consumer", "by-consumer-organization", "by-provider", "by-provider-organization"];
        "contract-list", "consumer", "/contracts?role=consumer", ["by-consumer"];
        "contract-list", "consumer", "/contracts?role=provider&status=Active", ["by-provider"];
        "contract-list", "provider", "/contracts?userId=CONSUMER&userId=PROVIDER&userId=CONSUMER",
            ["by-consumer", "by-consumer", "by-provider", "by-provider"];
        "contract-list", "operator", "/contracts?userId=CONSUMER&userId=PROVIDER&role=consumer",
            ["by-consumer", "by-consumer"];
        "contract-tasks", "provider", "/contracts/tasks", ["by-waiting"];
        "contract-tasks", "manager", "/contracts/tasks", ["by-waiting", "by-waiting"];
        "contract-tasks", "member", "/contracts/tasks", ["by-waiting"];
        "assets-pending", "consumer", "/assets/pending", ["by-consumer"];
        "assets-pending", "member", "/assets/pending", ["by-consumer", "by-consumer-organization"];
        "assets-pending", "provider", "/assets/pending?userId=CONSUMER&userId=PROVIDER&userId=x",
            ["by-consumer", "by-consumer", "by-consumer"];
        "assets-acquired", "consumer", "/assets/acquired", ["by-consumer"];
        "assets-acquired", "manager", "/assets/acquired", ["by-consumer", "by-consumer-organization"];
        "asset-list", "stranger", "/assets", ["by-catalogue"];
        "asset-list", "provider", "/assets?owner=me", ["by-provider"];
        "asset-list", "provider-member", "/assets?owner=me", ["by-provider", "by-provider-organization"];
    ];
    cases.into_iter().collect()
}

fn registers() -> Vec<Case> {
    vec![
        case!("asset-register", "a new one", 201, WRITE, |w| {
            put(
                "provider",
                format!("/assets/{}", w.fresh("asset")),
                definition("Private"),
            )
        }),
        case!("asset-register", "a change", 200, WRITE, |w| {
            let asset = w.asset("provider", "Private").await;
            put(
                "provider",
                format!("/assets/{asset}"),
                definition("Confidential"),
            )
        }),
        case!("asset-register", "the same again", 200, READ, |w| {
            let asset = w.asset("provider", "Private").await;
            put(
                "provider",
                format!("/assets/{asset}"),
                definition("Private"),
            )
        }),
        case!("asset-view", "one", 200, READ, |w| {
            get(
                "stranger",
                format!("/assets/{}", w.asset("provider", "Private").await),
            )
        }),
        case!("wallet-challenge", "a user", 200, &[], |w| {
            challenge("stranger", &w.user("stranger"), &key(1))
        }),
        case!("wallet-register", "another address", 200, WRITE, |w| {
            let owner = w.user("stranger");
            w.wallet("stranger", &owner, &key(1)).await;
            w.proof("stranger", &owner, &key(2)).await
        }),
        case!("wallet-register", "the same again", 200, READ, |w| {
            w.wallet("manager", "acme-mobility", &key(3)).await;
            w.proof("manager", "acme-mobility", &key(3)).await
        }),
        case!("wallet-view", "its owner", 200, TWO_READS, |w| {
            w.wallet("manager", "acme-mobility", &key(3)).await;
            get("member", "/wallets/acme-mobility")
        }),
        case!("wallet-view", "an operator", 200, TWO_READS, |w| {
            w.wallet("manager", "acme-mobility", &key(3)).await;
            get("operator", "/wallets/acme-mobility")
        }),
        case!("wallet-transfer", "an order", 202, WRITE, |w| {
            w.wallet("manager", "acme-mobility", &key(3)).await;
            let path = format!("/wallets/{}/transfers", key(3).address());
            post("operator", path, json!({ "amount": "0.001" })).key(w.fresh("transfer"))
        }),
        case!("transfer-view", "one", 200, READ, |w| {
            w.wallet("manager", "acme-mobility", &key(3)).await;
            let path = format!("/wallets/{}/transfers", key(3).address());
            let order = post("operator", path, json!({ "amount": "0.001" }));
            let ordered = w.expect(202, &order.key(w.fresh("key"))).await;
            get("operator", ordered.header("location").expect("a place"))
        }),
    ]
}
