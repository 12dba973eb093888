//! State in DynamoDB.
#[derive(Clone)]
pub struct Store;
impl Store {
    pub fn new(_client: aws_sdk_dynamodb::Client, _table: impl Into<String>) -> Self {
        Self
    }
    pub async fn from_env(_table: impl Into<String>) -> Self {
        Self
    }
}
