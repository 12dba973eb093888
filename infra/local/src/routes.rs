//! Which operation answers a request.

use std::collections::BTreeMap;

use matchit::Router;
use sharepact_runtime::{App, Operation};
use thiserror::Error;

/// Why the routes do not make a router.
#[derive(Debug, Error)]
pub enum RouteError {
    /// Two operations claim one route, or a path is malformed.
    #[error("the route {route} of {operation} cannot be added: {why}")]
    Unusable {
        /// The operation.
        operation: &'static str,
        /// Its route.
        route: String,
        /// What is wrong.
        why: String,
    },
}

/// An operation and what its handler may use.
#[derive(Clone)]
pub struct Target {
    /// The operation.
    pub operation: &'static Operation,
    /// Its own store, clock and cursor key.
    pub app: App,
}

/// The router: one path tree per method, so that a path's parameters need not be named alike.
#[derive(Default)]
pub struct Routes(BTreeMap<String, Router<Target>>);

/// An operation that answers, and its path parameters as they came.
pub struct Found<'routes> {
    /// What answers.
    pub target: &'routes Target,
    /// The parameters, still percent-encoded.
    pub parameters: Vec<(String, String)>,
}

impl Routes {
    /// A router for these operations.
    ///
    /// # Errors
    /// When two of them claim one route.
    pub fn new(targets: impl IntoIterator<Item = Target>) -> Result<Self, RouteError> {
        let mut routes = Self::default();
        for target in targets {
            let operation = target.operation;
            routes
                .0
                .entry(operation.method.to_string())
                .or_default()
                .insert(operation.path, target)
                .map_err(|error| RouteError::Unusable {
                    operation: operation.name,
                    route: format!("{} {}", operation.method, operation.path),
                    why: error.to_string(),
                })?;
        }
        Ok(routes)
    }

    /// The operation that answers `method path`; fixed segments come before parameters.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let found = self.0.get(method)?.at(path).ok()?;
        Some(Found {
            target: found.value,
            parameters: found
                .params
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn fixed_segments_come_before_parameters() {
        let routes = Routes::new(sample::targets()).unwrap();
        let name = |method: &str, path: &str| {
            routes
                .find(method, path)
                .map(|found| (found.target.operation.name, found.parameters))
        };
        let id = |value: &str| vec![("id".to_owned(), value.to_owned())];
        assert_eq!(
            name("GET", "/things/pending"),
            Some(("thing-pending", Vec::new()))
        );
        assert_eq!(
            name("GET", "/things/pendin"),
            Some(("thing-view", id("pendin")))
        );
        assert_eq!(
            name("GET", "/things/a%2Fb"),
            Some(("thing-view", id("a%2Fb")))
        );
        // The fixed segment belongs to GET alone.
        assert_eq!(
            name("POST", "/things/pending"),
            Some(("thing-change", id("pending")))
        );
        for (method, path) in [
            ("GET", "/things"),
            ("GET", "/things/"),
            ("GET", "/things/x/"),
            ("GET", "/things/x/y"),
            ("HEAD", "/things/x"),
            ("DELETE", "/things/x"),
            ("get", "/things/x"),
            ("GET", ""),
        ] {
            assert_eq!(name(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn two_operations_cannot_share_a_route() {
        let twice = sample::targets().into_iter().chain(sample::targets());
        let error = Routes::new(twice).err().unwrap().to_string();
        assert!(error.contains("of thing-view cannot be added"), "{error}");
    }
}
