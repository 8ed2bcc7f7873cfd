//! One fetch of a bundle at a time, across processes. The kernel drops the lock with its holder, however that ends.

use std::fs::{File, Permissions, TryLockError};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::{Bundle, BundleError, Dirs, Place};

const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Holds the bundle's lock until dropped. Waits while another process has it.
pub(super) async fn wait(bundle: &Bundle, dirs: &Dirs) -> Result<File, BundleError> {
    let base = match bundle.place {
        Place::Cache => &dirs.cache,
        Place::Shared => &dirs.shared,
    };
    let folder = base.join("bundles");
    std::fs::create_dir_all(&folder).map_err(|error| BundleError::io("create", &folder, error))?;
    if bundle.place == Place::Shared {
        for open in [base, &folder] {
            std::fs::set_permissions(open, Permissions::from_mode(0o755))
                .map_err(|error| BundleError::io("open up", open, error))?;
        }
    }
    let path = folder.join(format!("{}.lock", bundle.name));
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| BundleError::io("open", &path, error))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOK_AGAIN).await,
            Err(TryLockError::Error(error)) => return Err(BundleError::io("lock", &path, error)),
        }
    }
}
