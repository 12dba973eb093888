//! DynamoDB's answers, recorded once and given again: what is measured with them is our own code
//! and the SDK's, and no database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

/// The bodies of DynamoDB's answers, by the call they answered.
pub(super) type Answers = HashMap<String, Vec<u8>>;

/// A client that asks the real one and keeps what it hears.
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    connections: SharedHttpClient,
    answers: Arc<Mutex<Answers>>,
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self {
            connections: aws_smithy_http_client::Builder::new().build_http(),
            answers: Arc::default(),
        }
    }

    /// What was heard since the last time.
    pub(super) fn take(&self) -> Answers {
        std::mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpClient for Recorder {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Recording {
            connection: self.connections.http_connector(settings, components),
            answers: Arc::clone(&self.answers),
        })
    }
}

#[derive(Debug)]
struct Recording {
    connection: SharedHttpConnector,
    answers: Arc<Mutex<Answers>>,
}

impl HttpConnector for Recording {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (target, answers) = (target(&request), Arc::clone(&self.answers));
        let answer = self.connection.call(request);
        HttpConnectorFuture::new(async move {
            let mut response = answer.await?;
            let body = ByteStream::new(response.take_body()).collect().await;
            let body = body
                .map_err(|error| ConnectorError::io(error.into()))?
                .to_vec();
            *response.body_mut() = SdkBody::from(body.clone());
            answers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(target, body);
            Ok(response)
        })
    }
}

/// A client that gives what was recorded.
#[derive(Clone, Debug)]
struct Replay(Arc<Answers>);

impl HttpClient for Replay {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Replay {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = target(&request);
        let answer = self.0.get(&target).map(|body| {
            let mut response =
                HttpResponse::new(http::StatusCode::OK.into(), SdkBody::from(body.clone()));
            response
                .headers_mut()
                .insert("content-type", "application/x-amz-json-1.0");
            response
        });
        let unknown = || ConnectorError::user(format!("no answer to {target} was recorded").into());
        HttpConnectorFuture::ready(answer.ok_or_else(unknown))
    }
}

/// The call: `DynamoDB_20120810.BatchGetItem`.
fn target(request: &HttpRequest) -> String {
    let target = request.headers().get("x-amz-target");
    target.unwrap_or_default().to_owned()
}

/// A client like this one that records.
pub(super) fn recording(client: &Client, recorder: Recorder) -> Client {
    with(client, SharedHttpClient::new(recorder))
}

/// A client like this one that replays.
pub(super) fn replaying(client: &Client, answers: Answers) -> Client {
    with(client, SharedHttpClient::new(Replay(Arc::new(answers))))
}

fn with(client: &Client, http: SharedHttpClient) -> Client {
    Client::from_conf(client.config().to_builder().http_client(http).build())
}
