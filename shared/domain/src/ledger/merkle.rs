//! The Merkle tree of RFC 6962 (section 2.1), over the hashes of events.
//!
//! The one rule: a leaf is hashed behind a zero byte and a node behind a one, so that neither can be taken for the other.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::event::Digest;

/// The most leaves of a tree: a proof has 20 steps then.
pub const MOST_LEAVES: usize = 1 << 20;

/// A tree over at least one leaf: every level, leaves first.
#[derive(Clone, Debug)]
pub struct Tree {
    levels: Vec<Vec<Digest>>,
}

/// That a leaf is in a tree (RFC 6962, 2.1.1: an audit path).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proof {
    /// The leaf's place, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub size: u64,
    /// The hashes beside the way from the leaf up to the root.
    pub path: Vec<Digest>,
}

/// The hash of a leaf.
#[must_use]
pub fn leaf(entry: &Digest) -> Digest {
    Digest::new(
        Sha256::new()
            .chain_update([0])
            .chain_update(entry.bytes())
            .finalize()
            .into(),
    )
}

/// The hash of a node over two others.
fn node(left: &Digest, right: &Digest) -> Digest {
    let hash = Sha256::new().chain_update([1]);
    Digest::new(
        hash.chain_update(left.bytes())
            .chain_update(right.bytes())
            .finalize()
            .into(),
    )
}

impl Tree {
    /// The tree over these entries; `None` over none, or over more than [`MOST_LEAVES`].
    #[must_use]
    pub fn over(entries: &[Digest]) -> Option<Self> {
        if entries.is_empty() || entries.len() > MOST_LEAVES {
            return None;
        }
        let mut level: Vec<_> = entries.iter().map(leaf).collect();
        let mut levels = Vec::new();
        while level.len() > 1 {
            let above = level
                .chunks(2)
                .filter_map(|pair| match pair {
                    [left, right] => Some(node(left, right)),
                    // Without a neighbour a node goes up as it is: the split at the largest power of two below the
                    // size, which the RFC asks for, comes to the same.
                    [alone] => Some(*alone),
                    _ => None,
                })
                .collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        Some(Self { levels })
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Digest {
        let top = self.levels.last().and_then(|level| level.first());
        top.copied().unwrap_or_else(|| Digest::new([0; 32]))
    }

    /// The proof of a leaf; `None` where there is none.
    #[must_use]
    pub fn proof(&self, index: usize) -> Option<Proof> {
        let size = self.levels.first()?.len();
        if index >= size {
            return None;
        }
        let beside =
            |(height, level): (usize, &Vec<Digest>)| level.get((index >> height) ^ 1).copied();
        Some(Proof {
            index: index as u64,
            size: size as u64,
            path: self.levels.iter().enumerate().filter_map(beside).collect(),
        })
    }
}

impl Proof {
    /// The root that this proof leads to from an entry; `None` where its shape fits no tree (RFC 9162, 2.1.3.2).
    #[must_use]
    pub fn root(&self, entry: &Digest) -> Option<Digest> {
        if self.index >= self.size || self.size > MOST_LEAVES as u64 {
            return None;
        }
        let (mut place, mut last) = (self.index, self.size - 1);
        let mut hash = leaf(entry);
        for beside in &self.path {
            if last == 0 {
                return None;
            }
            if place % 2 == 1 || place == last {
                hash = node(beside, &hash);
                while place.is_multiple_of(2) && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node(&hash, beside);
            }
            place >>= 1;
            last >>= 1;
        }
        (last == 0).then_some(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entries(count: usize) -> Vec<Digest> {
        (0..count)
            .map(|number| Digest::new(Sha256::digest(number.to_string()).into()))
            .collect()
    }

    /// The tree as the RFC defines it: split at the largest power of two below the size.
    fn defined(entries: &[Digest]) -> Digest {
        match entries {
            [one] => leaf(one),
            more => {
                let split = more.len().next_power_of_two() / 2;
                let (left, right) = more.split_at(split);
                node(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition() {
        for size in 1..130 {
            let entries = entries(size);
            assert_eq!(
                Tree::over(&entries).unwrap().root(),
                defined(&entries),
                "{size}"
            );
        }
        assert!(Tree::over(&[]).is_none());
    }

    #[test]
    fn a_leaf_is_hashed_as_the_rfc_says() {
        // SHA-256 over a zero byte and thirty-two zero bytes.
        let expected = Sha256::digest([0; 33]);
        assert_eq!(
            leaf(&Digest::new([0; 32])).bytes().as_slice(),
            expected.as_slice()
        );
    }

    #[test]
    fn every_leaf_has_a_proof_and_no_other_place_takes_it() {
        for size in 1..70 {
            let entries = entries(size);
            let tree = Tree::over(&entries).unwrap();
            for (index, entry) in entries.iter().enumerate() {
                let proof = tree.proof(index).unwrap();
                assert_eq!(proof.root(entry), Some(tree.root()), "{index} of {size}");
                let elsewhere = Proof {
                    index: (proof.index + 1) % proof.size,
                    ..proof.clone()
                };
                assert!(
                    size == 1 || elsewhere.root(entry) != Some(tree.root()),
                    "{index} of {size}"
                );
            }
            assert!(tree.proof(size).is_none());
        }
    }

    #[test]
    fn a_node_cannot_be_taken_for_a_leaf() {
        let entries = entries(2);
        let root = Tree::over(&entries).unwrap().root();
        let bare = Proof {
            index: 0,
            size: 1,
            path: Vec::new(),
        };
        assert_ne!(bare.root(&root), Some(root));
    }

    #[test]
    fn a_proof_of_no_shape_leads_nowhere() {
        let entries = entries(5);
        let proof = Tree::over(&entries).unwrap().proof(2).unwrap();
        let shapes = [
            Proof {
                index: 5,
                ..proof.clone()
            },
            Proof {
                size: 0,
                index: 0,
                ..proof.clone()
            },
            Proof {
                path: proof.path[1..].to_vec(),
                ..proof.clone()
            },
            Proof {
                path: [proof.path.clone(), proof.path.clone()].concat(),
                ..proof.clone()
            },
            Proof {
                size: u64::MAX,
                ..proof.clone()
            },
        ];
        for shape in shapes {
            assert_eq!(shape.root(&entries[2]), None, "{shape:?}");
        }
    }

    proptest! {
        #[test]
        fn a_flipped_bit_leads_elsewhere(size in 1_usize..300, at in any::<prop::sample::Index>(),
            which in any::<prop::sample::Index>(), bit in 0_usize..256) {
            let entries = entries(size);
            let tree = Tree::over(&entries).unwrap();
            let index = at.index(size);
            let proof = tree.proof(index).unwrap();
            let flip = |digest: &Digest| {
                let mut bytes = *digest.bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                Digest::new(bytes)
            };
            prop_assert_ne!(proof.root(&flip(&entries[index])), Some(tree.root()));
            if !proof.path.is_empty() {
                let mut altered = proof.clone();
                let step = which.index(altered.path.len());
                altered.path[step] = flip(&altered.path[step]);
                prop_assert_ne!(altered.root(&entries[index]), Some(tree.root()));
            }
        }
    }
}
