//! What a chain says of the roots that evidence names.
//!
//! The one rule: a chain that does not answer in time is no alteration; what it did not say stays unknown.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use sharepact_domain::event::Digest;
use sharepact_domain::evidence::{Anchored, Evidence, Witness};

use crate::{Chain, ChainError};

/// Asks a chain about every root of evidence, all at once, for at most `patience` altogether. A root that it gave no
/// answer about is missing.
pub async fn witnesses(
    chain: &dyn Chain,
    evidence: &Evidence,
    patience: Duration,
) -> BTreeMap<Digest, Witness> {
    let roots: BTreeMap<_, _> = evidence
        .anchors
        .iter()
        .map(|anchored| (anchored.anchor.root, anchored))
        .collect();
    if roots.is_empty() {
        return BTreeMap::new();
    }
    let deadline = tokio::time::Instant::now() + patience;
    let network = tokio::time::timeout_at(deadline, chain.network()).await;
    let chain_id = match network {
        Ok(Ok(network)) => network.chain_id,
        Ok(Err(ChainError::WrongChain { found, .. })) => found,
        Ok(Err(_)) | Err(_) => return BTreeMap::new(),
    };
    let asked = roots.into_iter().map(|(root, anchored)| async move {
        let answer = tokio::time::timeout_at(deadline, ask(chain, chain_id, anchored)).await;
        Some((root, answer.ok()?.ok()?))
    });
    join_all(asked).await.into_iter().flatten().collect()
}

async fn ask(chain: &dyn Chain, chain_id: u64, anchored: &Anchored) -> Result<Witness, ChainError> {
    let anchor = &anchored.anchor;
    let (noted, receipt) = futures::future::try_join(
        chain.anchored(&anchor.registry, &anchor.root),
        chain.receipt(&anchor.transaction),
    )
    .await?;
    Ok(Witness {
        chain_id,
        noted,
        receipt,
    })
}

#[cfg(test)]
mod tests {
    use sharepact_domain::chain::{
        Block, ChainHash, Fees, Message, Network, Receipt, Unsigned, Wei,
    };
    use sharepact_domain::evidence::{Kind, Parts};
    use sharepact_domain::id::ContractId;
    use sharepact_domain::ledger::anchor::Anchor;
    use sharepact_domain::ledger::merkle::Tree;
    use sharepact_domain::wallet::Address;
    use uuid::Uuid;

    use super::*;
    use crate::{Asked, Sent, Signed};

    const BLOCK: Block = Block {
        number: 9,
        hash: ChainHash::new([9; 32]),
    };

    /// What a node does with questions.
    #[derive(Clone, Copy)]
    enum Node {
        Answers,
        IsDown,
        Hangs,
        HangsAtReceipts,
        ServesAnother,
    }

    fn down<T: Send>() -> Asked<'static, T> {
        Box::pin(async { Err(ChainError::Unreachable("no node".to_owned())) })
    }

    fn answered<T: Send + 'static>(value: T) -> Asked<'static, T> {
        Box::pin(async { Ok(value) })
    }

    impl Chain for Node {
        fn network(&self) -> Asked<'_, Network> {
            match self {
                Self::Answers | Self::HangsAtReceipts => answered(Network {
                    chain_id: 5,
                    genesis: ChainHash::new([0; 32]),
                }),
                Self::IsDown => down(),
                Self::Hangs => Box::pin(std::future::pending()),
                Self::ServesAnother => Box::pin(async {
                    Err(ChainError::WrongChain {
                        expected: 5,
                        found: 6,
                    })
                }),
            }
        }

        fn anchored<'a>(&'a self, _: &'a Address, _: &'a Digest) -> Asked<'a, Option<u64>> {
            answered(Some(BLOCK.number))
        }

        fn receipt<'a>(&'a self, _: &'a ChainHash) -> Asked<'a, Option<Receipt>> {
            match self {
                Self::HangsAtReceipts => Box::pin(std::future::pending()),
                Self::Answers | Self::IsDown | Self::Hangs | Self::ServesAnother => {
                    answered(Some(Receipt {
                        block: BLOCK,
                        succeeded: true,
                        gas: 1,
                    }))
                }
            }
        }

        fn registry(&self) -> Result<&Address, ChainError> {
            Err(ChainError::Unusable("none".to_owned()))
        }

        fn anchoring(&self, _: &Digest) -> Result<Message, ChainError> {
            Err(ChainError::Unusable("none".to_owned()))
        }

        fn platform(&self) -> Asked<'_, Address> {
            down()
        }

        fn balance<'a>(&'a self, _: &'a Address) -> Asked<'a, Wei> {
            down()
        }

        fn count<'a>(&'a self, _: &'a Address, _: bool) -> Asked<'a, u64> {
            down()
        }

        fn count_at<'a>(&'a self, _: &'a Address, _: u64) -> Asked<'a, u64> {
            down()
        }

        fn height(&self) -> Asked<'_, u64> {
            down()
        }

        fn fees(&self) -> Asked<'_, Fees> {
            down()
        }

        fn gas<'a>(&'a self, _: &'a Address, _: &'a Message) -> Asked<'a, u64> {
            down()
        }

        fn sign<'a>(&'a self, _: &'a Unsigned) -> Asked<'a, Signed> {
            down()
        }

        fn send<'a>(&'a self, _: &'a [u8]) -> Asked<'a, Sent> {
            down()
        }

        fn block(&self, _: u64) -> Asked<'_, Option<ChainHash>> {
            down()
        }
    }

    fn evidence(roots: u8) -> Evidence {
        let anchors = (1..=roots).map(|number| {
            let tree = Tree::over(&[Digest::new([number; 32])]).unwrap();
            Anchored {
                aggregate: Kind::Contract,
                sequence: u64::from(number),
                anchor: Anchor {
                    proof: tree.proof(0).unwrap(),
                    root: tree.root(),
                    chain_id: 5,
                    registry: Address::parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed").unwrap(),
                    transaction: ChainHash::new([number; 32]),
                    block: Some(BLOCK),
                    confirmed_at: None,
                },
            }
        });
        let parts = Parts {
            contract: ContractId::new(Uuid::nil()),
            events: Vec::new(),
            document: Vec::new(),
            terms: None,
            anchors: anchors.collect(),
        };
        Evidence::of(parts).unwrap()
    }

    #[tokio::test]
    async fn a_node_witnesses_every_root_or_is_not_waited_for() {
        let patience = Duration::from_millis(50);
        for (node, expected) in [
            (Node::Answers, vec![5; 3]),
            (Node::IsDown, vec![]),
            (Node::Hangs, vec![]),
            (Node::HangsAtReceipts, vec![]),
            // Said all the same: the roots are not where they are said to be.
            (Node::ServesAnother, vec![6; 3]),
        ] {
            let found = witnesses(&node, &evidence(3), patience).await;
            let chains: Vec<_> = found.values().map(|witness| witness.chain_id).collect();
            assert_eq!(chains, expected);
        }
        assert!(
            witnesses(&Node::Hangs, &evidence(0), patience)
                .await
                .is_empty()
        );
    }
}
