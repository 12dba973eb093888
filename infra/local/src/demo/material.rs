//! What the acquisition is about: files and values that ship with the repository.

use serde_json::{Value, json};
use sharepact_chain::possession::{Key, KeyError};

/// NYC yellow taxi trip records, as a definition that an asset is registered with.
pub(crate) const ASSET: &str = include_str!("../../demo/nyc-yellow-taxi-trips.json");
/// A data licence agreement in CommonMark.
pub(crate) const TERMS: &str = include_str!("../../demo/terms.md");
/// The asset's id.
pub(crate) const ASSET_ID: &str = "nyc-yellow-taxi-trips";

/// The clause that the consumer wants changed …
pub(crate) const CLAUSE: &str =
    "Derived results are for the consumer's internal use only and may not be published.";
/// … and what it should say instead.
pub(crate) const COUNTER_CLAUSE: &str = "\
Derived results belong to the consumer, who may publish them, provided that every published
figure rests on at least ten trips and names the provider as the source of the data.";

/// The days of use that are asked for.
pub(crate) const DAYS: i64 = 365;
/// The net price of the draft, in euros.
pub(crate) const PRICE: &str = "4800.00";
/// What the consumer offers instead.
pub(crate) const COUNTER_PRICE: &str = "4200.00";
/// The VAT rate in percent.
pub(crate) const VAT: &str = "19";
/// What the consumer then pays.
pub(crate) const GROSS: &str = "4998.00";
/// By which the payment can be found.
pub(crate) const PAYMENT: &str = "INV-2026-0042";

/// The fields that the consumer asks for.
pub(crate) const FIELDS: [&str; 12] = [
    "tpep_pickup_datetime",
    "tpep_dropoff_datetime",
    "passenger_count",
    "trip_distance",
    "RatecodeID",
    "PULocationID",
    "DOLocationID",
    "payment_type",
    "fare_amount",
    "tip_amount",
    "total_amount",
    "cbd_congestion_fee",
];

/// The rows: since the Congestion Relief Zone's first day, half a mile to sixty, by card or cash.
pub(crate) fn filters() -> Value {
    json!([
        {"field": "tpep_pickup_datetime", "from": "2025-01-05T00:00:00Z", "to": "2025-12-31T23:59:59Z"},
        {"field": "trip_distance", "from": "0.5", "to": "60"},
        {"field": "payment_type", "values": ["1", "2"]},
    ])
}

/// The same rows, asked for as somebody might who has not read the schema.
pub(crate) fn wrong_filters() -> Value {
    json!([
        {"field": "tpep_pickup_datetime", "from": "2025-01-05T00:00:00Z", "to": "2025-12-31T23:59:59Z"},
        {"field": "trip_distance", "from": "half a mile", "to": "60"},
        {"field": "payment_type", "values": ["Credit card", "Cash"]},
    ])
}

/// A request of the asset with these filters.
pub(crate) fn request(asset: &str, filters: &Value) -> Value {
    json!({
        "assetId": asset,
        "duration": DAYS,
        "offlineRetention": true,
        "fields": FIELDS,
        "filters": filters,
        "comment": "How the congestion fee changed trips into Manhattan below 60th Street",
    })
}

/// What registers the address of a key: the answer to a challenge, signed.
pub(crate) fn proof(key: &Key, challenge: &Value) -> Result<Value, KeyError> {
    let part = |name| challenge.get(name).and_then(Value::as_str);
    let message = part("message").unwrap_or_default();
    Ok(json!({
        "address": key.address(),
        "challenge": part("challenge"),
        "signature": key.sign(message)?.to_string(),
    }))
}

/// What the provider answers the request with.
pub(crate) fn draft() -> Value {
    json!({"price": PRICE, "currency": "EUR", "vat": VAT, "terms": TERMS})
}

/// What the consumer offers instead: a lower price, and the right to publish.
pub(crate) fn counter_offer() -> Value {
    json!({
        "price": COUNTER_PRICE,
        "terms": TERMS.replace(CLAUSE, COUNTER_CLAUSE),
        "comment": "We are a university: what we find out, we publish.",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_set_is_the_published_one() {
        let asset: Value = serde_json::from_str(ASSET).unwrap();
        let fields = asset["fields"].as_array().unwrap();
        assert_eq!(fields.len(), 20);
        for name in FIELDS {
            assert!(fields.iter().any(|field| field["name"] == name), "{name}");
        }
        assert!(fields.iter().all(|field| field["description"].is_string()));
    }

    #[test]
    fn the_clause_stands_in_the_terms_once() {
        assert_eq!(TERMS.matches(CLAUSE).count(), 1);
        assert_eq!(
            counter_offer()["terms"]
                .as_str()
                .unwrap()
                .matches(CLAUSE)
                .count(),
            0
        );
    }
}
