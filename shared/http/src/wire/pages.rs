//! Pages of lists.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AcquiredAsset, AgreementView, AssetView, ContractView, ProfileName, SessionView, WebhookView,
};

macro_rules! page {
    ($(#[$doc:meta])* $name:ident of $item:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, ToSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            /// The items, in one stable order.
            pub items: Vec<$item>,
            /// Where the next page begins; null on the last.
            pub next_cursor: Option<String>,
        }
    };
}

page! {
    /// Contracts, newest first; without the text of the terms.
    ContractPage of ContractView
}
page! {
    /// Ids of contracts.
    ContractIds of String
}
page! {
    /// Ids of assets, each once.
    AssetIds of String
}
page! {
    /// Assets of the register, by id.
    AssetPage of AssetView
}
page! {
    /// Assets that may be used now.
    AcquiredPage of AcquiredAsset
}
page! {
    /// Framework agreements, newest first.
    AgreementPage of AgreementView
}
page! {
    /// Profiles of an organisation, oldest first; without their settings.
    ProfilePage of ProfileName
}
page! {
    /// Sessions, newest first.
    SessionPage of SessionView
}
page! {
    /// Webhooks, oldest first; without what came of their deliveries.
    WebhookPage of WebhookView
}
