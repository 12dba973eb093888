//! What a caller may try only so often: passcodes, tokens of invitations.
//!
//! The one rule: an attempt is written, over the version that was read, before its result is told; whoever meets another
//! attempt looks again. So of a thousand guesses in one instant no more are told than of a thousand in a row.

use sharepact_domain::event::Digest;
use sharepact_domain::id::PasscodeId;
use sharepact_domain::party::Owner;
use sharepact_domain::passcode::{Code, Guesses};
use sharepact_domain::time::Timestamp;
use sharepact_http::{Derived, Problem, ProblemType};
use sharepact_store::{Change, Outcome};

use crate::telemetry::note;
use crate::{App, failed};

/// How often an attempt that met another one looks again. Of wrong ones at most ten are written in an hour, so that a burst
/// of these ends in refusals before this does.
pub const ATTEMPTS: u32 = 16;

/// The code of a passcode: derived, so that it is kept nowhere and can still be told again.
#[must_use]
pub fn code(app: &App, id: PasscodeId) -> Code {
    let derived = app.seals.derive(Derived::Code, &id.to_string());
    let mut random = [0; 16];
    random
        .iter_mut()
        .zip(derived)
        .for_each(|(byte, derived)| *byte = derived);
    Code::new(random)
}

/// What a code is found by. Who reads the table and has no key cannot search for the code of one, short as it is.
#[must_use]
pub fn fingerprint(app: &App, code: &Code) -> Digest {
    Digest::new(app.seals.derive(Derived::Fingerprint, code.normal()))
}

/// The caller's guesses after an attempt, to be written before its result is told.
///
/// # Errors
/// `too-many-guesses` (429), with `Retry-After`.
pub fn attempt(guesses: &Guesses, right: bool, now: Timestamp) -> Result<Guesses, Problem> {
    guesses.attempt(now, right).map_err(|too_many| {
        let seconds = too_many.again.epoch_seconds() - now.epoch_seconds();
        Problem {
            retry_after: Some(u64::try_from(seconds).unwrap_or_default() + 1),
            ..Problem::new(ProblemType::TooManyGuesses, too_many.to_string())
        }
    })
}

/// Writes a wrong attempt, which changes nothing else. False where another attempt was faster: nothing may be told, look
/// again.
///
/// # Errors
/// The store's.
pub async fn wrong(
    app: &App,
    owner: &Owner,
    after: &Guesses,
    now: Timestamp,
) -> Result<bool, Problem> {
    let written = counted(app, owner, after, now).await?;
    if written {
        note(|notes| notes.count("wrongGuesses", 1));
    }
    Ok(written)
}

/// Writes an attempt that changes nothing else, right or wrong: a right one too says something when what it was for is
/// refused. False where another attempt was faster.
///
/// # Errors
/// The store's.
pub async fn counted(
    app: &App,
    owner: &Owner,
    after: &Guesses,
    now: Timestamp,
) -> Result<bool, Problem> {
    let change = Change::Guesses { owner, after };
    let outcome: Outcome<Guesses> = app.commit(change, None, now).await.map_err(failed)?;
    match outcome {
        Outcome::Written => Ok(true),
        Outcome::Rejected(rejected) => {
            rejected.stale().map_err(failed)?;
            Ok(false)
        }
    }
}

/// What is told of a wrong passcode, of one that was used and of one whose time is over: all the same.
pub fn no_passcode() -> Problem {
    Problem::new(
        ProblemType::PasscodeInvalid,
        "there is no such passcode, or it was used, or its 15 minutes are over: ask the consumer for a new one",
    )
}

/// What is told when attempts keep meeting: nothing of this one.
pub fn crowded() -> Problem {
    Problem::unavailable("attempts of one caller keep meeting")
}
