//! The table's definition in the template.

use aws_sdk_dynamodb::types::ScalarAttributeType;
use serde_norway::Value;

use super::{ACCOUNT, Names, REGION, STACK, TemplateError, list};

/// The resource type.
pub(super) const KIND: &str = "AWS::DynamoDB::Table";

/// The attributes that make up a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The partition key.
    pub hash: String,
    /// The sort key.
    pub range: Option<String>,
}

/// A global secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its key.
    pub key: Key,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection: String,
    /// The attributes that `INCLUDE` names.
    pub included: Vec<String>,
}

/// The table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The key attributes and their types.
    pub attributes: Vec<(String, ScalarAttributeType)>,
    /// Its key.
    pub key: Key,
    /// Its indexes.
    pub indexes: Vec<Index>,
    /// The attribute that holds an item's end of life.
    pub ttl: Option<String>,
    /// What its stream shows, when it has one.
    pub stream: Option<String>,
}

impl Table {
    /// The ARN that the local policies know the table by.
    #[must_use]
    pub fn arn(&self) -> String {
        table_arn(&self.name)
    }

    /// The ARN that the local stack knows its stream by.
    #[must_use]
    pub fn stream_arn(&self) -> String {
        format!("{}/stream/local", self.arn())
    }

    pub(super) fn read(properties: &Value, names: &Names) -> Result<Self, TemplateError> {
        let attributes = list(properties, "AttributeDefinitions")
            .map(|definition| {
                let name = text(definition, "AttributeName", names)?;
                let kind = text(definition, "AttributeType", names)?;
                Ok((name, ScalarAttributeType::from(kind.as_str())))
            })
            .collect::<Result<_, TemplateError>>()?;
        let indexes = list(properties, "GlobalSecondaryIndexes")
            .map(|index| Index::read(index, names))
            .collect::<Result<_, TemplateError>>()?;
        let ttl = match properties.get("TimeToLiveSpecification") {
            Some(ttl) if text(ttl, "Enabled", names)? == "true" => {
                Some(text(ttl, "AttributeName", names)?)
            }
            Some(_) | None => None,
        };
        let stream = properties
            .get("StreamSpecification")
            .map(|stream| text(stream, "StreamViewType", names))
            .transpose()?;
        Ok(Self {
            // CloudFormation makes a name up when the template gives none; locally it is this one.
            name: match properties.get("TableName") {
                Some(name) => names.text(name)?,
                None => STACK.to_owned(),
            },
            attributes,
            key: Key::read(properties, names)?,
            indexes,
            ttl,
            stream,
        })
    }
}

/// The ARN that the local policies know a table by.
pub(crate) fn table_arn(name: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}")
}

impl Index {
    /// An index that carries every attribute.
    #[must_use]
    pub fn all(name: &str, key: Key) -> Self {
        Self {
            name: name.to_owned(),
            key,
            projection: "ALL".to_owned(),
            included: Vec::new(),
        }
    }

    fn read(index: &Value, names: &Names) -> Result<Self, TemplateError> {
        let projection = index
            .get("Projection")
            .ok_or_else(|| TemplateError::Missing("index Projection".to_owned()))?;
        Ok(Self {
            name: text(index, "IndexName", names)?,
            key: Key::read(index, names)?,
            projection: text(projection, "ProjectionType", names)?,
            included: list(projection, "NonKeyAttributes")
                .map(|attribute| names.text(attribute))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Key {
    /// A key of a partition attribute and, perhaps, a sort attribute.
    #[must_use]
    pub fn new(hash: &str, range: Option<&str>) -> Self {
        Self {
            hash: hash.to_owned(),
            range: range.map(str::to_owned),
        }
    }

    fn read(holder: &Value, names: &Names) -> Result<Self, TemplateError> {
        let (mut hash, mut range) = (None, None);
        for element in list(holder, "KeySchema") {
            let name = text(element, "AttributeName", names)?;
            match text(element, "KeyType", names)?.as_str() {
                "HASH" => hash = Some(name),
                "RANGE" => range = Some(name),
                other => {
                    return Err(TemplateError::Unexpected(format!(
                        "`{other}` is no KeyType"
                    )));
                }
            }
        }
        Ok(Self {
            hash: hash.ok_or_else(|| TemplateError::Missing("HASH key".to_owned()))?,
            range,
        })
    }
}

fn text(holder: &Value, name: &str, names: &Names) -> Result<String, TemplateError> {
    names.text(
        holder
            .get(name)
            .ok_or_else(|| TemplateError::Missing(name.to_owned()))?,
    )
}
