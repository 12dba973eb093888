//! The history: every event in order, unaltered, and what changed between any two revisions.

use serde_json::{Value, json};
use sharepact_domain::contract::ContractFact;
use sharepact_domain::event::{Event, verify};
use sharepact_tests::{Deal, scenario};

/// Price and terms of the four revisions.
const REVISIONS: [(&str, &str); 4] = [
    (
        "1250.00",
        "# Use\n\nResearch.\n\n# Reports\n\nOnce a year.\n",
    ),
    (
        "1100.50",
        "# Use\n\nResearch.\n\n# Reports\n\nOnce a year.\n",
    ),
    (
        "1100.50",
        "# Use\n\nResearch and teaching.\n\n# Reports\n\nOnce a year.\n",
    ),
    ("1175.25", "# Use\n\nAny internal use.\n\nNo resale.\n"),
];

async fn negotiated(api: &sharepact_tests::Api) -> Deal {
    let deal = Deal::begin(&api.provider(), &api.consumer()).await;
    for (index, (price, terms)) in REVISIONS.into_iter().enumerate() {
        let (by, command, body) = match index {
            0 => (
                &deal.provider,
                "draft",
                json!({ "price": price, "currency": "EUR", "vat": "0", "terms": terms }),
            ),
            1 => (&deal.consumer, "negotiate", json!({ "price": price })),
            2 => (&deal.provider, "negotiate", json!({ "terms": terms })),
            _ => (
                &deal.consumer,
                "negotiate",
                json!({ "price": price, "terms": terms }),
            ),
        };
        let after = by.post(deal.path(command), &body).await;
        after.must(200, "the side whose turn it is offers another revision");
    }
    deal
}

#[test]
fn every_event_is_there_in_order_and_the_chain_holds() {
    scenario(async |api| {
        let deal = negotiated(&api).await;
        for (by, command) in [
            (&deal.provider, "accept"),
            (&deal.provider, "activate"),
            (&deal.provider, "stop"),
        ] {
            let after = deal.does(by, command).await;
            after.must(200, "the pipeline goes on");
        }
        let path = deal.path("history");
        for person in [&deal.provider, &deal.consumer, &api.operator()] {
            let seen = person.walks(&path, &[], 100).await;
            let types: Vec<_> = seen
                .items
                .iter()
                .map(|event| event["type"].clone())
                .collect();
            assert_eq!(
                types,
                [
                    "contract.requested",
                    "contract.drafted",
                    "contract.negotiated",
                    "contract.negotiated",
                    "contract.negotiated",
                    "contract.signed",
                    "contract.activated",
                    "contract.stopped",
                ],
                "every event is there, oldest first, for {}",
                person.name
            );
            let events: Vec<Event<ContractFact>> = seen
                .items
                .into_iter()
                .map(|event| serde_json::from_value(event).expect("an event reads back"))
                .collect();
            assert_eq!(
                verify(&events),
                Ok(()),
                "no event can be altered, removed or moved"
            );
            let mut altered = events.clone();
            altered.remove(3);
            assert!(
                verify(&altered).is_err(),
                "a missing event would be noticed"
            );
        }
    });
}

#[test]
fn an_event_says_who_did_what_when() {
    scenario(async |api| {
        let deal = Deal::at("Declined", &api.provider(), &api.consumer()).await;
        let events = deal
            .consumer
            .walks(&deal.path("history"), &[], 100)
            .await
            .items;
        let [requested, declined] = events.as_slice() else {
            panic!("a request and its refusal are two events: {events:?}");
        };
        assert_eq!(
            requested["actor"]["user"],
            deal.consumer.user.as_str(),
            "the consumer asked"
        );
        assert_eq!(
            declined["actor"]["user"],
            deal.provider.user.as_str(),
            "the provider refused"
        );
        assert_eq!(
            declined["data"]["reason"], "Not for sale.",
            "an event holds what was said"
        );
        assert_eq!(
            declined["aggregate"],
            json!({ "kind": "contract", "id": deal.id })
        );
        assert_eq!(
            declined["previousHash"], requested["hash"],
            "events are chained"
        );
        assert_eq!(declined["sequence"], 2, "events are numbered without gaps");
        assert_eq!(declined["occurredAt"], deal.seen().await["updatedAt"]);
    });
}

#[test]
fn the_history_comes_in_pages_of_any_size() {
    scenario(async |api| {
        let deal = negotiated(&api).await;
        let whole = deal.consumer.walks(&deal.path("history"), &[], 100).await;
        for limit in 1..=6 {
            let pages = deal.consumer.walks(&deal.path("history"), &[], limit).await;
            assert_eq!(
                pages.items, whole.items,
                "pages of {limit} make the whole history"
            );
        }
    });
}

#[test]
fn any_two_revisions_can_be_compared() {
    scenario(async |api| {
        let deal = negotiated(&api).await;
        for from in 1..=REVISIONS.len() {
            for to in 1..=REVISIONS.len() {
                let compared = deal.provider.get(deal.path("history"));
                let compared = compared.query("from", from).query("to", to).await;
                let compared = compared.must(200, "a party compares any two revisions");
                compare(&compared["difference"], from, to);
            }
        }
    });
}

fn compare(difference: &Value, from: usize, to: usize) {
    let ((old_price, old_terms), (new_price, new_terms)) = (REVISIONS[from - 1], REVISIONS[to - 1]);
    let between = format!("from revision {from} to {to}");
    assert_eq!(
        [&difference["from"], &difference["to"]],
        [from, to],
        "{between}"
    );
    let price = match old_price == new_price {
        true => Value::Null,
        false => json!({ "from": old_price, "to": new_price, "currency": "EUR" }),
    };
    assert_eq!(
        difference["price"], price,
        "prices are shown where they differ, {between}"
    );
    let changes = difference["terms"]
        .as_array()
        .expect("terms are a list of changes");
    if old_terms == new_terms {
        assert!(
            changes.is_empty(),
            "the same terms have no difference, {between}"
        );
        return;
    }
    let read = |leave_out: &str| -> String {
        let kept = changes
            .iter()
            .filter(|change| change["change"] != leave_out);
        kept.filter_map(|change| change["text"].as_str()).collect()
    };
    let plain = |text: &str| text.replace('\n', "");
    assert_eq!(
        [plain(&read("added")), plain(&read("removed"))],
        [plain(old_terms), plain(new_terms)],
        "what is kept and removed is the old text, what is kept and added the new one, {between}"
    );
    let named = |change: &Value| {
        matches!(
            change["change"].as_str(),
            Some("kept" | "removed" | "added")
        )
    };
    assert!(changes.iter().all(named), "{changes:?}");
}

#[test]
fn a_comparison_that_cannot_be_made_is_refused() {
    scenario(async |api| {
        let deal = negotiated(&api).await;
        for (query, place) in [
            (vec![("from", "1"), ("to", "5")], "to"),
            (vec![("from", "9"), ("to", "1")], "from"),
            (vec![("from", "0"), ("to", "1")], "from"),
            (vec![("from", "one"), ("to", "1")], "from"),
            (vec![("from", "1"), ("to", "-1")], "to"),
            (vec![("from", "1")], "from"),
            (vec![("to", "1")], "from"),
        ] {
            let mut call = deal.consumer.get(deal.path("history"));
            for (name, value) in &query {
                call = call.query(name, value);
            }
            let refused = call
                .await
                .must(400, "from and to are revisions of the contract");
            assert_eq!(refused.places(), [place], "{query:?}\n{refused}");
        }
    });
}
