//! Every operation that needs a token, and how it refuses a stranger, the wrong side and a member
//! who is not the manager.
//!
//! The one rule: an operation without a row fails the suite. A row's last column proves that the
//! same request is let through for the right caller, so that the refusals mean what they say.

mod requests;
mod rows;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sharepact_runtime::Clock;
use sharepact_store::Store;
use sharepact_tests::{
    Answer, Api, Deal, Framework, NO_STAFF, Person, Staff, onboard, scenario, skipped, unique,
};

use requests::{call, list_of, transfer};
use rows::ROWS;

/// How a caller who has no business here is answered.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// A problem of this status and type.
    Refused(u16, &'static str),
    /// A list without what belongs to others.
    NothingOfIt,
    /// `null`.
    Null,
    /// The same as anyone: there is nothing to hide, or it becomes the caller's own.
    AsAnyone(u16),
    /// There is no such caller.
    Nobody,
}

use Told::{AsAnyone, Nobody, NothingOfIt, Null, Refused};

/// Operation, stage, who is right, then what the stranger, the wrong side and the right side's
/// plain member are told.
type Row = (&'static str, &'static str, Right, Told, Told, Told);

/// Whose business an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    Provider,
    Consumer,
    /// The first person of an organisation that the provider's has onboarded; the wrong side is that one, the member one of
    /// another's.
    Invited,
    /// The platform; the wrong side is a party, the member one of another's.
    Operator,
}

use Right::{Consumer, Invited, Operator, Provider};

/// Operations without a row: nobody is refused there.
const OPEN: &[&str] = &["openapiView"];

#[test]
fn every_operation_has_a_row() {
    scenario(async |api| {
        let listed: Vec<_> = ROWS.iter().map(|row| row.0).collect();
        let known: BTreeSet<_> = listed.iter().copied().collect();
        assert_eq!(known.len(), listed.len(), "each operation has one row");
        let (mut open, mut closed) = (BTreeSet::new(), BTreeSet::new());
        let operations = api.description().operations();
        for (id, _, _, operation) in &operations {
            let needs_token = operation["security"]
                .as_array()
                .is_some_and(|needs| !needs.is_empty());
            if needs_token {
                closed.insert(id.as_str())
            } else {
                open.insert(id.as_str())
            };
        }
        assert_eq!(
            closed, known,
            "every operation that needs a token says how it refuses"
        );
        assert_eq!(open, OPEN.iter().copied().collect(), "nothing else is open");
    });
}

#[test]
fn every_operation_refuses_who_has_no_business_there() {
    scenario(async |api| {
        let rows = ROWS.iter().map(|row| {
            let api = api.clone();
            async move { prove(&api, *row).await }
        });
        api.at_once(rows).await;
    });
}

async fn prove(api: &Api, (operation, stage, right, stranger, wrong, member): Row) {
    let Some(([office, clerk, manager, colleague], deal)) = played(api, stage).await else {
        return skipped(NO_STAFF);
    };
    let operator = api.operator();
    let (right_one, right_member, wrong_one) = match right {
        Provider => (&office, &clerk, &manager),
        Consumer => (&manager, &colleague, &office),
        Invited => (&deal.consumer, &colleague, &office),
        Operator => (&operator, &colleague, &office),
    };
    // A stranger first, then the wrong side, then the member; the right one at last.
    for (who, person, told) in [
        ("a stranger", &api.stranger(), stranger),
        ("the wrong side", wrong_one, wrong),
        ("a member who is not the manager", right_member, member),
    ] {
        let before = state(&deal, &office).await;
        let rule = format!("{operation} tells {who} {told:?}");
        match told {
            Nobody => {}
            Refused(status, slug) => {
                let answer = call(operation, person, &deal, right_one).await.await;
                answer.must_refuse(status, slug, &rule);
                assert_eq!(
                    state(&deal, &office).await,
                    before,
                    "{rule}, and nothing is changed"
                );
            }
            NothingOfIt => {
                let listed = walk(operation, person, &deal, right_one).await;
                assert!(!holds(&listed, &deal), "{rule}: {listed:?}");
            }
            Null => {
                let answer = call(operation, person, &deal, right_one)
                    .await
                    .await
                    .must(200, &rule);
                assert_eq!(answer.body, Value::Null, "{rule}");
            }
            AsAnyone(status) => {
                let answer = call(operation, person, &deal, right_one)
                    .await
                    .await
                    .must(status, &rule);
                undo(&answer, person).await;
            }
        }
    }
    let answer = call(operation, right_one, &deal, right_one).await.await;
    if answer.status == 503 && answer.text("type").ends_with(":ledger-off") {
        return skipped("this API has no blockchain");
    }
    assert!(
        matches!(answer.status, 200..=202),
        "{operation} lets the right caller through\n{answer}"
    );
    // A history is of one contract, and what makes several things is no list.
    let listed = !["contractHistory", "sessionCreate"].contains(&operation);
    if listed && answer["items"].is_array() {
        let rule = format!("{operation} shows the right caller what is theirs");
        api.until(async || {
            let listed = walk(operation, right_one, &deal, right_one).await;
            holds(&listed, &deal)
                .then_some(())
                .ok_or_else(|| rule.clone())
        })
        .await;
    } else {
        assert_ne!(
            answer.body,
            Value::Null,
            "{operation} shows the right caller what is theirs"
        );
    }
    if stage == "Webhook" {
        clear(operation, &answer, &deal, right_one).await;
    }
}

/// The provider's manager and member, the consumer's, and what they have to do with one another.
async fn played(api: &Api, stage: &str) -> Option<([Person; 4], Deal)> {
    if ![
        "Findable", "Proposed", "Agreed", "Drawn up", "Granted", "Shared", "Running",
    ]
    .contains(&stage)
    {
        let names = ["provider-manager", "provider-member", "manager", "member"];
        let people = names.map(|name| api.person(name));
        let deal = scene(stage, &people[0], &people[2]).await?;
        return Some((people, deal));
    }
    // Organisations of their own: two have one live agreement.
    let (provider, consumer) = (Staff::named(api).await?, Staff::named(api).await?);
    if ["Shared", "Running"].contains(&stage) {
        return Some(shared(&provider, &consumer, stage == "Running").await);
    }
    let id = if stage == "Findable" {
        consumer.passcode().await
    } else {
        let framework = Framework::between(&provider, &consumer, &json!({})).await;
        if stage != "Proposed" {
            framework.approved().await;
        }
        match stage {
            "Granted" => framework.grants(5).await.text("id"),
            "Drawn up" => {
                let print = framework.path("document");
                let printed = framework.provider.member.post(print, &json!({})).await;
                printed.must(200, "everybody of a party prints its agreement");
                framework.id
            }
            _ => framework.id,
        }
    };
    let deal = Deal {
        id,
        asset: provider.manager.offers("Private").await,
        provider: provider.manager.clone(),
        consumer: consumer.manager.clone(),
    };
    let people = [
        provider.manager,
        provider.member,
        consumer.manager,
        consumer.member,
    ];
    Some((people, deal))
}

/// A session of the provider's towards the consumer, and their session managers.
async fn shared(provider: &Staff, consumer: &Staff, runs: bool) -> ([Person; 4], Deal) {
    let framework = Framework::between(provider, consumer, &json!({})).await;
    framework.approved().await;
    let asset = provider.manager.offers("Private").await;
    let made = framework
        .shares(std::slice::from_ref(&asset), &json!({}))
        .await;
    let made = made.must(201, "a session manager shares its organisation's asset");
    let id = made["items"][0]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    if runs {
        framework.starts(&id).await;
    }
    let people = [
        provider.sessions.clone(),
        provider.member.clone(),
        consumer.sessions.clone(),
        consumer.member.clone(),
    ];
    let deal = Deal {
        id,
        asset,
        provider: provider.sessions.clone(),
        consumer: consumer.sessions.clone(),
    };
    (people, deal)
}

/// A contract at a stage, or an asset alone.
async fn scene(stage: &str, office: &Person, manager: &Person) -> Option<Deal> {
    let level = match stage {
        "Offered" => "Private",
        "Webhook" => {
            return Some(Deal {
                id: manager.registers().await.text("id"),
                asset: unique("no-asset"),
                provider: office.clone(),
                consumer: manager.clone(),
            });
        }
        "Public" | "Confidential" => stage,
        "Transferred" => {
            manager.has_wallet().await;
            let operator = office.api.operator();
            let wallet = manager.get(manager.wallet()).await.text("address");
            let ordered = transfer(&operator, &wallet).await;
            return Some(Deal {
                id: ordered["id"].as_str().unwrap_or("none").to_owned(),
                // The address: another row may register another one meanwhile.
                asset: wallet,
                provider: office.clone(),
                consumer: manager.clone(),
            });
        }
        "Printed" => {
            let deal = Deal::at("Signed", office, manager).await;
            let printed = office.post(deal.path("document"), &json!({})).await;
            printed.must(200, "a party prints its contract");
            return Some(deal);
        }
        "Named" | "Profile" | "Passcode" | "Onboarded" => {
            return organized(stage, office, manager).await;
        }
        stage => return Some(Deal::at(stage, office, manager).await),
    };
    Some(Deal {
        id: unique("no-contract"),
        asset: office.offers(level).await,
        provider: office.clone(),
        consumer: manager.clone(),
    })
}

/// What a row on organisations begins with: both have a name, one has a profile, a passcode, or a child. None where nobody
/// can be onboarded, since only the deployment's mailer sees what opens an invitation.
async fn organized(stage: &str, office: &Person, manager: &Person) -> Option<Deal> {
    for person in [office, manager] {
        let path = format!("/organizations/{}", person.owner());
        if person.get(path.as_str()).await.status == 404 {
            let named = person.patch(path, &json!({ "name": "Named" })).await;
            // Another row may name it at the same time.
            assert!(matches!(named.status, 200 | 201 | 409), "{named}");
        }
    }
    let mut deal = Deal {
        id: unique("no-contract"),
        asset: unique("no-asset"),
        provider: office.clone(),
        consumer: manager.clone(),
    };
    match stage {
        "Profile" => {
            let path = format!("/organizations/{}/profiles", manager.owner());
            let made = manager.post(path, &requests::profile()).await;
            deal.id = made.must(201, "a manager makes a profile").text("id");
        }
        "Passcode" => {
            let issued = manager.post("/passcodes", &json!({})).await;
            let issued = issued.must(201, "a manager gets a passcode");
            deal.asset = issued.text("passcode");
        }
        "Onboarded" => {
            let stack = office.api.stack()?;
            let store = Store::new(stack.client.clone(), stack.table.clone());
            let child = onboard(&store, office.owner(), Clock::system().now()).await;
            let first = json!({ "org": child.organization });
            deal.consumer = office.api.mint(first)?;
            deal.asset = child.token;
            deal.id = child.organization;
        }
        _ => {}
    }
    Some(deal)
}

/// Removes the webhooks that a row has left; others run beside it, and an owner has twenty at most.
async fn clear(operation: &str, answer: &Answer, deal: &Deal, right: &Person) {
    if operation == "webhookRegister" {
        undo(answer, right).await;
    }
    if operation != "webhookRemove" {
        let path = format!("/webhooks/{}", deal.id);
        right.delete(path).await.must(200, "its owner removes it");
    }
}

/// What a refusal must not change.
async fn state(deal: &Deal, office: &Person) -> Vec<Option<String>> {
    let mut tags = Vec::new();
    let agreement = format!("/framework-agreements/{}", deal.id);
    let session = format!("/sessions/{}", deal.id);
    for path in [
        format!("/assets/{}", deal.asset),
        deal.path(""),
        agreement,
        session,
    ] {
        if !path.contains("no-contract") {
            let seen = office.get(path).await;
            tags.push(seen.header("etag").map(str::to_owned));
        }
    }
    tags
}

async fn walk(operation: &str, person: &Person, deal: &Deal, right: &Person) -> Vec<String> {
    let (path, query) = list_of(operation, deal, right);
    let query: Vec<_> = query
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    person.lists(&path, &query).await
}

/// Does a list hold the contract, or its asset?
fn holds(listed: &[String], deal: &Deal) -> bool {
    listed.iter().any(|id| *id == deal.id || *id == deal.asset)
}

/// Ends what a caller was let begin, so that the next one may begin it too.
async fn undo(answer: &Answer, person: &Person) {
    if answer.status != 201 {
        return;
    }
    let id = answer["id"].as_str().unwrap_or_default();
    if answer["eventTypes"].is_array() {
        let removed = person.delete(format!("/webhooks/{id}")).await;
        removed.must(200, "whoever registered it removes it");
        return;
    }
    // A passcode ends by itself.
    if answer["passcode"].is_string() {
        return;
    }
    let by = match person.name.as_str() {
        "member" => person.api.person("manager"),
        _ => person.clone(),
    };
    let (command, rule) = match answer["status"].as_str() {
        Some("Active") => ("stop", "whoever acquired it stops it"),
        _ => ("reject", "whoever requested it withdraws it"),
    };
    by.post(format!("/contracts/{id}/{command}"), &Deal::body(command))
        .await
        .must(200, rule);
}
