//! The embedded S3: a server on loopback over a folder, with the buckets that the bundle uses.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::connections;
use crate::home::Secrets;
use crate::stop::Stop;

/// The bucket that holds the contracts' documents.
pub const DOCUMENTS: &str = "sharepact-documents";

/// Why the embedded S3 does not serve.
#[derive(Debug, Error)]
pub enum S3Error {
    /// The folder cannot be made.
    #[error("the folder {} cannot be made: {source}", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The folder cannot be served.
    #[error("the folder {} cannot be served: {why}", .path.display())]
    Open {
        /// The folder.
        path: PathBuf,
        /// What the server said.
        why: String,
    },
    /// No port.
    #[error("no loopback port for S3: {0}")]
    Listen(#[from] std::io::Error),
}

/// The running server.
pub struct S3 {
    /// Where it listens.
    pub endpoint: String,
    server: JoinHandle<()>,
}

impl S3 {
    /// Starts the server over the folder `s3` of `home`, with these buckets.
    ///
    /// # Errors
    /// When the folder cannot be made or no port is free.
    pub async fn start(
        home: &Path,
        buckets: impl IntoIterator<Item = &str>,
        secrets: &Secrets,
        stop: Stop,
    ) -> Result<Self, S3Error> {
        let root = home.join("s3");
        for bucket in buckets.into_iter().chain([DOCUMENTS]) {
            let bucket = root.join(bucket);
            std::fs::create_dir_all(&bucket).map_err(|source| S3Error::Folder {
                path: bucket,
                source,
            })?;
        }
        let files = FileSystem::new(&root).map_err(|error| S3Error::Open {
            path: root,
            why: format!("{error:?}"),
        })?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(
            secrets.access.clone(),
            secrets.secret.clone(),
        ));
        let service = builder.build();
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let server = tokio::spawn(connections::serve(listener, move |_| service.clone(), stop));
        Ok(Self { endpoint, server })
    }

    /// Waits until the server has stopped.
    pub async fn stopped(self) {
        if tokio::time::timeout(Duration::from_secs(6), self.server)
            .await
            .is_err()
        {
            tracing::warn!("S3 did not stop in time");
        }
    }
}
