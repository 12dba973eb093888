//! Stands between a function and the services that it calls: logs each call, and refuses what the
//! policy does not grant, in the service's own words.
//!
//! The refusal is an answer on the wire rather than an error of the interceptor, so that the code
//! above sees exactly what it would see in the cloud: a service error `AccessDeniedException`.

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
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, Metadata};
use aws_smithy_types::config_bag::{Storable, StoreReplace};

use crate::calls::{Call, Calls};
use crate::faults::{self, Fault, Faults, Service};
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
        let (service, api) = bag
            .load::<Metadata>()
            .map_or(("Unknown", "Unknown"), |call| (call.service(), call.name()));
        let (service, api) = (Service::named(service), api.to_owned());
        let permissions = policy::taken(service, &api, context.input());
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

/// The connections that all clients share. Refusals and faults are answered before the wire.
#[derive(Debug)]
struct Wire {
    service: Service,
    connections: SharedHttpClient,
    faults: Faults,
}

/// One pool of connections to a service, for the clients of every function.
#[must_use]
pub(crate) fn shared_http(service: Service, faults: Faults) -> SharedHttpClient {
    SharedHttpClient::new(Wire {
        service,
        connections: plain_http(),
        faults,
    })
}

/// Connections that nothing stands before.
#[must_use]
pub fn plain_http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            service: self.service,
            connection: self.connections.http_connector(settings, components),
            faults: self.faults.clone(),
        })
    }
}

#[derive(Debug)]
struct Connector {
    service: Service,
    connection: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if let Some(refusal) = request.headers().get(REFUSED) {
            let response = self.service.denied(refusal);
            return HttpConnectorFuture::ready(Ok(response));
        }
        match self.faults.next() {
            None => self.connection.call(request),
            Some(Fault::Throttled) => HttpConnectorFuture::ready(Ok(self.service.throttled())),
            Some(Fault::Unreachable) => HttpConnectorFuture::ready(Err(faults::broken())),
            Some(Fault::AnswerLost) => {
                let answer = self.connection.call(request);
                HttpConnectorFuture::new(async move {
                    match answer.await {
                        Ok(_) => Err(faults::broken()),
                        Err(error) => Err(error),
                    }
                })
            }
        }
    }
}

#[cfg(test)]
mod tests;
