//! What a provider has by a session of its own, to share on.
//!
//! The one rule: only for assets that are not the provider's own is anything looked up.

use sharepact_domain::agreement::Agreement;
use sharepact_domain::asset::Asset;
use sharepact_domain::id::AssetId;
use sharepact_domain::session::{Access, Candidate, SessionId, Source, Upstream};
use sharepact_domain::time::Timestamp;
use sharepact_http::Problem;
use sharepact_runtime::{App, failed};
use sharepact_store::SessionRecord;

/// The assets as candidates under the agreement, each with the session by which the provider has it where it is not its own.
pub(crate) async fn candidates(
    app: &App,
    agreement: &Agreement,
    assets: Vec<(AssetId, Option<Asset>)>,
    now: Timestamp,
) -> Result<Vec<Candidate>, Problem> {
    let provider = &agreement.provider.organization;
    let own = |asset: &Asset| asset.owner.organization.as_ref() == Some(provider);
    let foreign: Vec<AssetId> = assets
        .iter()
        .filter(|(_, asset)| asset.as_ref().is_some_and(|asset| !own(asset)))
        .map(|(id, _)| id.clone())
        .collect();
    let records = if foreign.is_empty() {
        Vec::new()
    } else {
        let accesses = app.store.accesses(provider, &foreign);
        let ids = held(&accesses.await.map_err(failed)?);
        app.store.sessions(&ids).await.map_err(failed)?
    };
    let candidate = |(id, asset): (AssetId, Option<Asset>)| {
        let by = records
            .iter()
            .filter(|record| record.session.asset.id == id);
        let needed = asset.as_ref().is_some_and(|asset| !own(asset));
        let best = Source::best(agreement, by.map(|record| source(record, now)));
        Candidate {
            source: best.filter(|_| needed),
            id,
            asset,
        }
    };
    Ok(assets.into_iter().map(candidate).collect())
}

fn held(accesses: &[Access]) -> Vec<SessionId> {
    let places = accesses.iter().flat_map(|access| &access.places);
    places.map(|place| place.session).collect()
}

fn source(record: &SessionRecord, now: Timestamp) -> Source {
    let SessionRecord { session, lineage } = record.clone();
    let status = session.standing(&lineage, now).status;
    let nearest = Upstream {
        session,
        agreement: lineage.agreement,
        contract: lineage.contract,
    };
    Source {
        chain: std::iter::once(nearest).chain(lineage.upstream).collect(),
        status,
    }
}
