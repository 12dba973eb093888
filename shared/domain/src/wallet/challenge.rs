//! Proof of possession: what is signed to show that an address is one's own, and whether what comes back shows it.
//!
//! The one rule: a challenge shows one address to be one owner's, once, within five minutes of its issue.

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Address;
use crate::party::Owner;
use crate::time::Timestamp;

/// How long a challenge can be answered.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// How long after its end it stays known that a challenge was used. By then it is refused as expired, whatever the
/// clocks of two machines differ by.
const REMEMBERED: TimeDelta = TimeDelta::hours(1);

/// What makes a challenge one of its kind: 128 random bits; 32 lower-case hexadecimal digits outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nonce(u128);

impl Nonce {
    /// Takes random bytes.
    #[must_use]
    pub const fn new(random: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(random))
    }

    /// Reads what [`fmt::Display`] writes; none for anything else.
    fn read(text: &str) -> Option<Self> {
        let nonce = u128::from_str_radix(text, 16).ok().map(Self)?;
        (nonce.to_string() == text).then_some(nonce)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// What an owner is asked to sign with the key of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    owner: Owner,
    address: Address,
    nonce: Nonce,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

/// Why an answer to a challenge shows nothing. Each says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unproven {
    /// It came too late.
    #[error(
        "a challenge is good for five minutes, and these are over: ask for a new one and sign its message"
    )]
    Expired,
    /// The challenge was answered before.
    #[error(
        "a challenge registers an address once, and this one has: ask for a new one and sign its message"
    )]
    Used,
    /// Another key has signed, or another text was signed.
    #[error(
        "the signature is not one of this address over the challenge's message: sign the message, unchanged, with \
         personal_sign (EIP-191) and the wallet that the address is of"
    )]
    OtherSigner,
}

/// What shows, to anybody and without Sharepact, that an owner had the key of an address: recover the signer of the
/// message as EIP-191 has it, and compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// The text that was signed.
    pub message: String,
    /// The signature: `0x` and 130 hexadecimal digits.
    pub signature: String,
}

impl Challenge {
    /// A new challenge, good from now on.
    #[must_use]
    pub fn issue(owner: Owner, address: Address, nonce: Nonce, now: Timestamp) -> Self {
        Self {
            owner,
            address,
            nonce,
            issued_at: now,
            // At the end of the calendar there is no time left to answer in.
            expires_at: now.plus(LIFETIME).unwrap_or(now),
        }
    }

    /// Who and what a challenge is for: it is sealed to this, and opens for nothing else.
    #[must_use]
    pub fn binding(owner: &Owner, address: &Address) -> String {
        format!("{owner} {address}")
    }

    /// The rest of the challenge, to be sealed and handed out.
    #[must_use]
    pub fn content(&self) -> String {
        format!("{} {} {}", self.nonce, self.issued_at, self.expires_at)
    }

    /// The challenge again, from what its seal is bound to and what it holds; none where that is no such content.
    #[must_use]
    pub fn read(owner: Owner, address: Address, content: &str) -> Option<Self> {
        let mut parts = content.split(' ');
        let challenge = Self {
            owner,
            address,
            nonce: Nonce::read(parts.next()?)?,
            issued_at: parts.next()?.parse().ok()?,
            expires_at: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(challenge)
    }

    /// The text to sign, made of the challenge alone: the same whenever it is asked for.
    #[must_use]
    pub fn message(&self) -> String {
        let Self {
            owner,
            address,
            nonce,
            issued_at,
            expires_at,
        } = self;
        let owner = match owner {
            Owner::User(id) => format!("user {id}"),
            Owner::Organization(id) => format!("organization {id}"),
        };
        format!(
            "Sharepact: register a wallet\n\
             \n\
             By signing this you state that the address below is yours, and have it registered on Sharepact as the \
             wallet of the owner named here.\n\
             Signing costs nothing, moves nothing and permits nothing else. Do not sign if you did not ask for it.\n\
             \n\
             Address: {address}\n\
             Owner: {owner}\n\
             Nonce: {nonce}\n\
             Issued at: {issued_at}\n\
             Expires at: {expires_at}"
        )
    }

    /// Which challenge it is.
    #[must_use]
    pub fn nonce(&self) -> Nonce {
        self.nonce
    }

    /// From when on it is too late.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// From when on nobody need know any more that it was used.
    #[must_use]
    pub fn forgotten_at(&self) -> Timestamp {
        self.expires_at.plus(REMEMBERED).unwrap_or(self.expires_at)
    }

    /// The proof that an answer makes: `signer` is whose signature it is over [`Self::message`], `used` whether the
    /// challenge has registered an address before.
    ///
    /// # Errors
    /// Why it shows nothing.
    pub fn prove(
        &self,
        signer: Option<&Address>,
        signature: String,
        used: bool,
        now: Timestamp,
    ) -> Result<Proof, Unproven> {
        if now >= self.expires_at {
            return Err(Unproven::Expired);
        }
        if used {
            return Err(Unproven::Used);
        }
        if signer != Some(&self.address) {
            return Err(Unproven::OtherSigner);
        }
        Ok(Proof {
            message: self.message(),
            signature,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{OrganizationId, UserId};

    const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    const OTHER: &str = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn ana() -> Owner {
        Owner::User(UserId::parse("ana").unwrap())
    }

    fn challenge() -> Challenge {
        let now = at("2026-03-16T09:00:00.000Z");
        Challenge::issue(ana(), address(ADDRESS), Nonce::new([0xab; 16]), now)
    }

    #[test]
    fn the_message_says_what_is_signed() {
        assert_eq!(
            challenge().message(),
            "Sharepact: register a wallet\n\
             \n\
             By signing this you state that the address below is yours, and have it registered on Sharepact as the \
             wallet of the owner named here.\n\
             Signing costs nothing, moves nothing and permits nothing else. Do not sign if you did not ask for it.\n\
             \n\
             Address: 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n\
             Owner: user ana\n\
             Nonce: abababababababababababababababab\n\
             Issued at: 2026-03-16T09:00:00.000Z\n\
             Expires at: 2026-03-16T09:05:00.000Z"
        );
    }

    #[test]
    fn no_two_challenges_are_one() {
        let now = at("2026-03-16T09:00:00.000Z");
        let lab = Owner::Organization(OrganizationId::parse("ana").unwrap());
        let of = |owner, text, nonce, now| {
            Challenge::issue(owner, address(text), Nonce::new(nonce), now)
        };
        let one = challenge();
        for other in [
            of(lab, ADDRESS, [0xab; 16], now),
            of(ana(), OTHER, [0xab; 16], now),
            of(ana(), ADDRESS, [8; 16], now),
            of(
                ana(),
                ADDRESS,
                [0xab; 16],
                now.plus(TimeDelta::seconds(1)).unwrap(),
            ),
        ] {
            assert_ne!(one.message(), other.message());
            let bound = |challenge: &Challenge| {
                let binding = Challenge::binding(&challenge.owner, &challenge.address);
                (binding, challenge.content())
            };
            assert_ne!(bound(&one), bound(&other));
        }
    }

    #[test]
    fn what_is_handed_out_comes_back_the_same() {
        let one = challenge();
        let content = one.content();
        let read = |content: &str| Challenge::read(ana(), address(ADDRESS), content);
        assert_eq!(read(&content), Some(one));
        for bad in [
            String::new(),
            content.replace(' ', "  "),
            content.to_uppercase(),
            format!("{content} "),
            format!("+{content}"),
            content.replacen('0', "", 1),
            content.replacen("2026-03-16", "16.3.2026", 1),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }

    #[test]
    fn only_the_addresss_own_answer_in_time_shows_anything() {
        let one = challenge();
        let (right, wrong) = (address(ADDRESS), address(OTHER));
        let prove = |signer, used, now: &str| one.prove(signer, "0x".to_owned(), used, at(now));
        let last = "2026-03-16T09:04:59.999Z";
        let proof = prove(Some(&right), false, last).unwrap();
        assert_eq!(proof.message, one.message());
        for (signer, used, now, expected) in [
            (
                Some(&right),
                false,
                "2026-03-16T09:05:00.000Z",
                Unproven::Expired,
            ),
            (
                Some(&wrong),
                true,
                "2026-03-16T09:05:00.000Z",
                Unproven::Expired,
            ),
            (Some(&right), true, last, Unproven::Used),
            (Some(&wrong), true, last, Unproven::Used),
            (Some(&wrong), false, last, Unproven::OtherSigner),
            (None, false, last, Unproven::OtherSigner),
        ] {
            assert_eq!(prove(signer, used, now), Err(expected));
        }
        // The clock of the machine that is asked may be behind that of the one which issued it.
        prove(Some(&right), false, "2026-03-16T08:59:59.000Z").unwrap();
        assert!(one.forgotten_at() > one.expires_at());
    }
}
