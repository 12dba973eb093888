//! Stands between a function and DynamoDB: logs each call, and refuses what the policy does not
//! grant, in DynamoDB's own words.
//!
//! The refusal is an answer on the wire rather than an error of the interceptor, so that the code
//! above sees exactly what it would see in the cloud: a service error `AccessDeniedException`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{Storable, StoreReplace};

use crate::calls::{Call, Calls};
use crate::policy;
use crate::template::{ACCOUNT, Statement};

/// Carries a refusal from the interceptor to the connector; it never leaves the process.
const REFUSED: &str = "x-local-refused";

/// The interceptor of one operation's client.
#[derive(Debug)]
pub struct Guard {
    operation: &'static str,
    resource: String,
    statements: Vec<Statement>,
    calls: Calls,
}

/// What is known of a call between its start and its way over the wire.
#[derive(Debug)]
struct Ticket {
    refusal: Option<String>,
    attempts: Arc<AtomicU32>,
}

impl Storable for Ticket {
    type Storer = StoreReplace<Self>;
}

impl Guard {
    /// Guards the client of one operation.
    #[must_use]
    pub fn new(
        operation: &'static str,
        resource: String,
        statements: Vec<Statement>,
        calls: Calls,
    ) -> Self {
        Self {
            operation,
            resource,
            statements,
            calls,
        }
    }
}

impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "LocalGuard"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let api = bag
            .load::<Metadata>()
            .map_or("Unknown", Metadata::name)
            .to_owned();
        let permissions = policy::taken(&api, context.input());
        let refusal = permissions
            .iter()
            .find(|permission| !policy::grants(&self.statements, permission))
            .map(|permission| {
                format!(
                    "User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{operation} is not \
                     authorized to perform: {action} on resource: {resource} because no \
                     identity-based policy allows the {action} action",
                    role = self.resource,
                    operation = self.operation,
                    action = permission.action,
                    resource = permission.resource(),
                )
            });
        if let Some(refusal) = &refusal {
            tracing::error!(operation = self.operation, %refusal, "refused by template.yaml");
        }
        let attempts = Arc::new(AtomicU32::new(0));
        self.calls.push(Call::new(
            self.operation,
            api,
            permissions,
            refusal.is_none(),
            Arc::clone(&attempts),
        ));
        bag.interceptor_state()
            .store_put(Ticket { refusal, attempts });
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(ticket) = bag.load::<Ticket>() {
            match &ticket.refusal {
                Some(refusal) => {
                    context
                        .request_mut()
                        .headers_mut()
                        .try_insert(REFUSED, refusal.clone())?;
                }
                None => {
                    ticket.attempts.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        Ok(())
    }
}

/// The connections that all clients share, with the refusals answered before the wire.
#[derive(Debug)]
struct Wire(SharedHttpClient);

/// One connector for the clients of every operation.
#[must_use]
pub fn shared_http() -> SharedHttpClient {
    SharedHttpClient::new(Wire(aws_smithy_http_client::Builder::new().build_http()))
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components)))
    }
}

struct Connector(SharedHttpConnector);

impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(refusal) = request.headers().get(REFUSED) else {
            return self.0.call(request);
        };
        let body = serde_json::json!({
            "__type": "com.amazon.coral.service#AccessDeniedException",
            "Message": refusal,
        });
        let mut response = HttpResponse::new(
            http::StatusCode::BAD_REQUEST.into(),
            SdkBody::from(body.to_string()),
        );
        response
            .headers_mut()
            .insert("content-type", "application/x-amz-json-1.0");
        HttpConnectorFuture::ready(Ok(response))
    }
}

#[cfg(test)]
mod tests;
