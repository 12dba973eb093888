//! In which portions events go out.
//!
//! The one rule: a portion holds no two events of one aggregate, so that a refused entry never lets
//! a later one of its own pass. It fits into one request, by number and by weight.

use std::collections::BTreeSet;

use sharepact_runtime::{MOST_ENTRIES, MOST_WEIGHT, Publication};

/// An event that is to go out.
pub(crate) struct Outgoing {
    /// Its place in the stream.
    pub number: String,
    /// Whose order it keeps.
    pub aggregate: String,
    /// Itself.
    pub publication: Publication,
}

/// Events on their way out, in the order of the stream.
pub(crate) struct Waves {
    left: Vec<Outgoing>,
    /// Where in `left` those of the present wave stand, ascending.
    wave: Vec<usize>,
}

impl Waves {
    pub(crate) fn new(left: Vec<Outgoing>) -> Self {
        Self {
            left,
            wave: Vec::new(),
        }
    }

    /// The next portion; none when nothing is left.
    pub(crate) fn next(&mut self) -> Option<Vec<Publication>> {
        self.wave.clear();
        let (mut seen, mut weight) = (BTreeSet::new(), 0);
        let mut wave = Vec::new();
        for (index, outgoing) in self.left.iter().enumerate() {
            if wave.len() == MOST_ENTRIES {
                break;
            }
            if !seen.insert(&outgoing.aggregate) {
                continue;
            }
            weight += outgoing.publication.weight();
            // One alone always goes: what the bus would never take does not come here.
            if weight > MOST_WEIGHT && !wave.is_empty() {
                break;
            }
            self.wave.push(index);
            wave.push(outgoing.publication.clone());
        }
        (!wave.is_empty()).then_some(wave)
    }

    /// Takes what is known of the present portion; answers how many are not on the bus.
    pub(crate) fn settle(&mut self, there: &[bool]) -> usize {
        let sent: BTreeSet<usize> = self
            .wave
            .iter()
            .zip(there)
            .filter_map(|(index, there)| there.then_some(*index))
            .collect();
        let refused = self.wave.len() - sent.len();
        let mut index = 0;
        self.left.retain(|_| {
            index += 1;
            !sent.contains(&(index - 1))
        });
        self.wave.clear();
        refused
    }

    /// The place of the first event that is not known to be on the bus.
    pub(crate) fn first_left(self) -> Option<String> {
        self.left.into_iter().next().map(|outgoing| outgoing.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing(texts: &[&str]) -> Vec<Outgoing> {
        let event = |(index, text): (usize, &&str)| Outgoing {
            number: index.to_string(),
            aggregate: text.chars().take(1).collect(),
            publication: Publication {
                kind: String::new(),
                detail: (*text).to_owned(),
                trace: String::new(),
                occurred_at: None,
            },
        };
        texts.iter().enumerate().map(event).collect()
    }

    fn texts(wave: Option<Vec<Publication>>) -> Vec<String> {
        let wave = wave.unwrap_or_default();
        wave.into_iter().map(|event| event.detail).collect()
    }

    #[test]
    fn a_wave_holds_the_first_of_each_aggregate() {
        let mut waves = Waves::new(outgoing(&["a1", "a2", "b1", "a3", "b2", "c1"]));
        assert_eq!(texts(waves.next()), ["a1", "b1", "c1"]);
        // b1 is refused: it and b2 wait, and nothing overtakes them.
        assert_eq!(waves.settle(&[true, false, true]), 1);
        assert_eq!(texts(waves.next()), ["a2", "b1"]);
        assert_eq!(waves.settle(&[true, true]), 0);
        assert_eq!(texts(waves.next()), ["a3", "b2"]);
        // An answer that is too short speaks for nobody else.
        assert_eq!(waves.settle(&[true]), 1);
        assert_eq!(texts(waves.next()), ["b2"]);
        assert_eq!(waves.first_left().as_deref(), Some("4"));
    }

    #[test]
    fn a_wave_fits_into_a_request() {
        let many: Vec<String> = ('a'..='z').map(|letter| format!("{letter}1")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let mut waves = Waves::new(outgoing(&many));
        for expected in [10, 10, 6] {
            let wave = waves.next().unwrap();
            assert_eq!(wave.len(), expected);
            waves.settle(&vec![true; expected]);
        }
        assert!(waves.next().is_none());
        assert_eq!(waves.first_left(), None);

        let heavy = |letter: char| letter.to_string().repeat(100_000);
        let heavy = [heavy('a'), heavy('b'), heavy('c'), "d".repeat(300_000)];
        let heavy: Vec<&str> = heavy.iter().map(String::as_str).collect();
        let mut waves = Waves::new(outgoing(&heavy));
        for expected in [2, 1, 1] {
            assert_eq!(waves.next().unwrap().len(), expected);
            waves.settle(&vec![true; expected]);
        }
    }
}
