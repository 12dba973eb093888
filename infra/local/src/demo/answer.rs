//! What came back, and whether it is what should have.

use std::fmt::Display;
use std::time::Duration;

use serde_json::Value;
use thiserror::Error;

use super::chain::Broken;

/// What is not as it should be.
#[derive(Debug, Error)]
pub(crate) enum Wrong {
    /// Nothing came back.
    #[error("{call} was not answered: {why}")]
    Unanswered {
        /// Method and path.
        call: String,
        /// What went wrong on the way.
        why: String,
    },
    /// Another status came back.
    #[error("{call} answered {found} instead of {wanted}: {said}")]
    Status {
        /// Method and path.
        call: String,
        /// The status that should have come.
        wanted: u16,
        /// The one that came.
        found: u16,
        /// What the answer says about it.
        said: String,
    },
    /// The answer lacks something.
    #[error("the answer to {call} has no {wanted} at {pointer}")]
    Missing {
        /// Method and path.
        call: String,
        /// Where it should be.
        pointer: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// The answer says something else.
    #[error("the answer to {call} has {found} at {pointer} instead of {wanted}")]
    Differs {
        /// Method and path.
        call: String,
        /// Where.
        pointer: String,
        /// What should be there.
        wanted: String,
        /// What is there.
        found: String,
    },
    /// The history was tampered with.
    #[error("the history does not hold: {0}")]
    Chain(#[from] Broken),
    /// Anything else.
    #[error("{0}")]
    Unexpected(String),
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Method and path of the request.
    pub call: String,
    /// The status.
    pub status: u16,
    /// How long it took to come.
    pub took: Duration,
    /// The entity tag.
    pub etag: Option<String>,
    /// Was it given before, to the same idempotency key?
    pub replayed: bool,
    /// The body; null where it is no JSON.
    pub body: Value,
}

impl Answer {
    /// The answer, if it has this status.
    pub(crate) fn expect(self, wanted: u16) -> Result<Self, Wrong> {
        if self.status == wanted {
            return Ok(self);
        }
        let said = ["/detail", "/message"]
            .iter()
            .find_map(|pointer| self.body.pointer(pointer).and_then(Value::as_str));
        Err(Wrong::Status {
            said: said.unwrap_or("it does not say why").to_owned(),
            call: self.call,
            wanted,
            found: self.status,
        })
    }

    /// The answer, if it is a problem of this type.
    pub(crate) fn problem(self, status: u16, slug: &str) -> Result<Self, Wrong> {
        let answer = self.expect(status)?;
        let found = answer.text("/type")?;
        if found.rsplit(':').next() == Some(slug) {
            Ok(answer)
        } else {
            Err(answer.differs("/type", &slug, &found))
        }
    }

    /// A text of the answer.
    pub(crate) fn text(&self, pointer: &str) -> Result<&str, Wrong> {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.ok_or_else(|| self.missing(pointer, "text"))
    }

    /// A list of the answer.
    pub(crate) fn list(&self, pointer: &str) -> Result<&[Value], Wrong> {
        let found = self.body.pointer(pointer).and_then(Value::as_array);
        found
            .map(Vec::as_slice)
            .ok_or_else(|| self.missing(pointer, "list"))
    }

    /// A list of texts, joined for reading.
    pub(crate) fn words(&self, pointer: &str) -> Result<String, Wrong> {
        let words: Vec<_> = self
            .list(pointer)?
            .iter()
            .filter_map(Value::as_str)
            .collect();
        Ok(words.join(", "))
    }

    /// Checks one member.
    pub(crate) fn has(&self, pointer: &str, wanted: &Value) -> Result<(), Wrong> {
        match self.body.pointer(pointer) {
            Some(found) if found == wanted => Ok(()),
            Some(found) => Err(self.differs(pointer, wanted, found)),
            None => Err(self.missing(pointer, "value")),
        }
    }

    /// Checks one text.
    pub(crate) fn says(&self, pointer: &str, wanted: &str) -> Result<(), Wrong> {
        self.has(pointer, &Value::from(wanted))
    }

    fn missing(&self, pointer: &str, wanted: &'static str) -> Wrong {
        Wrong::Missing {
            call: self.call.clone(),
            pointer: pointer.to_owned(),
            wanted,
        }
    }

    fn differs(&self, pointer: &str, wanted: &dyn Display, found: &dyn Display) -> Wrong {
        Wrong::Differs {
            call: self.call.clone(),
            pointer: pointer.to_owned(),
            wanted: wanted.to_string(),
            found: found.to_string(),
        }
    }
}
