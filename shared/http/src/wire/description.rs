//! The API's own description on the wire.

use serde::Serialize;
use utoipa::ToSchema;

/// An `OpenAPI` 3.1 document.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OpenApi, value_type = Object)]
#[serde(transparent)]
pub struct DescriptionView(serde_json::Value);
