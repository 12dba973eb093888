//! The evidence of a contract and its verification, with the table and the bucket altered behind the API's back.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::{Value, json};
use sharepact_domain::chain::{Block, ChainHash};
use sharepact_domain::evidence::{Evidence, Kind, Outside, verify};
use sharepact_domain::id::ContractId;
use sharepact_domain::ledger::anchor::Anchor;
use sharepact_domain::ledger::merkle::Tree;
use sharepact_domain::wallet::Address;
use sharepact_local::Fault;

use crate::corrupt::damage;
use crate::world::{ADDRESSES, Request, World, command, get, post};

fn evidence_of(who: &'static str, id: &str) -> Request {
    get(who, format!("/contracts/{id}/evidence"))
}

/// The provider takes the consumer's counter offer.
fn accept(id: &str) -> Request {
    post("provider", format!("/contracts/{id}/accept"), json!({}))
}

async fn evidence(world: &World, id: &str) -> Evidence {
    let answer = world.expect(200, &evidence_of("consumer", id)).await;
    Evidence::read(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

/// What the verification answers: the whole, and the first failure as `name aggregate sequence`.
async fn verified(world: &World, id: &str) -> (Value, Option<String>) {
    let path = format!("/contracts/{id}/verification");
    let told = world.expect(200, &get("provider", path)).await.json();
    let first = &told["firstFailure"];
    let part = |name: &str| first[name].as_str().unwrap_or("-").to_owned();
    let sequence = first["sequence"].as_u64().unwrap_or_default();
    let first = first
        .is_object()
        .then(|| format!("{} {} {sequence}", part("name"), part("aggregate")));
    assert_eq!(told["holds"], first.is_none(), "{told:#}");
    (told, first)
}

fn verdict(told: &Value, name: &str) -> Value {
    let checks = told["checks"].as_array().expect("checks");
    let mut of_name = checks.iter().filter(|check| check["name"] == name);
    of_name.next().expect("there is one")["verdict"].clone()
}

/// Puts an anchor of every event of both aggregates into the table, all under one root.
async fn anchor(world: &World, id: &str) {
    let file = evidence(world, id).await;
    let places = Kind::ALL.into_iter().flat_map(|kind| {
        let events = (1_u64..).zip(file.events_of(kind));
        events.map(move |(sequence, event)| (kind, sequence, event["hash"].clone()))
    });
    let places: Vec<_> = places.collect();
    let hashes: Vec<_> = places
        .iter()
        .map(|(_, _, hash)| serde_json::from_value(hash.clone()).expect("a hash"))
        .collect();
    let tree = Tree::over(&hashes).expect("a tree");
    for (index, (kind, sequence, _)) in places.iter().enumerate() {
        let anchor = Anchor {
            proof: tree.proof(index).expect("a leaf"),
            root: tree.root(),
            chain_id: 31_337,
            registry: Address::parse(ADDRESSES[0]).expect("an address"),
            transaction: ChainHash::new([7; 32]),
            block: Some(Block {
                number: 9,
                hash: ChainHash::new([9; 32]),
            }),
            confirmed_at: Some(world.now()),
        };
        let text = |text: String| AttributeValue::S(text);
        let state = serde_dynamo::to_attribute_value(&anchor).expect("it is written");
        let put = world.stack.client.put_item().table_name(&world.stack.table);
        put.item("pk", text(format!("{}#{id}", kind.name().to_uppercase())))
            .item("sk", text(format!("ANCHOR#{sequence:010}")))
            .item("state", state)
            .send()
            .await
            .expect("it is put");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_is_whole_and_the_same_until_something_happens() {
    let world = World::working().await;
    let id = world.contract("Negotiate").await;
    world.expect(200, &accept(&id)).await;
    world.settled().await;
    anchor(&world, &id).await;
    let answer = world.expect(200, &evidence_of("provider", &id)).await;
    let file = Evidence::read(&answer.text).expect("it is evidence");
    assert_eq!(
        (file.events.len(), file.document.len(), file.anchors.len()),
        (4, 1, 5)
    );
    let report = verify(&file, &Outside::default());
    assert!(report.holds(), "{report:#?}");
    // The tag is the digest: the same for whoever asks, until there is more to tell.
    let tag = format!("\"{}\"", file.digest);
    assert_eq!(answer.header("etag"), Some(tag.as_str()));
    let again = evidence_of("operator", &id).header("if-none-match", &tag);
    world.expect(304, &again).await;
    world.expect(200, &command("activate", &id)).await;
    let later = world.expect(200, &again).await;
    assert_ne!(later.header("etag"), Some(tag.as_str()));

    let short = get("consumer", format!("/contracts/{id}/evidence?terms=omit"));
    let short = world.expect(200, &short).await;
    assert_eq!(short.json()["terms"], Value::Null);
    let file = Evidence::read(&short.text).expect("it is evidence");
    assert!(verify(&file, &Outside::default()).holds());
    let wrong = get("consumer", format!("/contracts/{id}/evidence?terms=some"));
    world.expect(400, &wrong).await;
    for path in ["evidence", "verification"] {
        let stranger = get("stranger", format!("/contracts/{id}/{path}"));
        assert_eq!(world.expect(404, &stranger).await.problem(), "not-found");
    }
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_altered_in_the_table_is_named() {
    let world = World::working().await;
    let id = world.contract("Negotiate").await;
    world.expect(200, &accept(&id)).await;
    world.settled().await;
    anchor(&world, &id).await;
    let (told, first) = verified(&world, &id).await;
    assert_eq!(first, None, "{told:#}");
    for (name, expected) in [
        ("state", "holds"),
        ("pdf", "holds"),
        ("chain", "unknown"),
        ("anchor", "holds"),
    ] {
        assert_eq!(verdict(&told, name), expected, "{name}");
    }
    let (contract, document) = (format!("CONTRACT#{id}"), format!("DOCUMENT#{id}"));
    let text = |text: &str| Some(AttributeValue::S(text.to_owned()));
    let hash = "5e".repeat(32);
    let (client, table) = (&world.stack.client, &world.stack.table);
    let drafted = {
        let file = evidence(&world, &id).await;
        let mut event = file.events[1].clone();
        event["data"]["price"]["minor"] = json!(1);
        serde_json_canonicalizer::to_string(&event).expect("JSON")
    };
    // Of both revisions the text is the same: what is found is one that nobody agreed to.
    for (pk, sk, update, value, expected) in [
        (
            &contract,
            "EVENT#0000000002",
            "SET #event = :v",
            text(&drafted),
            "event contract 2",
        ),
        (
            &contract,
            "REVISION#000001",
            "SET #state.#terms = :v",
            text("Other."),
            "terms - 0",
        ),
        (
            &contract,
            "STATE",
            "SET #state.#paymentReference = :v",
            text("INV-9"),
            "state contract 0",
        ),
        (
            &contract,
            "ANCHOR#0000000003",
            "SET #state.#root = :v",
            text(&hash),
            "anchor contract 3",
        ),
        (
            &document,
            "ANCHOR#0000000001",
            "SET #state.#transaction = :v",
            text(&format!("0x{hash}")),
            "root document 1",
        ),
        (
            &document,
            "STATE",
            "SET #state.#rendering.#sha256 = :v",
            text(&hash),
            "state document 0",
        ),
    ] {
        let key = [("pk", pk.as_str()), ("sk", sk)]
            .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())));
        let kept = client
            .get_item()
            .table_name(table)
            .set_key(Some(key.into()));
        let kept = kept
            .send()
            .await
            .expect("it can be read")
            .item
            .expect("it is there");
        damage(&world, pk, sk, update, value).await;
        let (told, first) = verified(&world, &id).await;
        assert_eq!(first.as_deref(), Some(expected), "{pk} / {sk}: {told:#}");
        let put = client.put_item().table_name(table).set_item(Some(kept));
        put.send().await.expect("it can be put back");
    }
    assert_eq!(verified(&world, &id).await.1, None);
    world.stack.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pdf_in_the_bucket_is_held_against_its_hash() {
    let world = World::start().await;
    let id = world.contract("Signed").await;
    world
        .expect(
            200,
            &post("consumer", format!("/contracts/{id}/document"), json!({})),
        )
        .await;
    assert_eq!(verdict(&verified(&world, &id).await.0, "pdf"), "holds");
    let links = world.stack.links();
    links.faults().documents.inject(Fault::Unreachable, 1_000);
    let (told, first) = verified(&world, &id).await;
    assert_eq!((verdict(&told, "pdf"), first), (json!("unknown"), None));
    links.faults().documents.clear();
    let parsed = ContractId::parse(&id).expect("an id");
    let found = world
        .store()
        .documented(parsed)
        .await
        .expect("it can be read");
    let key = found
        .expect("a contract")
        .1
        .expect("a document")
        .rendering
        .key;
    let bucket = crate::spy::template().buckets["Documents"].clone();
    let client = &links.clients().documents;
    let put = client.put_object().bucket(&bucket).key(&key);
    put.body(ByteStream::from_static(b"%PDF-1.7 another"))
        .send()
        .await
        .expect("it is put");
    assert_eq!(
        verified(&world, &id).await.1.as_deref(),
        Some("pdf document 1")
    );
    client
        .delete_object()
        .bucket(&bucket)
        .key(&key)
        .send()
        .await
        .expect("it is gone");
    assert_eq!(
        verified(&world, &id).await.1.as_deref(),
        Some("pdf document 1")
    );
    world.stack.shutdown().await;
}

/// Fifteen revisions of 400,000 bytes are more than a function can answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_that_does_not_fit_says_so_and_comes_without_the_texts() {
    let world = World::start().await;
    let id = world.contract("Draft").await;
    for turn in 0..15 {
        let who = ["consumer", "provider"][turn % 2];
        let terms = format!("{turn:02}{}", "\u{1f4dc}".repeat(99_998));
        let negotiate = post(
            who,
            format!("/contracts/{id}/negotiate"),
            json!({ "terms": terms }),
        );
        world.expect(200, &negotiate).await;
    }
    let answer = world.expect(422, &evidence_of("consumer", &id)).await;
    assert_eq!(answer.problem(), "evidence-too-large");
    let short = get("consumer", format!("/contracts/{id}/evidence?terms=omit"));
    let short = world.expect(200, &short).await;
    let file = Evidence::read(&short.text).expect("it is evidence");
    assert_eq!(file.events.len(), 17);
    // What is not answered as a file is verified all the same.
    assert_eq!(verified(&world, &id).await.1, None);
    world.stack.shutdown().await;
}
