//! The code itself: what a person reads out and another types in.
//!
//! The one rule: no character that is taken for another, and no difference between what was read out and what was typed but
//! capitals, hyphens and spaces.

use std::fmt;

use crate::fault::{Fault, Rule};

/// The characters of a code: digits and capitals without those that are taken for one another (0 and O, 1 and I, 2 and Z, 5
/// and S).
const ALPHABET: [char; 28] = [
    '3', '4', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N',
    'P', 'Q', 'R', 'T', 'U', 'V', 'W', 'X', 'Y',
];
/// How many characters a code has: 28^8 codes, about 3.8 · 10^11.
const LENGTH: usize = 8;

/// A passcode as it is handed on: eight characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The code of random bytes. Of 128 bits no code is likelier than another by more than 2^-89.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        let mut rest = u128::from_be_bytes(random);
        let mut code = String::with_capacity(LENGTH);
        for _ in 0..LENGTH {
            let index = usize::try_from(rest % ALPHABET.len() as u128).unwrap_or_default();
            code.extend(ALPHABET.get(index));
            rest /= ALPHABET.len() as u128;
        }
        Self(code)
    }

    /// Reads a code as somebody typed it.
    ///
    /// # Errors
    /// [`Rule::MalformedPasscode`] for what no code looks like.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let code: String = text
            .chars()
            .filter(|c| !matches!(c, '-' | ' '))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if code.chars().count() == LENGTH && code.chars().all(|c| ALPHABET.contains(&c)) {
            Ok(Self(code))
        } else {
            Err(Fault::new(
                Rule::MalformedPasscode,
                format!(
                    "takes {LENGTH} characters of {}, capital or small, with or without hyphens and spaces",
                    ALPHABET.iter().collect::<String>()
                ),
            ))
        }
    }

    /// The code without anything between its characters: what its fingerprint is made of.
    #[must_use]
    pub fn normal(&self) -> &str {
        &self.0
    }

    /// The code as people read it: two groups of four.
    #[must_use]
    pub fn reveal(&self) -> String {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        format!("{first}-{second}")
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        for seed in 0..=255 {
            let code = Code::new([seed; 16]);
            let shown = code.reveal();
            assert_eq!(shown.len(), 9);
            for typed in [
                shown.clone(),
                shown.to_lowercase(),
                shown.replace('-', ""),
                shown.replace('-', " "),
                format!(" {shown} "),
            ] {
                assert_eq!(Code::parse(&typed).unwrap(), code, "{typed}");
            }
        }
        assert_ne!(Code::new([1; 16]), Code::new([2; 16]));
        assert!(!format!("{:?}", Code::new([1; 16])).contains(Code::new([1; 16]).normal()));
    }

    #[test]
    fn what_no_code_looks_like_is_refused() {
        for bad in [
            "",
            "ABCD-EFG",
            "ABCD-EFGHJ",
            "ABCD-EFG0",
            "ABCD-EFGO",
            "ABCD_EFGH",
            "ÄBCD-EFGH",
            "2222-2222",
        ] {
            assert_eq!(
                Code::parse(bad).unwrap_err().rule,
                Rule::MalformedPasscode,
                "{bad}"
            );
        }
    }

    #[test]
    fn every_character_comes_up_about_equally() {
        let mut counts = [0_u32; ALPHABET.len()];
        for number in 0..2_800_u128 {
            // Spread over all bits, the same at every run.
            let random = number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            for c in Code::new(random.to_be_bytes()).normal().chars() {
                counts[ALPHABET.iter().position(|known| *known == c).unwrap()] += 1;
            }
        }
        // 800 each on average.
        assert!(
            counts.iter().all(|count| (650..950).contains(count)),
            "{counts:?}"
        );
    }
}
