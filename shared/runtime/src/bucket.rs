//! A bucket for documents: S3, write once, read by link or by us.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;

use crate::worker::WorkError;

/// A future that was compiled here.
type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, WorkError>> + Send + 'a>>;

/// The bucket, and a client that may use it.
#[derive(Clone)]
pub struct Bucket {
    client: Client,
    name: Arc<str>,
}

impl Bucket {
    /// A bucket on a client that somebody else configured.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into().into(),
        }
    }

    /// Keeps a document under a key that is made of its content: what is there already is the same.
    ///
    /// # Errors
    /// When it is not known to be there.
    pub fn keep<'a>(&'a self, key: &'a str, media_type: &'a str, bytes: Vec<u8>) -> Boxed<'a, ()> {
        Box::pin(async move {
            let put = self
                .client
                .put_object()
                .bucket(&*self.name)
                .key(key)
                .content_type(media_type)
                .if_none_match("*")
                .body(ByteStream::from(bytes))
                .send()
                .await;
            match put {
                Ok(_) => Ok(()),
                Err(error) if error.code() == Some("PreconditionFailed") => Ok(()),
                Err(error) => Err(WorkError::from_sdk("PutObject", &error)),
            }
        })
    }

    /// A document's bytes; none where there is no such document.
    ///
    /// # Errors
    /// When it cannot be read to its end.
    pub fn read<'a>(&'a self, key: &'a str) -> Boxed<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let get = self
                .client
                .get_object()
                .bucket(&*self.name)
                .key(key)
                .send()
                .await;
            match get {
                Ok(object) => match object.body.collect().await {
                    Ok(bytes) => Ok(Some(bytes.to_vec())),
                    Err(_) => Err(WorkError::Passing("GetObject broke off".to_owned())),
                },
                Err(error) if error.code() == Some("NoSuchKey") => Ok(None),
                Err(error) => Err(WorkError::from_sdk("GetObject", &error)),
            }
        })
    }

    /// A link to a document that works for `lifetime`, for whoever holds it. No call is made.
    ///
    /// # Errors
    /// When no link can be signed.
    pub fn link<'a>(
        &'a self,
        key: &'a str,
        file_name: &'a str,
        lifetime: Duration,
    ) -> Boxed<'a, String> {
        Box::pin(async move {
            let signing = PresigningConfig::expires_in(lifetime)
                .map_err(|error| WorkError::Poison(error.to_string()))?;
            let request = self
                .client
                .get_object()
                .bucket(&*self.name)
                .key(key)
                .response_content_disposition(format!("inline; filename=\"{file_name}\""))
                .presigned(signing)
                .await
                .map_err(|error| WorkError::from_sdk("GetObject", &error))?;
            Ok(request.uri().to_owned())
        })
    }
}
