//! Proof of possession: an address is registered by whoever has its key, and by nobody else.

use serde_json::{Value, json};
use sharepact_tests::{Answer, Key, Person, answered, fresh_key, scenario, signed};

/// What is refused registers nothing.
async fn unregistered(person: &Person, key: &Key) {
    let seen = person.get(person.wallet()).await;
    let address = key.address().as_str();
    assert!(
        !seen.body.to_string().contains(address),
        "what is refused registers nothing\n{seen}"
    );
}

#[test]
fn a_challenge_says_what_is_signed() {
    scenario(async |api| {
        let (owner, manager) = (api.someone_like("consumer").await, api.person("manager"));
        let key = fresh_key();
        let address = key.address().as_str();
        for (person, kind) in [(&manager, "organization"), (&owner, "user")] {
            let first = person.challenged(address).await;
            let second = person.challenged(address).await;
            let message = first.text("message");
            let expires = first.text("expiresAt");
            let owner = format!("Owner: {kind} {}", person.owner());
            for line in [
                format!("Address: {address}"),
                owner,
                format!("Expires at: {expires}"),
            ] {
                assert!(
                    message.lines().any(|found| found == line),
                    "{line}\n{first}"
                );
            }
            for name in ["challenge", "message"] {
                assert_ne!(first[name], second[name], "no two challenges are one");
            }
        }
        let first = owner.challenged(address).await;
        owner.challenged(address).await;
        let done = owner.put(owner.wallet(), &answered(&first, &key)).await;
        done.must(200, "a later challenge takes nothing from an earlier one");
    });
}

#[test]
fn a_challenge_registers_once() {
    scenario(async |api| {
        let owner = api.someone_like("consumer").await;
        let key = fresh_key();
        let body = owner.proves(&key).await;
        let path = owner.wallet();
        let first = owner.put(&path, &body).await;
        let first = first.must(200, "whoever has the key registers the address");
        let rule = "a challenge that was used is used up";
        let again = owner.put(&path, &body).await;
        again.must_refuse(409, "challenge-used", rule);
        let fresh = owner.uses(&key).await;
        let fresh = fresh.must(200, "a fresh proof of the address in use is fine");
        assert_eq!(fresh.etag(), first.etag(), "and changes nothing");

        let moved = owner.uses(&fresh_key()).await;
        let moved = moved.must(200, "another address takes its place");
        let again = owner.put(&path, &body).await;
        again.must_refuse(409, "challenge-used", rule);
        let again = owner.put(&path, &body).header("if-match", moved.etag());
        again
            .await
            .must_refuse(409, "challenge-used", "whatever its condition");
        let seen = owner.get(&path).await;
        assert_eq!(
            seen["version"], moved["version"],
            "what is refused changes nothing"
        );
    });
}

#[test]
fn of_two_at_once_with_one_challenge_one_registers() {
    scenario(async |api| {
        for _ in 0..4 {
            let owner = api.someone_like("consumer").await;
            let body = owner.proves(&fresh_key()).await;
            let calls = (0..8).map(|_| {
                let call = owner.put(owner.wallet(), &body);
                async move { call.await }
            });
            let (won, lost): (Vec<Answer>, Vec<Answer>) = api
                .at_once(calls)
                .await
                .into_iter()
                .partition(|answer| answer.status == 200);
            assert_eq!(won.len(), 1, "one challenge registers once: {won:#?}");
            for answer in lost {
                answer.must_refuse(409, "challenge-used", "the others come too late");
            }
            let seen = owner.get(owner.wallet()).await;
            for member in ["address", "version", "former"] {
                assert_eq!(
                    seen[member], won[0][member],
                    "the winner's is what is there"
                );
            }
        }
    });
}

#[test]
fn a_challenge_is_for_one_owner_and_one_address() {
    scenario(async |api| {
        let (owner, other) = (
            api.someone_like("consumer").await,
            api.someone_like("provider").await,
        );
        let (key, another) = (fresh_key(), fresh_key());
        let address = key.address().as_str();
        let theirs = other.challenged(address).await;
        let managers = api.person("manager").challenged(address).await;
        let of_another = owner.challenged(another.address().as_str()).await;
        let list = owner.get("/contracts").query("limit", 1).await;
        let mut bodies = vec![
            (answered(&theirs, &key), "another owner's challenge"),
            (answered(&managers, &key), "an organisation's challenge"),
            (answered(&of_another, &key), "another address's challenge"),
        ];
        for (text, what) in [
            (String::new(), "no challenge"),
            ("challenge".to_owned(), "a word"),
            (of_another.text("message"), "the message itself"),
        ] {
            let mut body = answered(&of_another, &key);
            body["challenge"] = json!(text);
            bodies.push((body, what));
        }
        if let Some(cursor) = list["nextCursor"].as_str() {
            let mut body = answered(&of_another, &key);
            body["challenge"] = json!(cursor);
            bodies.push((body, "a cursor"));
        }
        for (body, what) in bodies {
            let refused = owner.put(owner.wallet(), &body).await;
            let rule = format!("{what} is not for this owner and address");
            let refused = refused.must_refuse(400, "invalid-challenge", &rule);
            assert_eq!(refused.places(), ["/challenge"], "{refused}");
        }
        unregistered(&owner, &key).await;
        // Nothing of it was used up.
        let fine = other.put(other.wallet(), &answered(&theirs, &key)).await;
        fine.must(200, "for its own owner and address it is good");
    });
}

#[test]
fn an_altered_challenge_is_none() {
    scenario(async |api| {
        let owner = api.someone_like("consumer").await;
        let key = fresh_key();
        let body = owner.proves(&key).await;
        let whole = body["challenge"].as_str().expect("a text").to_owned();
        let mut altered: Vec<String> = (0..whole.len())
            .map(|index| {
                let mut text = whole.clone().into_bytes();
                text[index] = if text[index] == b'A' { b'B' } else { b'A' };
                String::from_utf8(text).expect("ASCII")
            })
            .collect();
        altered.extend([
            whole.split_at(1).1.to_owned(),
            whole.split_at(whole.len() - 1).0.to_owned(),
            format!("{whole}A"),
            format!("{whole}="),
            format!(" {whole}"),
            whole.repeat(2),
        ]);
        let calls = altered.into_iter().map(|text| {
            let mut body = body.clone();
            body["challenge"] = json!(text);
            let call = owner.put(owner.wallet(), &body);
            async move { call.await }
        });
        for answer in api.at_once(calls).await {
            answer.must_refuse(400, "invalid-challenge", "every character counts");
        }
        unregistered(&owner, &key).await;
        let whole = owner.put(owner.wallet(), &body).await;
        whole.must(200, "unaltered it is good");
    });
}

#[test]
fn only_the_addresss_own_signature_over_the_message_shows_anything() {
    scenario(async |api| {
        let owner = api.someone_like("consumer").await;
        let (key, thief) = (fresh_key(), fresh_key());
        let challenge = owner.challenged(key.address().as_str()).await;
        let other = owner.challenged(key.address().as_str()).await;
        let message = challenge.text("message");
        let right = answered(&challenge, &key);
        for (signature, what) in [
            (signed(&thief, &message), "another wallet's"),
            (
                signed(&key, &other.text("message")),
                "over another challenge",
            ),
            (
                signed(&key, &challenge.text("challenge")),
                "over the challenge instead of its message",
            ),
            (
                signed(&key, &message.replace("Owner: ", "Owner:  ")),
                "over a text with a space more",
            ),
            (
                signed(&key, message.trim_end_matches('Z')),
                "over a text with a letter less",
            ),
            (signed(&key, ""), "over nothing"),
            (
                format!("0x{}1b", "00".repeat(64)),
                "of the right form, and nobody's",
            ),
        ] {
            let mut body = right.clone();
            body["signature"] = json!(signature);
            let refused = owner.put(owner.wallet(), &body).await;
            let rule = format!("a signature {what} shows nothing");
            let refused = refused.must_refuse(403, "signature-mismatch", &rule);
            let said = refused.body.to_string();
            assert!(
                !said.contains(thief.address().as_str()),
                "whose it is, is nobody's business: {said}"
            );
        }
        unregistered(&owner, &key).await;
        let fine = owner.put(owner.wallet(), &right).await;
        fine.must(200, "a failed answer uses nothing up");
    });
}

#[test]
fn a_signature_has_a_form() {
    scenario(async |api| {
        let owner = api.consumer();
        let key = fresh_key();
        let right = owner.proves(&key).await;
        let whole = right["signature"].as_str().expect("a text").to_owned();
        let (half, _) = whole.split_at(whole.len() - 2);
        for (bad, what) in [
            (String::new(), "nothing"),
            ("0x".to_owned(), "no digits"),
            (whole.replace("0x", ""), "no prefix"),
            (whole.replace("0x", "0X"), "another prefix"),
            (half.to_owned(), "a byte too few"),
            (format!("{whole}00"), "a byte too many"),
            (format!("{half}1d"), "another v"),
            (format!("{half}zz"), "digits that are none"),
            (
                format!("0x{}{}1b", "11".repeat(32), "ff".repeat(32)),
                "the malleable half",
            ),
            (whole.replace("0x", "0xä"), "a letter of another alphabet"),
        ] {
            let mut body = right.clone();
            body["signature"] = json!(bad);
            let refused = owner.put(owner.wallet(), &body).await;
            let rule = format!("{what} is no signature");
            let refused = refused.must_refuse(400, "invalid-signature", &rule);
            assert_eq!(refused.places(), ["/signature"], "{refused}");
        }
        let mut body = right.clone();
        body["signature"] = json!("0x");
        body["address"] = json!(key.address().as_str().to_lowercase());
        let refused = owner.put(owner.wallet(), &body).await;
        let refused = refused.must_refuse(400, "validation-failed", "all faults are named at once");
        assert_eq!(refused.places(), ["/address", "/signature"], "{refused}");
        unregistered(&owner, &key).await;
    });
}

#[test]
fn a_private_key_is_never_asked_for_and_never_taken() {
    scenario(async |api| {
        let owner = api.consumer();
        let key = fresh_key();
        let secret = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
        let (path, asking) = (owner.wallet(), format!("{}/challenge", owner.wallet()));
        let right = owner.proves(&key).await;
        let with = |body: &Value| {
            let mut body = body.clone();
            body["privateKey"] = json!(secret);
            body
        };
        let asked = json!({ "address": key.address() });
        for call in [
            owner.put(&path, &with(&right)),
            owner.post(&asking, &with(&asked)),
        ] {
            let refused = call.await;
            let refused = refused.must_refuse(400, "unknown-member", "a key has no place here");
            assert_eq!(refused.places(), ["/privateKey"], "{refused}");
            assert!(
                !refused.body.to_string().contains(secret),
                "nor is it said again"
            );
        }
        // Somebody who takes a key for a signature.
        let mut body = right.clone();
        body["signature"] = json!(format!("0x{secret}"));
        let refused = owner.put(&path, &body).await;
        let refused = refused.must_refuse(400, "invalid-signature", "a key is no signature");
        assert!(
            !refused.body.to_string().contains(secret),
            "nor is it said again"
        );
        unregistered(&owner, &key).await;
    });
}
