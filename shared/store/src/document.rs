//! Where the document of a contract is kept: one item that only a later version replaces.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use serde::{Deserialize, Serialize};
use sharepact_domain::event::Digest;
use sharepact_domain::id::ContractId;
use sharepact_domain::time::Timestamp;

use crate::{Boxed, Store, StoreError, item, keys};

/// A rendered document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentRecord {
    /// The version of the contract that it shows.
    pub version: u64,
    /// Its key in the bucket.
    pub key: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its length in bytes.
    pub length: u64,
    /// When it was rendered.
    pub rendered_at: Timestamp,
}

impl Store {
    /// Notes where a contract's document is, unless that of a later version, or a later one of the
    /// same, is noted already: a worker that is late, or sees an event twice, changes nothing. Time
    /// alone ends a contract, so that a version may have two documents.
    pub fn note_document<'a>(
        &'a self,
        id: ContractId,
        record: &'a DocumentRecord,
    ) -> Boxed<'a, ()> {
        Box::pin(async move {
            let mut document = item::start(&keys::document(id));
            let rendered_at = item::text(record.rendered_at.to_string());
            document.insert("version".to_owned(), item::number(record.version));
            document.insert("renderedAt".to_owned(), rendered_at.clone());
            document.insert(item::STATE.to_owned(), item::value(record)?);
            let put = self
                .client
                .put_item()
                .table_name(&*self.table)
                .set_item(Some(document))
                .condition_expression(
                    "attribute_not_exists(pk) OR #version < :version \
                     OR (#version = :version AND renderedAt < :renderedAt)",
                )
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", item::number(record.version))
                .expression_attribute_values(":renderedAt", rendered_at)
                .send()
                .await;
            match put {
                Ok(_) => Ok(()),
                Err(error) => match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
                    Some(_) | None => Err(StoreError::from_sdk("PutItem", &error)),
                },
            }
        })
    }
}
