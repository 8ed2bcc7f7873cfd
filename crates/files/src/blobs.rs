//! Where bytes are kept: a folder, S3 or Azure Blob, behind one door.

use std::fs::DirBuilder;
use std::io;
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dealwright_kernel::{Error, Result};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, GetOptions, ObjectStore, ObjectStoreExt, WriteMultipart};
use secrecy::{ExposeSecret, SecretString};

/// Bytes as they come.
pub type ByteStream = BoxStream<'static, io::Result<Bytes>>;

/// Parts of a large blob that are sent at the same time.
const PARALLEL: usize = 3;

/// Where bytes are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Folder(PathBuf),
    S3 { bucket: String, prefix: String },
    Azure { container: String, prefix: String },
}

impl Place {
    /// What a place is written as.
    pub const FORM: &str = "local, s3://BUCKET, s3://BUCKET/PREFIX, azure://CONTAINER or azure://CONTAINER/PREFIX";

    /// Reads `local` (a folder below `data_dir`), `s3://…` or `azure://…`.
    #[must_use]
    pub fn read(text: &str, data_dir: &FsPath) -> Option<Self> {
        if text == "local" {
            return Some(Self::Folder(data_dir.join("files")));
        }
        let (scheme, rest) = text.split_once("://")?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if name.is_empty() || !name.chars().all(fits) || !prefix.chars().all(|c| fits(c) || c == '/') {
            return None;
        }
        let (name, prefix) = (name.to_owned(), prefix.trim_matches('/').to_owned());
        match scheme {
            "s3" => Some(Self::S3 { bucket: name, prefix }),
            "azure" => Some(Self::Azure { container: name, prefix }),
            _ => None,
        }
    }
}

/// A place, and how to get in. What is absent of `endpoint`, `region`, `key` and `secret` the cloud's own environment
/// variables and instance roles give.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    pub place: Place,
    /// The service's address, where it is not the cloud's own: another S3, an emulator.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// S3: the id of an access key. Azure: the name of the account.
    pub key: Option<String>,
    /// S3: the secret of the access key. Azure: a key of the account, in base64.
    pub secret: Option<SecretString>,
}

/// A place to keep bytes in; cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    described: Arc<str>,
}

impl Blobs {
    /// Opens a place. A folder is made when it is not there, for nobody else to read.
    ///
    /// # Errors
    /// What is wrong with it, in words for the operator.
    pub fn open(config: &StoreConfig) -> std::result::Result<Self, String> {
        let told = |what: &str, error: &dyn std::fmt::Display| format!("files can't be kept in {what}: {error}");
        let (store, prefix, described): (Arc<dyn ObjectStore>, &str, String) = match &config.place {
            Place::Folder(folder) => {
                let what = folder.display().to_string();
                DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| told(&what, &e))?;
                let store = LocalFileSystem::new_with_prefix(folder).map_err(|e| told(&what, &e))?;
                (Arc::new(store.with_fsync(true).with_automatic_cleanup(true)), "", format!("the folder {what}"))
            }
            Place::S3 { bucket, prefix } => {
                let what = format!("the S3 bucket {bucket}");
                (Arc::new(s3(config, bucket).map_err(|e| told(&what, &e))?), prefix, what)
            }
            Place::Azure { container, prefix } => {
                let what = format!("the Azure container {container}");
                (Arc::new(azure(config, container).map_err(|e| told(&what, &e))?), prefix, what)
            }
        };
        let prefix = Path::parse(prefix).map_err(|e| told(&described, &e))?;
        Ok(Self { store, prefix, described: described.into() })
    }

    /// Where they are, for the operator.
    #[must_use]
    pub fn describe(&self) -> &str {
        &self.described
    }

    fn path(&self, key: &str) -> Path {
        self.prefix.parts().chain(key.split('/').map(Into::into)).collect()
    }

    /// Keeps bytes under a key of their own.
    ///
    /// # Errors
    /// 503 `file_store_unavailable`.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        self.store.put(&self.path(key), bytes.into()).await.map(drop).map_err(away)
    }

    /// Reads a blob, or a range of it.
    ///
    /// # Errors
    /// 503 `file_store_unavailable`, also when it is not there: the database says that it should be.
    pub async fn get(&self, key: &str, range: Option<Range<u64>>) -> Result<ByteStream> {
        let options = GetOptions { range: range.map(Into::into), ..GetOptions::default() };
        let found = self.store.get_opts(&self.path(key), options).await.map_err(away)?;
        Ok(found.into_stream().map_err(io::Error::other).boxed())
    }

    /// Several blobs, one after the other.
    #[must_use]
    pub fn get_all(&self, keys: Vec<String>) -> ByteStream {
        let blobs = self.clone();
        futures::stream::iter(keys)
            .then(move |key| {
                let blobs = blobs.clone();
                async move { blobs.get(&key, None).await.map_err(io::Error::other) }
            })
            .try_flatten()
            .boxed()
    }

    /// Writes what comes as one blob.
    ///
    /// # Errors
    /// 503 `file_store_unavailable`.
    pub async fn write(&self, key: &str, mut bytes: ByteStream) -> Result<()> {
        let upload = self.store.put_multipart(&self.path(key)).await.map_err(away)?;
        let mut write = WriteMultipart::new(upload);
        while let Some(next) = bytes.next().await {
            let ready = match next {
                Ok(piece) => write.wait_for_capacity(PARALLEL).await.map(|()| piece).map_err(away),
                Err(error) => Err(unavailable(error)),
            };
            match ready {
                Ok(piece) => write.put(piece),
                Err(error) => {
                    if let Err(error) = write.abort().await {
                        tracing::info!(%error, "parts of a blob that was given up stay behind");
                    }
                    return Err(error);
                }
            }
        }
        write.finish().await.map(drop).map_err(away)
    }

    /// Removes a blob; one that is not there is gone already.
    ///
    /// # Errors
    /// 503 `file_store_unavailable`.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.store.delete(&self.path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(away(error)),
        }
    }

    /// Writes, reads and removes a few bytes.
    ///
    /// # Errors
    /// 503 `file_store_unavailable` when one of it does not work.
    pub async fn probe(&self, key: &str) -> Result<()> {
        let sent = Bytes::from_static(b"dealwright");
        self.put(key, sent.clone()).await?;
        let read: Vec<Bytes> = self.get(key, None).await?.try_collect().await.map_err(unavailable)?;
        self.delete(key).await?;
        if read.concat() == sent { Ok(()) } else { Err(unavailable("what was written was not read again")) }
    }
}

fn options(config: &StoreConfig) -> ClientOptions {
    let http = config.endpoint.as_deref().is_some_and(|e| e.starts_with("http://"));
    // A large file takes as long as it takes; only a connection that can't be made is given up.
    ClientOptions::new()
        .with_allow_http(http)
        .with_connect_timeout(Duration::from_secs(5))
        .with_timeout(Duration::from_secs(300))
}

fn s3(config: &StoreConfig, bucket: &str) -> object_store::Result<object_store::aws::AmazonS3> {
    let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_client_options(options(config));
    if let Some(endpoint) = &config.endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
    }
    if let Some(region) = &config.region {
        builder = builder.with_region(region);
    }
    if let (Some(key), Some(secret)) = (&config.key, &config.secret) {
        builder = builder.with_access_key_id(key).with_secret_access_key(secret.expose_secret());
    }
    builder.build()
}

fn azure(config: &StoreConfig, container: &str) -> object_store::Result<object_store::azure::MicrosoftAzure> {
    let mut builder =
        MicrosoftAzureBuilder::from_env().with_container_name(container).with_client_options(options(config));
    if let Some(endpoint) = &config.endpoint {
        builder = builder.with_endpoint(endpoint.trim_end_matches('/').to_owned());
    }
    if let Some(account) = &config.key {
        builder = builder.with_account(account);
    }
    if let Some(secret) = &config.secret {
        builder = builder.with_access_key(secret.expose_secret());
    }
    builder.build()
}

fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::unavailable("file_store_unavailable", "the place where files are kept can't be reached").caused_by(source)
}

fn away(error: object_store::Error) -> Error {
    unavailable(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_folder_a_bucket_or_a_container() {
        let read = |text| Place::read(text, FsPath::new("/data"));
        assert_eq!(read("local"), Some(Place::Folder("/data/files".into())));
        assert_eq!(read("s3://acme-crm/files/"), Some(Place::S3 { bucket: "acme-crm".into(), prefix: "files".into() }));
        assert_eq!(read("azure://crm"), Some(Place::Azure { container: "crm".into(), prefix: String::new() }));
        for wrong in ["", "s3://", "ftp://x", "/tmp", "s3://a b", "azure://x?y"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
