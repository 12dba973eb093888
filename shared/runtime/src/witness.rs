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
