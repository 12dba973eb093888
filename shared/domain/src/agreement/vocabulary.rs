//! Which value propositions and types of messages a deployment knows.
//!
//! The one rule: a list without names knows every name.

use std::collections::BTreeSet;

use super::Keyword;
use crate::fault::{Fault, Rule};

/// The names that a deployment takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Of value propositions.
    pub value_propositions: Known,
    /// Of types of messages.
    pub messages: Known,
}

/// A list of names, closed unless it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known(BTreeSet<Keyword>);

impl Known {
    /// Reads names with commas between them; blank for every name.
    ///
    /// # Errors
    /// [`Rule::InvalidKeyword`] for what no name looks like.
    pub fn read(list: &str) -> Result<Self, Fault> {
        let names = list.split(',').map(str::trim);
        let names = names.filter(|name| !name.is_empty()).map(Keyword::parse);
        names.collect::<Result<_, _>>().map(Self)
    }

    /// One of the names.
    ///
    /// # Errors
    /// [`Rule::InvalidKeyword`], naming what is known.
    pub fn take(&self, text: &str) -> Result<Keyword, Fault> {
        let name = Keyword::parse(text)?;
        if self.0.is_empty() || self.0.contains(&name) {
            return Ok(name);
        }
        let known: Vec<_> = self.0.iter().map(Keyword::as_str).collect();
        let detail = format!("takes one of {}", known.join(", "));
        Err(Fault::new(Rule::InvalidKeyword, detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_list_says_what_it_knows() {
        let known = Known::read(" location, vehicle-status ,,").unwrap();
        assert_eq!(known.take("location").unwrap().as_str(), "location");
        let fault = known.take("driver").unwrap_err();
        assert_eq!(
            (fault.rule, fault.detail.as_str()),
            (
                Rule::InvalidKeyword,
                "takes one of location, vehicle-status"
            )
        );
        assert!(known.take("Location").is_err(), "case makes a difference");
    }

    #[test]
    fn a_list_without_names_knows_every_name_and_nothing_else() {
        for list in ["", " , "] {
            let open = Known::read(list).unwrap();
            assert_eq!(open, Known::default());
            assert!(open.take("anything").is_ok() && open.take("two words").is_err());
        }
        assert_eq!(
            Known::read("fine,not fine").unwrap_err().rule,
            Rule::InvalidKeyword
        );
    }
}
